package dev.throughline.outbound.broadcast;

import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Some of an audience, with what their addresses are found by: to hash 500 of them takes as long as
 * all that is asked about them before a request.
 *
 * <p>As it is kept: {@code version (1) ‖ epoch (4) ‖ count (4)}, then of each {@code addresses (1)}
 * with {@code channel ‖ address ‖ hash (32)}, or 0 and the contact's id (16), then {@code variables
 * (1)} with {@code name ‖ value}; a text is {@code length (2) ‖ UTF-8}. Chunks of version 0.2.0 are
 * a list of JSON without hashes.
 *
 * @param epoch whose look-up key the hashes were made with; -1 if there are none
 * @param hashes one an address, or none at all
 */
record Chunk(List<Addressee> people, int epoch, Map<Identity, Bytes> hashes) {
  private static final byte VERSION = 1;
  private static final int NONE = -1;
  private static final int HASH_BYTES = 32;

  /** About what one takes. */
  private static final int EXPECTED_BYTES = 80;

  Chunk {
    people = List.copyOf(people);
  }

  static Chunk unhashed(List<Addressee> people) {
    return new Chunk(people, NONE, Map.of());
  }

  Bytes toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(EXPECTED_BYTES * people.size() + 9);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeInt(epoch);
      out.writeInt(people.size());
      for (Addressee each : people) {
        switch (each.recipient()) {
          case Recipient.ByContact(ContactId contact) -> {
            out.writeByte(0);
            out.writeLong(contact.value().high());
            out.writeLong(contact.value().low());
          }
          case Recipient.ByIdentities(List<Identity> identities) -> {
            out.writeByte(identities.size());
            for (Identity identity : identities) {
              text(out, identity.channel().value());
              text(out, identity.value());
              if (epoch != NONE) {
                out.write(hash(identity));
              }
            }
          }
        }
        out.writeByte(each.variables().size());
        for (Map.Entry<String, String> variable : each.variables().entrySet()) {
          text(out, variable.getKey());
          text(out, variable.getValue());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Bytes.wrap(bytes.toByteArray());
  }

  static Chunk of(Bytes kept) {
    if (kept.length() == 0 || kept.array()[0] != VERSION) {
      return unhashed(Addressee.of(kept));
    }
    ByteBuffer in = ByteBuffer.wrap(kept.array(), 1, kept.length() - 1);
    int epoch = in.getInt();
    int count = in.getInt();
    List<Addressee> people = new ArrayList<>(count);
    Map<Identity, Bytes> hashes = HashMap.newHashMap(epoch == NONE ? 0 : count);
    Map<String, ChannelName> channels = new HashMap<>();
    for (int i = 0; i < count; i++) {
      people.add(new Addressee(recipient(in, epoch, hashes, channels), variables(in)));
    }
    return new Chunk(people, epoch, hashes);
  }

  private static Recipient recipient(
      ByteBuffer in, int epoch, Map<Identity, Bytes> hashes, Map<String, ChannelName> channels) {
    int addresses = Byte.toUnsignedInt(in.get());
    if (addresses == 0) {
      return new Recipient.ByContact(new ContactId(Ulids.of(new UUID(in.getLong(), in.getLong()))));
    }
    List<Identity> identities = new ArrayList<>(addresses);
    for (int i = 0; i < addresses; i++) {
      ChannelName channel = channels.computeIfAbsent(text(in), ChannelName::new);
      Identity identity = new Identity(channel, text(in));
      identities.add(identity);
      if (epoch != NONE) {
        byte[] hash = new byte[HASH_BYTES];
        in.get(hash);
        hashes.put(identity, Bytes.wrap(hash));
      }
    }
    return new Recipient.ByIdentities(identities);
  }

  private static Map<String, String> variables(ByteBuffer in) {
    int count = Byte.toUnsignedInt(in.get());
    if (count == 0) {
      return Map.of();
    }
    Map<String, String> variables = LinkedHashMap.newLinkedHashMap(count);
    for (int i = 0; i < count; i++) {
      variables.put(text(in), text(in));
    }
    return variables;
  }

  private byte[] hash(Identity identity) {
    Bytes hash = hashes.get(identity);
    if (hash == null || hash.length() != HASH_BYTES) {
      throw new IllegalStateException("each address of a hashed chunk has its hash");
    }
    return hash.array();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeShort(utf8.length);
    out.write(utf8);
  }

  private static String text(ByteBuffer in) {
    byte[] utf8 = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** Shows nobody. */
  @Override
  public String toString() {
    return "Chunk[" + people.size() + " people]";
  }
}

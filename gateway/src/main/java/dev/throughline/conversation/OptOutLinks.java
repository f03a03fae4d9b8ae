package dev.throughline.conversation;

import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.ConsentList;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Addresses of the page where somebody stops messages. What one says of whom is sealed with the
 * person's own key: nobody reads it, nobody makes one up, and erasing the person ends it. It is
 * good for ever otherwise, until the app takes it back.
 */
public final class OptOutLinks {
  /** Below the address of the public port. */
  public static final String PATH = "/u/";

  /** What stands for a link in a message, {@code ${opt_out_url}}. */
  public static final String VARIABLE = "opt_out_url";

  /** One as long as most are, for those who look at a message before it is sent. */
  public static final Map<String, Supplier<String>> SAMPLES =
      Map.of(VARIABLE, () -> "https://gateway.example" + PATH + "x".repeat(140));

  /** A longer token is none of ours: an address has at most 256 characters. */
  private static final int MAX_TOKEN = 1_600;

  private static final byte[] ASSOCIATED = "opt-out link".getBytes(StandardCharsets.US_ASCII);
  private static final int HEAD_BYTES = 1 + 8 + 16;
  private static final byte[] ALL = {};

  private static final String ENDED =
      """
      select 1 from opt_out_link_end
      where app = ? and (hash = ? or hash = ?) and before > ? limit 1
      """;

  private static final String END =
      """
      insert into opt_out_link_end (app, hash, hash_epoch, before) values (?, ?, ?, ?)
      on conflict (app, hash) do update set before = excluded.before
      """;

  private final Vault vault;
  private final Supplier<String> base;

  /**
   * @param base the address of the public port, without a slash at its end
   */
  public OptOutLinks(Vault vault, Supplier<String> base) {
    this.vault = vault;
    this.base = base;
  }

  /**
   * @param list what it stops
   * @param made by the second
   */
  public record Link(AppId app, Identity identity, ConsentList list, Instant made) {}

  /** The list that is about messages of a class; whoever stops a conversation stops all. */
  public static ConsentList listOf(MessageClass sent) {
    return switch (sent) {
      case MARKETING -> ConsentList.OPT_OUT_MARKETING;
      case NOTIFICATION -> ConsentList.OPT_OUT_NOTIFICATION;
      case CONVERSATION -> ConsentList.OPT_OUT_ALL;
    };
  }

  /**
   * @param key of the person, committed by the time the address is used
   */
  String of(Link link, DataKey key) {
    Bytes sealed = vault.seal(key, encode(link), ASSOCIATED);
    return base.get()
        + PATH
        + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed.array());
  }

  /** The address for somebody, whether anything was ever kept of them or not. */
  public String of(Database database, App app, Identity identity, ConsentList list, Instant now) {
    Owner owner = Owners.person(app.project(), app.id(), identity);
    DataKey key = vault.keyFor(owner);
    if (key.fresh().isPresent()) {
      database.transaction(c -> {
        Vault.insert(c, List.of(key));
        return 1;
      });
      vault.admit(Map.of(owner, key));
    }
    return of(new Link(app.id(), identity, list, now), key);
  }

  /** Empty for what is no link of ours, or of somebody who was erased. */
  public Optional<Link> read(String token) {
    if (token.length() > MAX_TOKEN) {
      return Optional.empty();
    }
    try {
      Bytes sealed = Bytes.wrap(Base64.getUrlDecoder().decode(token));
      return Vault.isSealed(sealed)
          ? vault.open(sealed, ASSOCIATED).flatMap(OptOutLinks::decode)
          : Optional.empty();
    } catch (IllegalArgumentException | Vault.TamperedException notOurs) {
      return Optional.empty();
    }
  }

  /** Whether the app took it back. */
  public boolean isEnded(Database database, App app, Link link) {
    Bytes hash = vault.hash(Owners.person(app.project(), app.id(), link.identity()));
    return database.read(c -> {
      try (PreparedStatement s = c.prepareStatement(ENDED)) {
        s.setObject(1, app.id().value().toUuid());
        s.setBytes(2, hash.array());
        s.setBytes(3, ALL);
        s.setTimestamp(4, Timestamp.from(link.made()));
        try (ResultSet row = s.executeQuery()) {
          return row.next();
        }
      }
    });
  }

  /** Ends all links that were made before now: of one address, or of the whole app. */
  public void end(Connection c, App app, Optional<Identity> identity, Instant now)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(END)) {
      s.setObject(1, app.id().value().toUuid());
      s.setBytes(
          2,
          identity
              .map(who -> vault.hash(Owners.person(app.project(), app.id(), who)).array())
              .orElse(ALL));
      s.setInt(3, vault.epoch());
      s.setObject(4, now.atOffset(ZoneOffset.UTC));
      s.executeUpdate();
    }
  }

  private static byte[] encode(Link link) {
    byte[] who =
        (link.identity().channel() + "\n" + link.identity().value())
            .getBytes(StandardCharsets.UTF_8);
    UUID app = link.app().value().toUuid();
    return ByteBuffer.allocate(HEAD_BYTES + who.length)
        .put(
            (byte)
                switch (link.list()) {
                  case OPT_OUT_ALL -> 0;
                  case OPT_OUT_MARKETING -> 1;
                  case OPT_OUT_NOTIFICATION -> 2;
                })
        .putLong(link.made().getEpochSecond())
        .putLong(app.getMostSignificantBits())
        .putLong(app.getLeastSignificantBits())
        .put(who)
        .array();
  }

  private static Optional<Link> decode(Bytes plain) {
    ByteBuffer buffer = ByteBuffer.wrap(plain.array());
    Optional<ConsentList> list =
        switch (buffer.get()) {
          case 0 -> Optional.of(ConsentList.OPT_OUT_ALL);
          case 1 -> Optional.of(ConsentList.OPT_OUT_MARKETING);
          case 2 -> Optional.of(ConsentList.OPT_OUT_NOTIFICATION);
          default -> Optional.empty();
        };
    Instant made = Instant.ofEpochSecond(buffer.getLong());
    UUID app = new UUID(buffer.getLong(), buffer.getLong());
    String who = StandardCharsets.UTF_8.decode(buffer).toString();
    int end = who.indexOf('\n');
    return list.map(of ->
        new Link(
            new AppId(Ulids.of(app)),
            new Identity(new ChannelName(who.substring(0, end)), who.substring(end + 1)),
            of,
            made));
  }
}

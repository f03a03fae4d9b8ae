package dev.throughline.api;

import dev.throughline.http.Request;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.vault.Vault;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * Page sizes and tokens. A token is base64url without padding, which every SDK brings back
 * unchanged (contract, 0, trap 5): where the list goes on, and an HMAC that binds it to the list
 * and the project.
 */
final class Paging {
  private static final int TAG_BYTES = 12;
  private static final int MAX_TOKEN = 512;
  private static final int DEFAULT_SIZE = 10;

  private final Vault vault;

  Paging(Vault vault) {
    this.vault = vault;
  }

  /** The wanted page size; more than {@code max} gets {@code max}, 0 gets the default. */
  static int size(Request request, int max) {
    Optional<String> text = request.query("page_size").filter(value -> !value.isEmpty());
    if (text.isEmpty()) {
      return DEFAULT_SIZE;
    }
    try {
      int size = Integer.parseInt(text.get());
      if (size >= 0) {
        return size(Optional.of(size), max);
      }
    } catch (NumberFormatException e) {
      // answered below, as a negative number is
    }
    throw Refusal.invalid(
        "FIELD_INVALID", "page_size", "page_size must be a whole number from 1 to " + max + ".");
  }

  /** The same of a size that a body has. */
  static int size(Optional<Integer> wanted, int max) {
    return Math.min(wanted.filter(size -> size > 0).orElse(DEFAULT_SIZE), max);
  }

  String token(ProjectId project, String list, byte[] place) {
    byte[] tag = tag(project, list, place);
    byte[] token = Arrays.copyOf(place, place.length + TAG_BYTES);
    System.arraycopy(tag, 0, token, place.length, TAG_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  String token(ProjectId project, String list, Ulid id) {
    return token(project, list, place(id).array());
  }

  /** Where the list goes on; empty at its start. */
  Optional<Bytes> place(Request request, ProjectId project, String list) {
    return place(
        request.rawPlusQuery("page_token").filter(value -> !value.isEmpty()), project, list);
  }

  /** The same of a token that a body has. */
  Optional<Bytes> place(Optional<String> text, ProjectId project, String list) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.get().length() <= MAX_TOKEN) {
      try {
        byte[] token = Base64.getUrlDecoder().decode(text.get());
        if (token.length > TAG_BYTES) {
          byte[] place = Arrays.copyOf(token, token.length - TAG_BYTES);
          byte[] tag = Arrays.copyOfRange(token, place.length, token.length);
          if (MessageDigest.isEqual(tag, tag(project, list, place))) {
            return Optional.of(Bytes.wrap(place));
          }
        }
      } catch (IllegalArgumentException malformed) {
        // answered below, as a token of another list is
      }
    }
    throw Refusal.invalid(
        "PAGE_TOKEN_INVALID", "page_token", "page_token is not one that this list gave out.");
  }

  /** Where a list of rows by id goes on. */
  Optional<Ulid> after(Request request, ProjectId project, String list) {
    return place(request, project, list)
        .map(bytes -> {
          ByteBuffer buffer = ByteBuffer.wrap(bytes.array());
          return Ulids.of(new UUID(buffer.getLong(), buffer.getLong()));
        });
  }

  static Bytes place(Ulid id) {
    return Bytes.wrap(
        ByteBuffer.allocate(2 * Long.BYTES).putLong(id.high()).putLong(id.low()).array());
  }

  private byte[] tag(ProjectId project, String list, byte[] place) {
    Bytes hash = vault.hash("page", project + "\n" + list + "\n" + HexFormat.of().formatHex(place));
    return Arrays.copyOf(hash.array(), TAG_BYTES);
  }
}

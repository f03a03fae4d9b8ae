package dev.throughline.media;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A row of table {@code media}.
 *
 * @param message that the file came with; empty for one that we made
 * @param reason why it failed, in the contract's stable words
 * @param source of a rehosted one: what it was made of
 * @param key of the vault, which seals {@code sealed}
 */
record MediaRow(
    Ulid id,
    ProjectId project,
    Optional<AppId> app,
    Optional<MessageId> message,
    Purpose purpose,
    MediaState state,
    Optional<String> reason,
    Instant created,
    Instant expires,
    boolean stored,
    Optional<Bytes> source,
    UUID key,
    Bytes sealed) {

  /** Why we have it. */
  enum Purpose {
    /** A person sent it. */
    RECEIVED,
    /** Made from what an app sends, for a channel to fetch. */
    REHOSTED
  }

  /** What a row's sealed facts are bound to. */
  static byte[] associated(Ulid id) {
    return ("media " + id).getBytes(StandardCharsets.US_ASCII);
  }
}

package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.MessageClass;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Rows as the fold reads and writes them. */
final class Rows {
  private Rows() {}

  /** What a sealed column of a row is bound to. */
  static byte[] associated(String what, Ulid id) {
    return (what + " " + id).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * @param shown whether the API shows the contact whose it is
   */
  record IdentityRow(
      Ulid id,
      ContactId contact,
      ChannelName channel,
      Optional<AppId> app,
      Bytes hash,
      Friend friend,
      Optional<Instant> friendAt,
      Bytes sealed,
      boolean shown) {}

  /** What is known of somebody and the account. */
  enum Friend {
    UNKNOWN,
    FRIEND,
    BLOCKED;

    String column() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  record FriendRow(Ulid identity, Friend friend, Instant at) {}

  /**
   * @param shown whether the API shows the contact: not whom dispatched messages alone know
   */
  record ContactRow(ContactId id, ProjectId project, Bytes sealed, boolean shown) {}

  record ConversationRow(
      ConversationId id,
      ProjectId project,
      AppId app,
      ContactId contact,
      ChannelName channel,
      Ulid identity,
      Optional<Bytes> sealed) {}

  /** A new message. */
  record MessageRow(
      MessageId id,
      ProjectId project,
      AppId app,
      ConversationId conversation,
      ContactId contact,
      Ulid identity,
      Optional<AccountId> account,
      ChannelName channel,
      boolean toApp,
      Instant acceptTime,
      Optional<Instant> eventTime,
      String processingMode,
      String status,
      long index,
      int position,
      PartRange parts,
      Optional<String> platformId,
      boolean hasReply,
      Optional<MessageClass> messageClass,
      Late content) {
    /** What is kept of the message, sealed. */
    Bytes sealed() {
      return content.bytes();
    }

    /** It belongs to its address, and to no conversation. */
    boolean isDispatched() {
      return processingMode.equals("DISPATCH");
    }

    /** The same message, whose reply token is used. */
    MessageRow withoutReply() {
      return new MessageRow(
          id,
          project,
          app,
          conversation,
          contact,
          identity,
          account,
          channel,
          toApp,
          acceptTime,
          eventTime,
          processingMode,
          status,
          index,
          position,
          parts,
          platformId,
          false,
          messageClass,
          content);
    }

    /** The same message, saying something else. */
    MessageRow with(Bytes sealed) {
      return new MessageRow(
          id,
          project,
          app,
          conversation,
          contact,
          identity,
          account,
          channel,
          toApp,
          acceptTime,
          eventTime,
          processingMode,
          status,
          index,
          position,
          parts,
          platformId,
          hasReply,
          messageClass,
          new Late(sealed));
    }
  }

  /** Bytes that are made once, when they are first asked for: at the latest as they are written. */
  static final class Late {
    private final Supplier<Bytes> maker;
    private @Nullable Bytes made;

    Late(Supplier<Bytes> maker) {
      this.maker = maker;
    }

    Late(Bytes made) {
      this(() -> made);
    }

    Bytes bytes() {
      if (made == null) {
        made = maker.get();
      }
      return made;
    }
  }

  /**
   * A message that was stored before, as outcomes need it.
   *
   * @param doubtful nobody knows whether the channel took it
   */
  record KnownMessage(
      MessageId id,
      AppId app,
      Optional<ConversationId> conversation,
      ContactId contact,
      Ulid identity,
      ChannelName channel,
      Instant acceptTime,
      String status,
      boolean doubtful,
      String processingMode,
      Bytes sealed,
      Bytes identitySealed) {}

  record StatusRow(
      MessageId id, String status, Instant at, Optional<String> reason, Optional<Bytes> sealed) {}

  record MessageEntry(MessageId message, long index) {}

  record ReplyRow(
      long index,
      int position,
      ContactId contact,
      AccountId account,
      Instant received,
      Bytes sealed) {}

  /** An unused reply token: of a message, or of another event. */
  record FreeReply(
      Optional<MessageId> message, long index, int position, Instant received, Bytes sealed) {}

  record Unsend(ConversationId conversation, String platformId, Instant at) {}

  record UnsentMessage(MessageId id, long index, PartRange parts) {}

  /** The parts of an entry's payload that hold one event: {@code [first, end)}. */
  record PartRange(int first, int end) {
    static final PartRange NONE = new PartRange(0, 0);
  }

  record ParkedRow(
      long index,
      int position,
      Bytes lane,
      Ulid id,
      Optional<ProjectId> project,
      Optional<AppId> app,
      String error,
      Instant at) {}
}

package dev.throughline.message;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Something that happened at a channel, parsed from one element of a provider's webhook. Whatever a
 * provider adds tomorrow is an {@link Unknown}: kept, passed on, never an exception.
 */
public sealed interface InboundEvent {
  Head head();

  /** What it tells of a message that the provider took, if it tells of one. */
  default Optional<Receipt> receipt() {
    return switch (this) {
      case Receipt receipt -> Optional.of(receipt);
      case Delivered(Head head, String tag) ->
          Optional.of(
              new Receipt(
                  head, new Receipt.Of.Tag(tag), new Receipt.News.Reached(Assurance.DEVICE)));
      case Message _,
          StickerSent _,
          Edited _,
          Chosen _,
          Reacted _,
          Followed _,
          Unfollowed _,
          Piece _,
          PiecesOverdue _,
          Unsubscribed _,
          Complained _,
          Unsent _,
          AccountNews _,
          Subscription _,
          Unknown _ ->
          Optional.empty();
    };
  }

  /**
   * What all events share.
   *
   * @param eventId the provider's own id of the event, by which duplicates are known
   * @param occurredAt when it happened, by the provider's clock
   * @param chat the other end of the conversation: a user, or the group or room it happened in
   * @param author the person who acted, where the provider names one
   * @param standby another system holds the chat: pass on, never answer
   * @param redelivered the provider says that it sent this event before
   * @param replyToken a free, short-lived right to answer, if the event carries one
   * @param readToken a right to show the author that this message, and all before it, was read
   * @param raw the event's own JSON text, as received
   * @param undocumented what the event holds that the provider does not document, by path
   * @param alias another address of the author's on the channel, if the event names one
   */
  record Head(
      Optional<String> eventId,
      Optional<Instant> occurredAt,
      Optional<Identity> chat,
      Optional<Identity> author,
      boolean standby,
      boolean redelivered,
      Optional<String> replyToken,
      Optional<String> readToken,
      String raw,
      List<String> undocumented,
      Optional<Identity> alias) {
    public Head {
      undocumented = List.copyOf(undocumented);
    }

    /** With one address of the author's. */
    public Head(
        Optional<String> eventId,
        Optional<Instant> occurredAt,
        Optional<Identity> chat,
        Optional<Identity> author,
        boolean standby,
        boolean redelivered,
        Optional<String> replyToken,
        Optional<String> readToken,
        String raw,
        List<String> undocumented) {
      this(
          eventId,
          occurredAt,
          chat,
          author,
          standby,
          redelivered,
          replyToken,
          readToken,
          raw,
          undocumented,
          Optional.empty());
    }

    /** Shows nothing personal. */
    @Override
    public String toString() {
      return "Head[eventId=" + eventId + ", occurredAt=" + occurredAt + "]";
    }
  }

  /**
   * Somebody said something.
   *
   * @param platformMessageId the provider's id of the message
   * @param answeredId the provider's id of the message that it answers
   */
  record Message(
      Head head, String platformMessageId, Content.Inbound content, Optional<String> answeredId)
      implements InboundEvent {}

  /**
   * A piece of what somebody said, which came in several; it is told when all are there, or when
   * those that miss have not come for long.
   *
   * @param platformMessageId the provider's id of this piece
   * @param group what the pieces of one message share, among all that its author sends
   * @param count how many there are
   * @param number which it is, from 1
   * @param overdue a body by which the same channel says that the wait is over
   */
  record Piece(
      Head head,
      String platformMessageId,
      String group,
      int count,
      int number,
      String text,
      Bytes overdue)
      implements InboundEvent {
    /** Shows nothing of what it says. */
    @Override
    public String toString() {
      return "Piece[" + number + "/" + count + "]";
    }
  }

  /** The pieces of a group that have not come will not be waited for any more. */
  record PiecesOverdue(Head head, String group) implements InboundEvent {}

  /** Somebody sent a sticker: a picture that the provider shows, and nobody else has. */
  record StickerSent(
      Head head, String platformMessageId, Sticker sticker, Optional<String> answeredId)
      implements InboundEvent {}

  /**
   * @param packageId digits, as the id
   * @param caption what it says or means, never empty
   * @param keyword the provider's own word for it, the same for whoever sends it
   * @param publicPicture where the provider's picture is found, which the provider does not promise
   */
  record Sticker(
      String packageId, String id, String caption, Optional<String> keyword, String publicPicture) {
    /** Shows nothing of what it says. */
    @Override
    public String toString() {
      return "Sticker[" + packageId + "/" + id + "]";
    }
  }

  /** Somebody changed what they had said; of several, the newest by {@code occurredAt} counts. */
  record Edited(Head head, String platformMessageId, Content.Text content)
      implements InboundEvent {}

  /** Somebody chose something that a message offered. */
  record Chosen(Head head, Content.ChoiceResponse response) implements InboundEvent {}

  /**
   * Somebody showed by a sign what they think of a message, or took that back.
   *
   * @param platformMessageId the provider's id of the message
   * @param emoji empty where it was taken back
   */
  record Reacted(Head head, String platformMessageId, String emoji) implements InboundEvent {
    /** Shows nothing of what it says. */
    @Override
    public String toString() {
      return "Reacted[" + head + "]";
    }
  }

  /** Somebody added the account as a friend, or unblocked it. */
  record Followed(Head head, boolean unblocked) implements InboundEvent {}

  /** Somebody blocked the account. */
  record Unfollowed(Head head) implements InboundEvent {}

  /** Somebody called a message of ours spam, as their own provider tells. */
  record Complained(Head head) implements InboundEvent {}

  /** Somebody told the channel, and not us, that they want no advertising. */
  record Unsubscribed(Head head) implements InboundEvent {}

  /** The author took a message back: its content must go, here as well. */
  record Unsent(Head head, String platformMessageId) implements InboundEvent {}

  /**
   * The provider brought a message to somebody's phone number.
   *
   * @param tag which message: what the send named, or else a hash of the number
   */
  record Delivered(Head head, String tag) implements InboundEvent {}

  /**
   * The provider tells what became of a message that it took. In any order, more than once, late.
   *
   * @param of which message
   */
  record Receipt(Head head, Of of, News news) implements InboundEvent {
    /** How a provider names a message of ours. */
    public sealed interface Of {
      /** By what the send named it, {@link DeliveryTag}. */
      record Tag(String tag) implements Of {}

      /** By the id that the provider answered the send with. */
      record PlatformId(String id) implements Of {}
    }

    /** What a provider tells. */
    public sealed interface News {
      record Reached(Assurance level) implements News {}

      /** It will not arrive, or not any more. */
      record Failed(Reason reason) implements News {}
    }
  }

  /**
   * The provider tells something of the account itself, such as how good its number is thought.
   *
   * @param type as the app is told it
   * @param json what the provider says, as it says it
   */
  record AccountNews(Head head, String type, String json) implements InboundEvent {
    @Override
    public String toString() {
      return "AccountNews[" + type + "]";
    }
  }

  /** The provider says something of whether it tells us of this account at all. */
  record Subscription(Head head, State state) implements InboundEvent {
    /** What became of it. */
    public enum State {
      /** It would from now on, if we accept. */
      OFFERED,
      /** It does not any more. */
      ENDED
    }
  }

  /** Any other event; {@code type} is the provider's word for it, or empty. */
  record Unknown(Head head, String type) implements InboundEvent {}
}

package dev.throughline.message;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that happened at a channel, parsed from one element of a provider's webhook. Whatever a
 * provider adds tomorrow is an {@link Unknown}: kept, passed on, never an exception.
 */
public sealed interface InboundEvent {
  Head head();

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
      String raw) {
    /** Shows nothing personal. */
    @Override
    public String toString() {
      return "Head[eventId=" + eventId + ", occurredAt=" + occurredAt + "]";
    }
  }

  /** Somebody said something; {@code platformMessageId} is the provider's id of the message. */
  record Message(Head head, String platformMessageId, Content.Inbound content)
      implements InboundEvent {}

  /** Somebody chose something that a message offered. */
  record Chosen(Head head, Content.ChoiceResponse response) implements InboundEvent {}

  /** Somebody added the account as a friend, or unblocked it. */
  record Followed(Head head, boolean unblocked) implements InboundEvent {}

  /** Somebody blocked the account. */
  record Unfollowed(Head head) implements InboundEvent {}

  /** The author took a message back: its content must go, here as well. */
  record Unsent(Head head, String platformMessageId) implements InboundEvent {}

  /** Any other event; {@code type} is the provider's word for it, or empty. */
  record Unknown(Head head, String type) implements InboundEvent {}
}

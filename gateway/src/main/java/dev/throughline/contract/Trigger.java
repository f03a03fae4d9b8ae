package dev.throughline.contract;

import java.util.Optional;

/** What a webhook can be told of, in the contract's words (4.1). */
public enum Trigger {
  MESSAGE_INBOUND,
  MESSAGE_DELIVERY,
  MESSAGE_SUBMIT,
  EVENT_INBOUND,
  EVENT_DELIVERY,
  CONVERSATION_START,
  CONVERSATION_STOP,
  CONVERSATION_DELETE,
  CONTACT_CREATE,
  CONTACT_UPDATE,
  CONTACT_DELETE,
  CONTACT_MERGE,
  CONTACT_IDENTITIES_DUPLICATION,
  OPT_IN,
  OPT_OUT,
  CAPABILITY,
  CHANNEL_EVENT,
  UNSUPPORTED,
  SMART_CONVERSATION,
  SMART_CONVERSATIONS,
  MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION,
  RECORD_NOTIFICATION,
  BATCH_STATUS_UPDATE;

  /** Empty for UNSPECIFIED_TRIGGER and every other word. */
  public static Optional<Trigger> of(String word) {
    for (Trigger trigger : values()) {
      if (trigger.name().equals(word)) {
        return Optional.of(trigger);
      }
    }
    return Optional.empty();
  }
}

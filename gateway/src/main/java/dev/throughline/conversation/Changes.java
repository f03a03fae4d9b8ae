package dev.throughline.conversation;

import dev.throughline.ledger.Kind;

/** The words of entries that tell the fold of changes and decisions made through the API. */
public final class Changes {
  /** A change of contacts, conversations or messages; its first part is JSON of these words. */
  public static final Kind KIND = new Kind("change");

  public static final String CHANGE = "change";
  public static final String CONTACT_CREATED = "contact_created";
  public static final String CONTACT_UPDATED = "contact_updated";
  public static final String CONTACT_DELETED = "contact_deleted";
  public static final String CONTACT_MERGED = "contact_merged";
  public static final String CONVERSATION_CREATED = "conversation_created";
  public static final String CONVERSATION_UPDATED = "conversation_updated";
  public static final String CONVERSATION_STOPPED = "conversation_stopped";
  public static final String CONVERSATION_RESUMED = "conversation_resumed";
  public static final String CONVERSATION_DELETED = "conversation_deleted";
  public static final String MESSAGE_UPDATED = "message_updated";
  public static final String MESSAGE_DELETED = "message_deleted";
  public static final String EVENT_INJECTED = "event_injected";
  public static final String MESSAGE_INJECTED = "message_injected";

  /** What was kept for as long as the app's retention policy says. */
  public static final String EXPIRED = "expired";

  public static final String SETTINGS = "settings";

  public static final String EVENT_DELETED = "event_deleted";

  /** A decision: what has not been sent of a message is not to be. */
  public static final String CANCEL = "cancel";

  /** Ids of what changed. */
  public static final String CONTACT = "contact";

  public static final String APP = "app";
  public static final String CONVERSATION = "conversation";
  public static final String MESSAGE = "message";

  /** Of an outcome: which step of the message's plan it is of, and which account sent. */
  public static final String STEP = "step";

  public static final String ACCOUNT = "account";

  /** Of an attempt and its outcome: the message's choices stand as numbered lines. */
  public static final String NUMBERED = "numbered";

  /** Of such an outcome: nobody can have got the message by this attempt. */
  public static final String NOT_TAKEN = "not_taken";

  /** The contact or conversation as the API shows it after the change, or before its deletion. */
  public static final String SHOWN = "shown";

  /** The contact that was merged into another, and ceased to be. */
  public static final String MERGED = "merged";

  public static final String DECISION = "decision";
  public static final String REPLAY = "replay";
  public static final String RESEND = "resend";
  public static final String FORGET_BLOCK = "forget_block";
  public static final String TASK = "task";
  public static final String PARKED = "parked";
  public static final String IDENTITIES = "identities";

  /** What the parts after the first are about, one person each. */
  public static final String PEOPLE = "people";

  public static final String FRIENDS = "friends";
  public static final String SEEN = "seen";

  private Changes() {}
}

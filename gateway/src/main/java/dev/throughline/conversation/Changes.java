package dev.throughline.conversation;

import dev.throughline.ledger.Kind;

/** The words of entries that tell the fold of changes and decisions made through the API. */
public final class Changes {
  /** A change of contacts, conversations or messages; its first part is JSON of these words. */
  public static final Kind KIND = new Kind("change");

  public static final String CHANGE = "change";
  public static final String CONTACT_CREATED = "contact_created";
  public static final String CONTACT = "contact";

  public static final String DECISION = "decision";
  public static final String REPLAY = "replay";
  public static final String RESEND = "resend";
  public static final String FORGET_BLOCK = "forget_block";
  public static final String TASK = "task";
  public static final String PARKED = "parked";
  public static final String IDENTITIES = "identities";

  private Changes() {}
}

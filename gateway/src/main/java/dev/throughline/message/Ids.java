package dev.throughline.message;

import dev.throughline.ledger.Ulid;

/** The one-field id types whose values are random and may be shown, logged and indexed. */
public final class Ids {
  private Ids() {}

  /** An app of a project: its credentials, its webhooks and its settings. */
  public record AppId(Ulid value) {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** One person as the project knows them; several channel identities may belong to them. */
  public record ContactId(Ulid value) {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** A conversation between one app and one contact. */
  public record ConversationId(Ulid value) {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** A message in either direction. Of a send, it is also the id of its {@code request} entry. */
  public record MessageId(Ulid value) {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** An event in either direction. Of an app event, it is also the id of its entry. */
  public record EventId(Ulid value) {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** One channel credential of an app (one LINE Official Account): the ledger's account. */
  public record AccountId(Ulid value) {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** A callback target of an app. */
  public record WebhookId(Ulid value) {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** A project: the unit that API keys, contacts and apps belong to. 1 to 64 of [A-Za-z0-9_-]. */
  public record ProjectId(String value) {
    private static final int MAX_LENGTH = 64;

    public ProjectId {
      if (!isValid(value)) {
        throw new IllegalArgumentException(
            "project id must be 1 to 64 of A-Z a-z 0-9 _ -, was: " + value);
      }
    }

    public static boolean isValid(String value) {
      return !value.isEmpty()
          && value.length() <= MAX_LENGTH
          && value
              .chars()
              .allMatch(c ->
                  c == '-'
                      || c == '_'
                      || c >= '0' && c <= '9'
                      || c >= 'a' && c <= 'z'
                      || c >= 'A' && c <= 'Z');
    }

    @Override
    public String toString() {
      return value;
    }
  }
}

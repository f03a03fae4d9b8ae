package dev.throughline.message;

import java.util.Optional;

/**
 * Something that an app has somebody see and that is no message.
 *
 * @param json the contract's {@code event}, as text
 */
public record AppEvent(Kind kind, String json) {
  /** The contract's kinds (2.5), by the field that holds each. */
  public enum Kind {
    COMPOSING("composing_event"),
    COMPOSING_END("composing_end_event"),
    READ_MESSAGE("read_message_event"),
    COMMENT_REPLY("comment_reply_event"),
    AGENT_JOINED("agent_joined_event"),
    AGENT_LEFT("agent_left_event"),
    GENERIC("generic_event");

    private final String field;

    Kind(String field) {
      this.field = field;
    }

    public String field() {
      return field;
    }

    public static Optional<Kind> of(String name) {
      for (Kind kind : values()) {
        if (kind.name().equals(name)) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }
  }

  /** Shows its kind only. */
  @Override
  public String toString() {
    return "AppEvent[" + kind + "]";
  }
}

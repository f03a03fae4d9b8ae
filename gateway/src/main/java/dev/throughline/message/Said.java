package dev.throughline.message;

import java.util.Optional;

/** What a message says on one channel, once templates are filled in. */
public sealed interface Said {
  /**
   * @param filled where it came from a template: what that says with its placeholders filled in, as
   *     the contract writes it
   */
  record Something(Content.Outbound content, Optional<String> filled) implements Said {
    /** Shows the kind only. */
    @Override
    public String toString() {
      return "Something[" + content + "]";
    }
  }

  /** It cannot be said there. */
  record Nothing(Reason reason) implements Said {}
}

package dev.throughline.message;

/**
 * What an app asked to send.
 *
 * @param json the contract's {@code app_message}, as it was given
 * @param content what it says
 */
public record AppMessage(String json, Content.Outbound content) {
  /** Shows nothing of what it says. */
  @Override
  public String toString() {
    return "AppMessage[" + content + "]";
  }
}

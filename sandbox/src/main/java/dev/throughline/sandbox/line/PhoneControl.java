package dev.throughline.sandbox.line;

import java.util.Optional;

/** What people do with their phones beyond words, as methods. Safe for many threads. */
public final class PhoneControl {
  private final World world;

  PhoneControl(World world) {
    this.world = world;
  }

  /**
   * Somebody sends a picture, a film, a recording or a file.
   *
   * @param chat the user's own id, or a group's
   */
  public LineControl.Done attach(String chat, String userId, Attachment attachment)
      throws ControlRefusal {
    WebhookEvent event = world.say(chat, userId, attachment.message(), Optional.of(attachment));
    return new LineControl.Done(
        event.json().path("message").path("id").stringValue(""), event.id());
  }
}

package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What people send to the account's WhatsApp numbers. */
final class SocialInbound {
  private final Account account;
  private final SocialState state;
  private final SocialEvents events;

  SocialInbound(Account account, SocialState state, SocialEvents events) {
    this.account = account;
    this.state = state;
    this.events = events;
  }

  /** A text; opens the window of 24 hours. Returns Meta's id of it. */
  String bring(String from, String name, Optional<String> to, String text) {
    ObjectNode message = Json.object().put("type", "text");
    message.putObject("text").put("body", text);
    return bring(from, name, to, message);
  }

  /**
   * @param message as Meta writes it, without {@code from}, {@code id} and {@code timestamp}
   */
  String bring(String from, String name, Optional<String> to, ObjectNode message) {
    String person = from.startsWith("+") ? from.substring(1) : from;
    SocialState.Owned owned = owned(to);
    Instant now = account.now();
    state.inbound(owned.number().metaPhoneNumberId(), person);
    String id =
        "wamid."
            + Base64.getEncoder()
                .encodeToString(
                    ("inbound" + account.ids.hex(28)).getBytes(StandardCharsets.US_ASCII));
    ObjectNode content = Json.object();
    ObjectNode contact = content.putArray("contacts").addObject();
    contact.putObject("profile").put("name", name);
    contact.put("wa_id", person);
    ObjectNode one = content.putArray("messages").addObject();
    one.put("from", person).put("id", id);
    one.put("timestamp", Long.toString(now.getEpochSecond()));
    one.setAll(message);
    events.publish(owned, events.envelope(owned, content, account.ids.uuid().toString(), now));
    return id;
  }

  private SocialState.Owned owned(Optional<String> to) {
    for (SocialState.Linked linked : state.linked()) {
      for (AwsConfig.WhatsAppNumber number : linked.account().numbers()) {
        if (to.isEmpty()
            || number.number().equals(to.get())
            || number.phoneNumberId().equals(to.get())
            || number.metaPhoneNumberId().equals(to.get())) {
          return new SocialState.Owned(linked, number);
        }
      }
    }
    throw new IllegalArgumentException("The account has no such WhatsApp number.");
  }
}

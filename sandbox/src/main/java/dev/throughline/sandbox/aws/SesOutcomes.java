package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Delivery;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What becomes of an accepted mail, recipient by recipient. */
final class SesOutcomes {
  static final String SIMULATOR = "@simulator.amazonses.com";

  /** The test virus that SES, too, rejects. */
  private static final String EICAR = "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

  /**
   * A mail that was accepted.
   *
   * @param set the configuration set; empty = nobody hears of it
   */
  record Sent(
      String id,
      String from,
      List<String> to,
      String set,
      Map<String, String> tags,
      Instant at,
      Bytes mime) {
    Sent {
      to = List.copyOf(to);
      tags = Map.copyOf(tags);
    }
  }

  private final Account account;
  private final SesState state;
  private final SesEvents events;

  SesOutcomes(Account account, SesState state, SesEvents events) {
    this.account = account;
    this.state = state;
    this.events = events;
  }

  /**
   * @param failure why the template could not be rendered; empty if there is a mail
   */
  void accepted(Sent sent, String failure, JsonNode template) {
    events.remember(sent);
    if (!failure.isEmpty()) {
      String name = Json.text(template, "TemplateName").orElse("");
      tell(
          sent,
          Optional.empty(),
          Condition.OK,
          List.of(at -> events.failure(sent, name, failure, at)));
      return;
    }
    if (sent.mime.text().contains(EICAR)) {
      tell(
          sent,
          Optional.empty(),
          Condition.OK,
          List.of(at -> events.send(sent, at), at -> events.reject(sent, at)));
      return;
    }
    boolean first = true;
    for (String recipient : sent.to) {
      deliver(sent, recipient, first);
      first = false;
    }
  }

  /**
   * @param first whether it is the first recipient, with whom the mail's one Send event is told
   */
  private void deliver(Sent sent, String recipient, boolean first) {
    Optional<Scripted<Fault>> fault =
        account.receiptFault(Service.SES, recipient + " " + sent.mime.text());
    List<Receipts.Event> told = new ArrayList<>();
    if (first) {
      told.add(at -> events.send(sent, at));
    }
    String forced =
        fault.filter(rule -> rule.fault() == Fault.STATUS).map(Scripted::detail).orElse("");
    if (!forced.isEmpty() && SesEvents.tellable(forced)) {
      told.add(at -> events.any(sent, forced, List.of(recipient), at));
      if (forced.equals("Delivery")) {
        hand(sent, recipient);
      }
      tell(sent, fault, Condition.OK, told);
      return;
    }
    if (recipient.endsWith(SIMULATOR)) {
      simulate(sent, recipient, told);
      tell(sent, fault, Condition.OK, told);
      return;
    }
    if (state.suppressed(recipient).isPresent()) {
      told.add(at -> events.bounce(sent, recipient, Bounce.SUPPRESSED, at));
      tell(sent, fault, Condition.OK, told);
      return;
    }
    Condition condition = hand(sent, recipient);
    switch (condition) {
      // a phone that is off does not hold up its mail server
      case OK, LATE_RECEIPT, OUT_OF_ORDER, AIRPLANE ->
          told.add(at -> events.delivery(sent, List.of(recipient), at));
      case UNREACHABLE -> {
        told.add(at -> events.delay(sent, recipient, at));
        told.add(at -> events.bounce(sent, recipient, Bounce.UNREACHABLE, at));
      }
      case BLOCKED -> told.add(at -> events.bounce(sent, recipient, Bounce.BLOCKED, at));
      case NO_APP -> told.add(at -> events.bounce(sent, recipient, Bounce.FULL, at));
      case BOUNCES -> {
        told.add(at -> events.delivery(sent, List.of(recipient), at));
        told.add(at -> events.bounce(sent, recipient, Bounce.LATER, at));
        state.suppress(recipient, "BOUNCE", sent.id);
      }
      case NOBODY -> {
        told.add(at -> events.bounce(sent, recipient, Bounce.NOBODY, at));
        state.suppress(recipient, "BOUNCE", sent.id);
      }
    }
    tell(sent, fault, condition, told);
  }

  private Condition hand(Sent sent, String recipient) {
    return account.phones.deliver(
        new Delivery(
            PhoneChannel.EMAIL,
            sent.from,
            recipient,
            sent.id,
            new Delivery.Content.Mail(sent.id + "@amazonses.com", sent.mime),
            Optional.empty()),
        () -> {
          // SES learns nothing of what happens after the mail server took it
        });
  }

  /** The mailboxes that Amazon keeps for trying out. */
  private void simulate(Sent sent, String recipient, List<Receipts.Event> told) {
    switch (recipient.substring(0, recipient.indexOf('@')).split("\\+", 2)[0]) {
      case "bounce" -> told.add(at -> events.bounce(sent, recipient, Bounce.NOBODY, at));
      case "suppressionlist" ->
          told.add(at -> events.bounce(sent, recipient, Bounce.SUPPRESSED, at));
      case "complaint" -> {
        told.add(at -> events.delivery(sent, List.of(recipient), at));
        told.add(at -> events.complaint(sent, recipient, at));
      }
      default -> told.add(at -> events.delivery(sent, List.of(recipient), at));
    }
  }

  private void tell(
      Sent sent, Optional<Scripted<Fault>> fault, Condition condition, List<Receipts.Event> told) {
    events.play(sent, fault, condition, told);
  }

  /** Why a mail came back. */
  enum Bounce {
    NOBODY("Permanent", "NoEmail", "5.1.1", "smtp; 550 5.1.1 user unknown"),
    SUPPRESSED(
        "Permanent",
        "OnAccountSuppressionList",
        "5.1.1",
        "Amazon SES did not send the message to this address because it is on the suppression list"
            + " for your account."),
    BLOCKED("Permanent", "General", "5.7.1", "smtp; 550 5.7.1 sender is blocked"),
    LATER("Permanent", "General", "5.2.1", "smtp; 550 5.2.1 mailbox disabled"),
    FULL("Transient", "MailboxFull", "4.2.2", "smtp; 452 4.2.2 mailbox full"),
    UNREACHABLE("Transient", "General", "4.4.7", "smtp; 550 4.4.7 message expired");

    final String type;
    final String subType;
    final String status;
    final String diagnostic;

    Bounce(String type, String subType, String status, String diagnostic) {
      this.type = type;
      this.subType = subType;
      this.status = status;
      this.diagnostic = diagnostic;
    }
  }
}

package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Scripted;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jsmpp.session.SMPPServerSession;

/**
 * What a test or a demonstration does to the message centre from outside. Wrong arguments are
 * {@link IllegalArgumentException} with a sentence that says what to do.
 */
public final class SmppControl implements AutoCloseable {
  private final SmppConfig config;
  private final Centre centre;
  private final Desk desk;
  private final Outbox outbox;
  private final Ids ids;
  private final AtomicInteger reference = new AtomicInteger();

  SmppControl(SmppConfig config, Centre centre, Desk desk, Outbox outbox, Ids ids) {
    this.config = config;
    this.centre = centre;
    this.desk = desk;
    this.outbox = outbox;
    this.ids = ids;
  }

  /** Replaces all faults. */
  public void setFaults(List<Scripted<SmppFault>> rules) {
    if (rules.size() > Faults.RULES_LIMIT) {
      throw new IllegalArgumentException("There can be at most " + Faults.RULES_LIMIT + " faults.");
    }
    for (Scripted<SmppFault> rule : rules) {
      if (!rule.endpoint().equals(rule.fault().endpoint())) {
        throw new IllegalArgumentException(
            rule.fault().label() + " is set for " + rule.fault().endpoint() + ".");
      }
      boolean status = rule.fault() == SmppFault.REJECT || rule.fault() == SmppFault.REFUSE;
      if (status && !rule.detail().matches("0x[0-9A-Fa-f]{1,8}")) {
        throw new IllegalArgumentException("detail is a command status such as 0x0B.");
      }
      if (rule.fault() == SmppFault.STATUS && !ReceiptText.STATES.containsKey(rule.detail())) {
        throw new IllegalArgumentException("detail is one of " + ReceiptText.STATES.keySet());
      }
    }
    centre.faults.set(rules);
  }

  public void clearFaults() {
    centre.faults.clear(Optional.empty());
  }

  public List<Faults.Active<Scripted<SmppFault>>> activeFaults() {
    return centre.faults.active();
  }

  public SmppConfig.Style style() {
    return centre.style;
  }

  public void style(SmppConfig.Style style) {
    centre.style = style;
  }

  /** How many sessions are bound. */
  public int bound() {
    return (int) outbox.sessions().stream().filter(one -> one.getSessionState().isBound()).count();
  }

  /** Unbinds all sessions. */
  public void unbind() {
    outbox.sessions().forEach(SMPPServerSession::unbindAndClose);
  }

  /** What was submitted, whether it had an effect or not. */
  public Journal<SubmitCall> calls() {
    return desk.calls();
  }

  /** What was accepted: what a test judges by. */
  public Journal<AcceptedSubmit> accepted() {
    return centre.accepted;
  }

  /** A person texts the customer; an empty {@code to} is its first source. Returns an id. */
  public String text(String from, Optional<String> to, String words) {
    String number =
        to.or(() -> config.sources().stream().sorted().findFirst())
            .orElseThrow(
                () -> new IllegalArgumentException("Say to which number of the customer."));
    String person = from.startsWith("+") ? from.substring(1) : from;
    int next = reference.incrementAndGet() & 0xff;
    for (Outbox.Letter letter :
        Inbound.letters(person, number, words, centre.style.longTexts(), next)) {
      outbox.put(letter);
    }
    return ids.uuid().toString();
  }

  @Override
  public void close() {
    desk.calls().close();
    centre.accepted.close();
  }
}

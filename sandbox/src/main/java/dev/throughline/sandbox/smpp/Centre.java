package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.emulator.Timers;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Delivery;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.sandbox.people.Phones;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jsmpp.SMPPConstant;
import org.jsmpp.extra.ProcessRequestException;
import tools.jackson.databind.node.ObjectNode;

/** What the message centre does with what it accepted: parts together, phone, receipts. */
final class Centre {
  private static final Duration LIFE = Duration.ofDays(3);
  private static final int KEPT = 200_000;
  private static final long BYTES = 64L << 20;
  private static final long FIRST_ID = 0x20000000L;

  /** Message id and submission of a part. */
  private record Part(String id, Submission submission, Instant at) {}

  private final SmppConfig config;
  private final Phones phones;
  private final InstantSource clock;
  private final Timers timers;
  private final Outbox outbox;
  private final AtomicLong lastId;
  private final Map<String, TreeMap<Integer, Part>> incomplete = new HashMap<>();
  final Faults<Scripted<SmppFault>> faults;
  final Journal<AcceptedSubmit> accepted = new Journal<>(KEPT, BYTES, AcceptedSubmit::weight);
  volatile SmppConfig.Style style;

  Centre(
      SmppConfig config,
      Phones phones,
      InstantSource clock,
      Ids ids,
      Timers timers,
      Outbox outbox) {
    this.config = config;
    this.phones = phones;
    this.clock = clock;
    this.timers = timers;
    this.outbox = outbox;
    this.faults = new Faults<>(ids);
    this.style = config.style();
    this.lastId = new AtomicLong(FIRST_ID + ids.below(1 << 24));
  }

  Instant now() {
    return clock.instant();
  }

  /** Takes it upon itself; what follows runs after the answer, or before it if it says so. */
  record Taken(String id, boolean receiptFirst, Runnable next) {}

  Taken take(Submission submission) throws ProcessRequestException {
    if (!config.has(submission.from())) {
      throw Submission.refused(
          "The source is not the customer's", SMPPConstant.STAT_ESME_RINVSRCADR);
    }
    Instant now = now();
    String validity = submission.validity();
    Optional<Instant> asked = Validity.expiry(validity, now);
    boolean given = !validity.isEmpty() && !validity.equals("null");
    if (given && asked.filter(one -> one.isAfter(now)).isEmpty()) {
      throw Submission.refused("No valid time", SMPPConstant.STAT_ESME_RINVEXPIRY);
    }
    Instant expires = asked.orElse(now.plus(LIFE));
    String id = Long.toHexString(lastId.incrementAndGet());
    accepted.add(
        new AcceptedSubmit(
            now,
            id,
            submission.from(),
            submission.to(),
            submission.text(),
            submission.part(),
            submission.parts(),
            submission.wanted() != 0,
            submission.userReference()));
    Part part = new Part(id, submission, now);
    List<Part> whole = together(part);
    Optional<Scripted<SmppFault>> fault =
        faults.strike(SmppFault.RECEIPTS, () -> submission.to() + " " + submission.text());
    boolean first = fault.filter(rule -> rule.fault() == SmppFault.RECEIPT_FIRST).isPresent();
    Runnable next = whole.isEmpty() ? () -> wait(part, expires) : () -> hand(whole, fault, expires);
    return new Taken(id, first, next);
  }

  /** All parts of the text once the last one came; else none. */
  private synchronized List<Part> together(Part part) {
    if (part.submission.parts() == 1) {
      return List.of(part);
    }
    String key = key(part.submission);
    TreeMap<Integer, Part> parts = incomplete.computeIfAbsent(key, name -> new TreeMap<>());
    parts.put(part.submission.part(), part);
    if (parts.size() < part.submission.parts()) {
      return List.of();
    }
    incomplete.remove(key);
    return List.copyOf(parts.values());
  }

  private static String key(Submission one) {
    return one.from() + " " + one.to() + " " + one.reference() + " " + one.parts();
  }

  /** A part that stays alone expires. */
  private void wait(Part part, Instant expires) {
    boolean _ =
        timers.at(
            expires,
            () -> {
              boolean alone;
              synchronized (this) {
                TreeMap<Integer, Part> parts = incomplete.get(key(part.submission));
                alone = parts != null && parts.remove(part.submission.part(), part);
                if (parts != null && parts.isEmpty()) {
                  incomplete.remove(key(part.submission));
                }
              }
              if (alone) {
                receipts(List.of(part), Optional.empty(), Condition.OK, "EXPIRED");
              }
            });
  }

  private void hand(List<Part> parts, Optional<Scripted<SmppFault>> fault, Instant expires) {
    Optional<String> forced =
        fault
            .filter(rule -> rule.fault() == SmppFault.STATUS)
            .map(Scripted::detail)
            .filter(ReceiptText.STATES::containsKey);
    if (forced.isPresent() && !forced.get().matches("DELIVRD|UNKNOWN|ACCEPTD")) {
      receipts(parts, fault, Condition.OK, forced.get());
      return;
    }
    AtomicBoolean ended = new AtomicBoolean();
    Condition condition =
        phones.deliver(
            delivery(parts, expires),
            () -> {
              if (ended.compareAndSet(false, true)) {
                receipts(parts, fault, Condition.OK, forced.orElse("DELIVRD"));
              }
            });
    switch (condition) {
      case OK, LATE_RECEIPT, OUT_OF_ORDER ->
          receipts(parts, fault, condition, forced.orElse("DELIVRD"));
      case BLOCKED -> receipts(parts, fault, Condition.OK, "REJECTD");
      case UNREACHABLE, NO_APP, BOUNCES, NOBODY -> receipts(parts, fault, Condition.OK, "UNDELIV");
      case AIRPLANE -> {
        boolean _ =
            timers.at(
                expires,
                () -> {
                  if (ended.compareAndSet(false, true)) {
                    receipts(parts, fault, Condition.OK, "EXPIRED");
                  }
                });
      }
    }
  }

  private static Delivery delivery(List<Part> parts, Instant expires) {
    Part first = parts.getFirst();
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(part.submission.text()));
    ObjectNode json = Json.object().put("type", "text").put("id", first.id);
    json.put("from", first.submission.from()).put("to", first.submission.to());
    json.put("text", text.toString()).put("parts", parts.size());
    return new Delivery(
        PhoneChannel.SMS,
        first.submission.from(),
        first.submission.to(),
        first.id,
        new Delivery.Content.Message(json, text.toString()),
        Optional.of(expires));
  }

  /** Receipts of all parts, as fault and phone have it. */
  private void receipts(
      List<Part> parts, Optional<Scripted<SmppFault>> fault, Condition condition, String state) {
    SmppFault kind = fault.map(Scripted::fault).orElse(SmppFault.STATUS);
    if (kind == SmppFault.LOSE) {
      return;
    }
    Duration later = Duration.ZERO;
    if (kind == SmppFault.LATE || condition == Condition.LATE_RECEIPT) {
      later = fault.map(Scripted::delay).filter(Duration::isPositive).orElse(config.late());
    }
    List<Outbox.Letter> letters = new ArrayList<>();
    for (Part part : parts) {
      boolean delivered = state.equals("DELIVRD");
      if (part.submission.intermediate()) {
        letters.add(letter(part, "ENROUTE", kind));
      }
      if (part.submission.wants(delivered)) {
        letters.add(letter(part, state, kind));
        if (kind == SmppFault.DUPLICATE) {
          letters.add(letter(part, state, kind));
        }
        if (kind == SmppFault.CONTRADICT) {
          letters.add(letter(part, delivered ? "UNDELIV" : "DELIVRD", kind));
        }
      }
    }
    if (kind == SmppFault.REORDER || condition == Condition.OUT_OF_ORDER) {
      letters = letters.reversed();
    }
    if (later.isZero()) {
      letters.forEach(outbox::put);
    } else {
      List<Outbox.Letter> all = letters;
      boolean _ = timers.at(now().plus(later), () -> all.forEach(outbox::put));
    }
  }

  private Outbox.Letter letter(Part part, String state, SmppFault kind) {
    SmppConfig.Style now = style;
    boolean malformed = kind == SmppFault.MALFORMED;
    return new Outbox.Letter(
        part.submission.to().substring(1),
        part.submission.from(),
        state.equals("ENROUTE") ? 0x20 : 0x04,
        0,
        ReceiptText.text(
            ReceiptText.id(part.id, now.ids()),
            part.at,
            now(),
            state,
            part.submission.text(),
            malformed),
        ReceiptText.parameters(part.id, state, now.receiptTlvs() && !malformed));
  }
}

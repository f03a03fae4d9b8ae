package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.emulator.Timers;
import dev.throughline.sandbox.people.Phones;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** What all services of the account share: time, chance, faults, the record, the people. */
final class Account {
  private static final int ACCEPTED_KEPT = 200_000;
  private static final long ACCEPTED_BYTES = 64L << 20;

  final AwsConfig config;
  final InstantSource clock;
  final Ids ids;
  final Timers timers;
  final Phones phones;
  final Faults<Scripted<Fault>> faults;
  final Journal<AcceptedMessage> accepted =
      new Journal<>(ACCEPTED_KEPT, ACCEPTED_BYTES, AcceptedMessage::weight);

  Account(AwsConfig config, InstantSource clock, Ids ids, Timers timers, Phones phones) {
    this.config = config;
    this.clock = clock;
    this.ids = ids;
    this.timers = timers;
    this.phones = phones;
    this.faults = new Faults<>(ids);
  }

  Instant now() {
    return clock.instant();
  }

  /** The fault that strikes the receipts of this message; one look is one chance. */
  Optional<Scripted<Fault>> receiptFault(Service service, String destination) {
    return faults.strike(Fault.EVENTS + service.label(), () -> destination);
  }
}

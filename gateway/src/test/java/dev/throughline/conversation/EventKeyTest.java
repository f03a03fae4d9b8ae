package dev.throughline.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.InboundEvent;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventKeyTest {
  private static final Instant OCCURRED = Instant.parse("2026-11-21T23:59:59.999Z");
  private static final AccountId ACCOUNT = new AccountId(new Ulid(1, 2));
  private static final Ulid ENTRY = new Ulid(3, 4);

  @Test
  void aSecondDeliveryHasTheSameKey() {
    EventKey first = EventKey.of(ACCOUNT, head("01H", OCCURRED), OCCURRED, ENTRY, 0);

    assertThat(EventKey.of(ACCOUNT, head("01H", OCCURRED), OCCURRED, new Ulid(5, 6), 7))
        .isEqualTo(first);
    assertThat(first.day()).isEqualTo(LocalDate.parse("2026-11-21"));
    assertThat(first.id().getMostSignificantBits() >>> 16).isEqualTo(OCCURRED.toEpochMilli());
  }

  @Test
  void anotherEventOrAccountHasAnother() {
    EventKey first = EventKey.of(ACCOUNT, head("01H", OCCURRED), OCCURRED, ENTRY, 0);

    assertThat(EventKey.of(ACCOUNT, head("01J", OCCURRED), OCCURRED, ENTRY, 0).id())
        .isNotEqualTo(first.id());
    AccountId other = new AccountId(new Ulid(1, 3));
    assertThat(EventKey.of(other, head("01H", OCCURRED), OCCURRED, ENTRY, 0).id())
        .isNotEqualTo(first.id());
  }

  @Test
  void whatHasNoIdIsKnownByItsPlaceInTheLog() {
    EventKey first = EventKey.of(ACCOUNT, head(null, OCCURRED), OCCURRED, ENTRY, 0);

    assertThat(EventKey.of(ACCOUNT, head(null, OCCURRED), OCCURRED, ENTRY, 0)).isEqualTo(first);
    assertThat(EventKey.of(ACCOUNT, head(null, OCCURRED), OCCURRED, ENTRY, 1).id())
        .isNotEqualTo(first.id());
  }

  @Test
  void withoutATimeReceiptDoesNotTellDeliveriesApart() {
    EventKey first = EventKey.of(ACCOUNT, head("01H", null), OCCURRED, ENTRY, 0);

    assertThat(EventKey.of(ACCOUNT, head("01H", null), OCCURRED.minusSeconds(60), ENTRY, 0))
        .isEqualTo(first);
  }

  private static InboundEvent.Head head(@Nullable String id, @Nullable Instant occurred) {
    return new InboundEvent.Head(
        Optional.ofNullable(id),
        Optional.ofNullable(occurred),
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        "{}",
        List.of());
  }
}

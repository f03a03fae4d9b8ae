package dev.throughline.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.conversation.Rows.ReplyRow;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.ContactId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Nobody who holds a reply token is said to have none; of most it is known that they have none. */
class FreshTokensTest {
  private static final Instant START = Instant.parse("2026-11-03T00:00:00Z");
  private static final AccountId ACCOUNT = new AccountId(id(99));

  private final FreshTokens tokens = new FreshTokens();

  @Test
  void whatCameBeforeTheFoldBeganIsNotKnown() {
    tokens.folding(7, START);
    tokens.folded(7, List.of(), List.of());

    assertThat(mayHave(1, START.minusMillis(1))).isTrue();
    assertThat(mayHave(1, START)).isFalse();
  }

  @Test
  void whoGotOneMayHaveItAsLongAsItIsYoungEnough() {
    tokens.folding(7, START);
    came(7, 1, START.plusSeconds(10));

    assertThat(mayHave(1, START.plusSeconds(9))).isTrue();
    assertThat(mayHave(1, START.plusSeconds(10))).isFalse();
    assertThat(mayHave(2, START.plusSeconds(9))).isFalse();
    assertThat(tokens.mayHave(id(2), Optional.of(id(1)), START.plusSeconds(9)))
        .as("by the conversation")
        .isTrue();
  }

  @Test
  void whatAnotherFoldedIsNotKnown() {
    tokens.folding(7, START);
    tokens.folded(7, List.of(), List.of());
    tokens.folding(8, START.plusSeconds(1));
    assertThat(mayHave(1, START)).isFalse();
    tokens.folding(8, START.plusSeconds(1));
    assertThat(mayHave(1, START)).as("the same batch again").isFalse();
    tokens.folded(8, List.of(), List.of());

    tokens.folding(12, START.plusSeconds(5));

    assertThat(mayHave(1, START.plusSeconds(4))).isTrue();
    assertThat(mayHave(1, START.plusSeconds(5))).isFalse();
  }

  @Test
  void theOldestAreForgottenAndThenNotKnown() {
    tokens.folding(0, START);
    for (int i = 0; i <= 50_000; i++) {
      came(i, i, START.plusMillis(i + 1));
      tokens.folding(i + 1, START.plusMillis(i + 1));
    }

    assertThat(mayHave(70_000, START)).as("the first token was dropped").isTrue();
    assertThat(mayHave(70_000, START.plusMillis(1))).isFalse();
    assertThat(mayHave(1, START.plusMillis(1))).isTrue();
  }

  @Test
  void afterwardsNothingIsKnown() {
    tokens.folding(7, START);
    tokens.folded(7, List.of(), List.of());

    tokens.forget();
    tokens.folding(8, START.plusSeconds(3));

    assertThat(mayHave(1, START.plusSeconds(2))).isTrue();
    assertThat(mayHave(1, START.plusSeconds(3))).isFalse();
  }

  private void came(long index, int contact, Instant at) {
    ReplyRow row = new ReplyRow(index, 0, new ContactId(id(contact)), ACCOUNT, at, Bytes.EMPTY);
    tokens.folded(index, List.of(), List.of(row));
  }

  private boolean mayHave(int contact, Instant after) {
    return tokens.mayHave(id(contact), Optional.empty(), after);
  }

  private static Ulid id(int number) {
    return new Ulid(1, number);
  }
}

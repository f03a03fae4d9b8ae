package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.message.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of friends gives each user id once, in whatever usual form; else it is refused whole. */
class FriendCsvTest {
  private static final String ONE = "U" + "1".repeat(32);
  private static final String TWO = "U" + "2".repeat(32);

  @Test
  void theUsualForms() {
    assertThat(FriendCsv.users(Bytes.utf8(ONE + "\n" + TWO + "\n" + ONE)))
        .containsExactly(ONE, TWO);
    assertThat(FriendCsv.users(Bytes.utf8("\ufeffuserId,name\r\n" + ONE + ",a\r\n\r\n")))
        .containsExactly(ONE);
    assertThat(FriendCsv.users(Bytes.utf8("name\tuser_id\n\"A\"\t\"" + TWO + "\"\n")))
        .containsExactly(TWO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "user_id\n",
        "hanako",
        "U1111111111111111111111111111111A",
        "C11111111111111111111111111111111",
        "user_id\n,U11111111111111111111111111111111"
      })
  void everythingElseIsRefused(String csv) {
    assertThatThrownBy(() -> FriendCsv.users(Bytes.utf8(csv))).isInstanceOf(Refusal.class);
  }
}

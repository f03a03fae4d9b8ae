package dev.throughline.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Choice;
import dev.throughline.message.Content.ChoiceResponse;
import dev.throughline.message.Ids.MessageId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChoiceDataTest {
  private static final MessageId ID = new MessageId(new Ulid(0x0192f6a0_0000_0000L, 1));
  private static final int MOST = 300;

  @Test
  void dataComesBack() {
    for (String given : new String[] {"y=1", "a:b:c", "あ".repeat(269), ":"}) {
      String data = ChoiceData.of(ID, 3, new Choice.Say("Yes", given), MOST);
      assertThat(data).hasSizeLessThanOrEqualTo(MOST);
      assertThat(ChoiceData.read(data))
          .isEqualTo(new ChoiceResponse(Optional.of(ID), given, Optional.empty()));
    }
  }

  @Test
  void withoutDataTheMessageAndTheTitleDo() {
    String data = ChoiceData.of(ID, 0, new Choice.Say("Yes", ""), MOST);
    assertThat(ChoiceData.read(data).data()).isEqualTo(ID + "_Yes");
  }

  @Test
  void whatDoesNotFitIsFoundByItsPlace() {
    String data = ChoiceData.of(ID, 12, new Choice.Say("Yes", "d".repeat(270)), MOST);
    assertThat(data).hasSizeLessThanOrEqualTo(MOST);
    assertThat(ChoiceData.read(data))
        .isEqualTo(new ChoiceResponse(Optional.of(ID), data, Optional.of(12)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tl1:",
        "tl2:",
        "tl1:01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "tl2:01ARZ3NDEKTSV4RRFFQ69G5FAV:",
        "tl2:01ARZ3NDEKTSV4RRFFQ69G5FAV:x",
        "tl2:01ARZ3NDEKTSV4RRFFQ69G5FAV:99999",
        "tl2:01ARZ3NDEKTSV4RRFFQ69G5FAV:-1",
        "tl1:not-a-ulid-not-a-ulid-not-:data",
        "tl3:01ARZ3NDEKTSV4RRFFQ69G5FAV:data",
        "action=buy&item=tl1:01ARZ3NDEKTSV4RRFFQ69G5FAV:x",
      })
  void whatIsNotOursIsLeftAsItIs(String data) {
    assertThat(ChoiceData.read(data))
        .isEqualTo(new ChoiceResponse(Optional.empty(), data, Optional.empty()));
  }
}

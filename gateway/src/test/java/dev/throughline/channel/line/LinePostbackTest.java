package dev.throughline.channel.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.message.Choice;
import dev.throughline.message.Content.ChoiceResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinePostbackTest {
  @Test
  void dataComesBack() {
    for (String given : new String[] {"y=1", "a:b:c", "あ".repeat(269), ":"}) {
      String data = LinePostback.data(Composing.ID, 3, new Choice.Say("Yes", given));
      assertThat(data).hasSizeLessThanOrEqualTo(LinePostback.MAX_DATA);
      assertThat(LinePostback.read(data))
          .isEqualTo(new ChoiceResponse(Optional.of(Composing.ID), given, Optional.empty()));
    }
  }

  @Test
  void withoutDataTheMessageAndTheTitleDo() {
    String data = LinePostback.data(Composing.ID, 0, new Choice.Say("Yes", ""));
    assertThat(LinePostback.read(data).data()).isEqualTo(Composing.ID + "_Yes");
  }

  @Test
  void whatDoesNotFitIsFoundByItsPlace() {
    String data = LinePostback.data(Composing.ID, 12, new Choice.Say("Yes", "d".repeat(270)));
    assertThat(data).hasSizeLessThanOrEqualTo(LinePostback.MAX_DATA);
    assertThat(LinePostback.read(data))
        .isEqualTo(new ChoiceResponse(Optional.of(Composing.ID), data, Optional.of(12)));
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
    assertThat(LinePostback.read(data))
        .isEqualTo(new ChoiceResponse(Optional.empty(), data, Optional.empty()));
  }
}

package dev.throughline.channel.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.Channel.Rendered.Impossible;
import dev.throughline.channel.Channel.Rendered.Ready;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * A text is rendered whole or refused: the messages concatenated are the text, each within LINE's
 * limit, and no cut goes through what a reader sees as one character.
 */
class LineTextTest {
  private static final int MAX = LineText.MAX_UNITS;

  @Test
  void aShortTextIsOneMessage() {
    Ready ready = ready("Hello");
    assertThat(ready.body().asUtf8())
        .isEqualTo("{\"messages\":[{\"type\":\"text\",\"text\":\"Hello\"}]}");
    assertThat(ready.lost()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"quotes\" \\ and / slashes",
        "line\nbreak\ttab\r\n",
        "\u0000 NUL \u001f \u007f \u2028 \u2029",
        "こんにちは 👩‍👩‍👧‍👦 Ⅷ é e\u0301 \uFFFE \uFEFF",
        "</script> $ {name} {{x}}",
        "𠮷野家 🇯🇵",
      })
  void everyTextComesOutAsItWentIn(String text) {
    assertThat(texts(ready(text))).containsExactly(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t ", "\u3000\u2003"})
  void blankTextIsImpossible(String text) {
    assertThat(impossible(text)).contains("at least one character");
  }

  @Test
  void halfASurrogatePairIsImpossible() {
    assertThat(impossible("ab\uD83D")).contains("position 2");
    assertThat(impossible("\uDE00ab")).contains("position 0");
    assertThat(impossible("😀\uD83D\uD83D\uDE00")).contains("position 2");
  }

  @Test
  void theLimitIsCountedInUtf16Units() {
    assertThat(texts(ready("x".repeat(MAX)))).hasSize(1);
    assertThat(texts(ready("x".repeat(MAX + 1)))).hasSize(2);
    assertThat(texts(ready("😀".repeat(MAX / 2)))).hasSize(1);
    assertThat(texts(ready("😀".repeat(MAX / 2) + "x"))).hasSize(2);
    assertThat(texts(ready("語".repeat(MAX)))).hasSize(1);
  }

  @Test
  void aLongTextIsCutWhereAReaderWould() {
    String sentence = "This is a sentence of words. ";
    String paragraph = sentence.repeat(60).strip() + "\n\n";
    String line = sentence.repeat(60).strip() + "\n";
    assertThat(texts(ready(paragraph.repeat(5)))).allMatch(text -> text.endsWith(".\n\n"));
    assertThat(texts(ready(line.repeat(5)))).allMatch(text -> text.endsWith(".\n"));
    assertThat(texts(ready(sentence.repeat(400)))).allMatch(text -> text.endsWith(". "));
    assertThat(texts(ready("日本語の文です。".repeat(1_500)))).allMatch(text -> text.endsWith("。"));
    assertThat(texts(ready("word ".repeat(2_000)))).allMatch(text -> text.endsWith("word "));
    assertThat(ready(sentence.repeat(400)).lost())
        .containsExactly(
            "One LINE message holds 5000 UTF-16 units, so the text is shown as 3 messages.");
  }

  @Test
  void aBreakInTheFirstHalfOfAMessageIsNoReasonToCutThere() {
    String text = "Title\n\n" + "x".repeat(MAX + 500);
    assertThat(texts(ready(text)).getFirst()).hasSize(MAX);
  }

  @Test
  void aClusterIsNeverCut() {
    String family = "👩‍👩‍👧‍👦";
    String accents = "e" + "\u0301".repeat(7);
    for (String cluster : List.of("😀", family, "🇯🇵", accents, "한", "a\r\n", "क्षि")) {
      for (int shift = 0; shift < cluster.length() + 1; shift++) {
        String text = "x".repeat(shift) + cluster.repeat(2 * MAX / cluster.length());
        assertWhole(text, texts(ready(text)));
      }
    }
  }

  @Test
  void aTextThatFitsOnlyWithoutNiceCutsStillFits() {
    // A paragraph break just behind the middle of each message would make six of them.
    String text = ("x".repeat(MAX / 2 + 10) + "\n\n").repeat(9);
    assertThat(text.length()).isBetween(4 * MAX, 5 * MAX);
    assertWhole(text, texts(ready(text)));
    String full = "x".repeat(5 * MAX);
    assertThat(texts(ready(full))).hasSize(5).allMatch(part -> part.length() == MAX);
  }

  @Test
  void whatDoesNotFitIsImpossible() {
    assertThat(impossible("x".repeat(5 * MAX + 1))).startsWith("The text has 25001 UTF-16 units;");
    // Within the count, but each message loses a unit to a pair that may not be cut.
    assertThat(impossible("x" + "😀".repeat(5 * MAX / 2 - 1) + "x")).contains("25000 UTF-16 units");
    assertThat(impossible("e" + "\u0301".repeat(MAX))).contains("cut between characters");
    assertThat(impossible("x".repeat(10_000_000))).contains("10000000");
  }

  @Test
  void aMessageOfBlanksOnlyIsImpossible() {
    assertThat(impossible("x" + " ".repeat(3 * MAX) + "x")).contains("at least one character");
  }

  @Test
  void anyTextIsWholeOrRefused() {
    String[] pieces = {
      "word ",
      "。",
      ". ",
      "\n",
      "\n\n",
      "\r\n",
      "日本",
      "😀",
      "👩‍👩‍👧‍👦",
      "e\u0301",
      "🇯🇵",
      "한국",
      "\u3000",
      "x".repeat(700)
    };
    int several = 0;
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int length = random.nextInt(5 * MAX + 200);
      StringBuilder text = new StringBuilder("start ");
      while (text.length() < length) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      switch (LineRendering.render(Composing.text(text.toString()))) {
        case Ready ready -> {
          List<String> parts = texts(ready);
          assertWhole(text.toString(), parts);
          several += parts.size() > 1 ? 1 : 0;
        }
        case Impossible impossible ->
            assertThat(text.length()).as("seed %d", seed).isGreaterThan(5 * MAX - 100);
      }
    }
    assertThat(several).isGreaterThan(100);
  }

  private static void assertWhole(String text, List<String> parts) {
    assertThat(String.join("", parts)).isEqualTo(text);
    assertThat(parts).hasSizeLessThanOrEqualTo(LineText.MAX_MESSAGES);
    BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
    clusters.setText(text);
    int at = 0;
    for (String part : parts) {
      assertThat(part.length()).isBetween(1, MAX);
      at += part.length();
      assertThat(clusters.isBoundary(at)).isTrue();
    }
  }

  private static Ready ready(String text) {
    Rendered rendered = LineRendering.render(Composing.text(text));
    assertThat(rendered).isInstanceOf(Ready.class);
    return (Ready) rendered;
  }

  private static String impossible(String text) {
    Rendered rendered = LineRendering.render(Composing.text(text));
    assertThat(rendered).isInstanceOf(Impossible.class);
    String why = ((Impossible) rendered).why();
    assertThat(why).endsWith(".");
    return why;
  }

  private static List<String> texts(Ready ready) {
    List<String> texts = new ArrayList<>();
    for (JsonNode message : LineJson.MAPPER.readTree(ready.body().array()).get("messages")) {
      assertThat(message.get("type").asString()).isEqualTo("text");
      texts.add(message.get("text").asString());
    }
    return texts;
  }
}

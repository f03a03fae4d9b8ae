package dev.throughline.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.message.ChannelName;
import dev.throughline.policy.OptWords.Wish;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever writes a word that stops messages, and nothing else, means it, in whatever width, case
 * and punctuation; whoever uses it in a sentence means something else.
 */
final class OptWordsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "STOP",
        "stop",
        "Stop.",
        " stop ",
        "ＳＴＯＰ",
        "stop!!",
        "\"STOP\"",
        "STOP\r\n",
        "ｓｔｏｐ。",
        "opt out",
        "opt  out",
        "Opt-Out",
        "UNSUBSCRIBE",
        "\u200bSTOP\u200e",
        "stop all",
        "STOP…",
        "停止",
        "「停止」",
        "停止。",
        "配信停止",
        "配信停止！",
        "ストップ",
        "ｽﾄｯﾌﾟ",
        "　配信停止　",
        "配信解除",
        "หยุด",
        "ไม่รับข่าวสาร",
        "ยกเลิกการรับข่าวสาร",
        "退訂",
        "取消訂閱",
        "停止接收",
        "拒收",
        "退订",
        "取消订阅",
        "停止接收。",
        "退订！"
      })
  void wordsStop(String text) {
    assertThat(OptWords.KNOWN.of(ChannelName.LINE, text)).contains(Wish.STOP);
    assertThat(OptWords.KNOWN.of(ChannelName.SMS, text)).contains(Wish.STOP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "START",
        "unstop",
        "ｓｔａｒｔ！",
        "再開",
        "配信再開。",
        "スタート",
        "เริ่ม",
        "รับข่าวสาร",
        "訂閱",
        "重新訂閱",
        "订阅",
        "恢复订阅"
      })
  void wordsStart(String text) {
    assertThat(OptWords.KNOWN.of(ChannelName.LINE, text)).contains(Wish.START);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "!", "Please stop", "Don't stop", "Where does the bus stop?", "停止してほしい理由",
            "いつ配信停止ですか",
        "หยุดวันไหน", "我要退訂單", "nonstop", "st op", "HELP", "STOP STOP", "yes", "はい"
      })
  void sentencesDoNot(String text) {
    assertThat(OptWords.KNOWN.of(ChannelName.SMS, text)).isEmpty();
  }

  /** In a chat they call off an order, or answer a question. */
  @ParameterizedTest
  @ValueSource(strings = {"cancel", "END", "quit", "TD", "T", "キャンセル", "ยกเลิก", "取消"})
  void someWordsStopByTextMessageOnly(String text) {
    assertThat(OptWords.KNOWN.of(ChannelName.SMS, text)).contains(Wish.STOP);
    assertThat(OptWords.KNOWN.of(ChannelName.LINE, text)).isEmpty();
    assertThat(OptWords.KNOWN.of(ChannelName.WHATSAPP, text)).isEmpty();
  }

  /** A subject and what stands below it are one text. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Unsubscribe",
        "unsubscribe\n\nSent from my phone",
        "Spring offers\n\nSTOP",
        "配信停止\n\n"
      })
  void aMailStopsByItsSubjectOrBelowIt(String text) {
    assertThat(OptWords.KNOWN.of(ChannelName.EMAIL, text)).contains(Wish.STOP);
  }

  @Test
  void aMailThatSaysMoreStopsNothing() {
    String mail = "How do I\n\nunsubscribe\nfrom the paper edition?";

    assertThat(OptWords.KNOWN.of(ChannelName.EMAIL, mail)).isEmpty();
    assertThat(OptWords.KNOWN.of(ChannelName.LINE, "STOP\n\nthe bus, please")).isEmpty();
  }

  @Test
  void anAppHasItsOwnWordsOrNone() {
    OptWords own = new OptWords(true, Set.of(OptWords.normal("やめます！"), "start"), Set.of("stop"));

    assertThat(own.of(ChannelName.LINE, "やめます")).contains(Wish.STOP);
    assertThat(own.of(ChannelName.LINE, "START")).contains(Wish.STOP);
    assertThat(own.of(ChannelName.LINE, "STOP")).contains(Wish.START);
    assertThat(own.of(ChannelName.LINE, "停止")).contains(Wish.STOP);
    assertThat(new OptWords(false, Set.of("x"), Set.of()).of(ChannelName.SMS, "STOP"))
        .isEqualTo(Optional.empty());
  }

  @Test
  void longTextsAreNotLookedAt() {
    assertThat(OptWords.KNOWN.of(ChannelName.LINE, "stop" + " ".repeat(100))).contains(Wish.STOP);
    assertThat(OptWords.KNOWN.of(ChannelName.LINE, "stop" + " ".repeat(100_000))).isEmpty();
    String longest = "a".repeat(OptWords.MAX_LENGTH);
    OptWords own = new OptWords(true, Set.of(longest), Set.of());
    assertThat(own.of(ChannelName.LINE, longest + "!")).contains(Wish.STOP);
    assertThat(own.of(ChannelName.LINE, longest + "a")).isEmpty();
  }

  /** However many letters it takes to spell it. */
  @ParameterizedTest
  @ValueSource(strings = {"각", "ガ", "é", "ﬁ", "９", "ยำ"})
  void aWordIsKnownInEachSpelling(String letter) {
    String word = OptWords.normal(letter.repeat(OptWords.MAX_LENGTH / 2));
    OptWords own = new OptWords(true, Set.of(), Set.of(word));
    for (Normalizer.Form form : Normalizer.Form.values()) {
      String spelled = Normalizer.normalize(word, form);
      assertThat(own.of(ChannelName.LINE, "「" + spelled + "」 "))
          .as("%s", form)
          .contains(Wish.START);
    }
  }

  /** Said once more by patterns, as the documentation says it. */
  @Test
  void blanksAndMarksAreTakenAsTheyAreDefined() {
    String marks = "sT \t\n\r\u000b\u0000\u0085\u00a0\u200b\u200e\u2028\u3000.\ud83d\ude00\ud800";
    Random random = new Random(1);
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder("x");
      for (int n = random.nextInt(12); n > 0; n--) {
        text.append(marks.charAt(random.nextInt(marks.length())));
      }
      String by =
          Normalizer.normalize(text.append('x'), Normalizer.Form.NFKC)
              .toLowerCase(Locale.ROOT)
              .replaceAll("\\p{Cf}|\\p{Cc}(?<![\\n\\r\\t])", "")
              .replaceAll("[\\p{Z}\\s]+", " ");
      assertThat(OptWords.normal(text.toString())).isEqualTo(by);
    }
  }
}

package dev.throughline.channel.sms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.sms.Segments.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jsmpp.bean.DataCodings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The parts of a text concatenated are the text, each fits into an SMS of its encoding, and none
 * ends where phones could not join it again; what is encoded decodes to the same.
 */
final class SegmentsTest {
  /** Written by hand from 3GPP TS 23.038, rows of the table as columns of it. */
  private static final String BASIC =
      "@Δ 0¡P¿p£_!1AQaq$Φ\"2BRbr¥Γ#3CScsèΛ¤4DTdtéΩ%5EUeuùΠ&6FVfvìΨ'7GWgwòΣ(8HXhxÇΘ)9IYiy\nΞ*:JZjz"
          + "Ø\u001b+;KÄkäøÆ,<LÖlö\ræ-=MÑmñÅß.>NÜnüåÉ/?O§oà";

  @Test
  void theTableIsThatOfTheStandard() {
    for (int column = 0; column < 8; column++) {
      for (int row = 0; row < 16; row++) {
        char expected = BASIC.charAt(row * 8 + column);
        int septet = column << 4 | row;
        if (septet != 0x1B) {
          assertThat(Gsm7.decode(new byte[] {(byte) septet}))
              .as("0x%02X", septet)
              .isEqualTo(String.valueOf(expected));
          assertThat(Gsm7.encode(String.valueOf(expected))).contains(new byte[] {(byte) septet});
        }
      }
    }
    assertThat(Gsm7.encode("^{}\\[~]|€").orElseThrow())
        .containsExactly(
            0x1B, 0x14, 0x1B, 0x28, 0x1B, 0x29, 0x1B, 0x2F, 0x1B, 0x3C, 0x1B, 0x3D, 0x1B, 0x3E,
            0x1B, 0x40, 0x1B, 0x65);
    assertThat(Gsm7.has("ç`かÀ")).isFalse();
    assertThat(Gsm7.decode(new byte[] {0x41, 0x1B, 0x01, 0x1B})).isEqualTo("A £ ");
  }

  @ParameterizedTest
  @CsvSource({
    "a, 1, GSM_7BIT, 1",
    "a, 160, GSM_7BIT, 1",
    "a, 161, GSM_7BIT, 2",
    "a, 306, GSM_7BIT, 2",
    "a, 307, GSM_7BIT, 3",
    "€, 80, GSM_7BIT, 1",
    "€, 81, GSM_7BIT, 2",
    "€, 152, GSM_7BIT, 2",
    "€, 153, GSM_7BIT, 3",
    "あ, 70, UCS2, 1",
    "あ, 71, UCS2, 2",
    "あ, 134, UCS2, 2",
    "あ, 135, UCS2, 3",
    "😀, 35, UCS2, 1",
    "😀, 36, UCS2, 2",
    "😀, 66, UCS2, 2",
    "😀, 67, UCS2, 3",
  })
  void soManyCharactersAreSoManyParts(String c, int count, Encoding encoding, int parts) {
    Segments segments = Segments.of(c.repeat(count));

    assertThat(segments.encoding()).isEqualTo(encoding);
    assertThat(segments.parts()).hasSize(parts);
  }

  @Test
  void anyTextIsCutIntoPartsThatFitAndGiveItBack() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      String text = text(random);
      Segments segments = Segments.of(text);

      assertThat(String.join("", segments.parts())).as("seed %d", seed).isEqualTo(text);
      boolean one = segments.parts().size() == 1;
      int units = 0;
      for (String part : segments.parts()) {
        int size =
            switch (segments.encoding()) {
              case GSM_7BIT -> Gsm7.encode(part).orElseThrow().length;
              case UCS2 -> part.getBytes(StandardCharsets.UTF_16BE).length / 2;
            };
        int most = segments.encoding() == Encoding.UCS2 ? one ? 70 : 67 : one ? 160 : 153;
        assertThat(size).as("seed %d", seed).isBetween(text.isEmpty() ? 0 : 1, most);
        assertThat(SmsTexts.loneSurrogate(part)).as("seed %d", seed).isEqualTo(-1);
        units += size;
      }
      assertThat(segments.units()).isEqualTo(units);
      if (segments.encoding() == Encoding.GSM_7BIT) {
        assertThat(Gsm7.decode(Gsm7.encode(text).orElseThrow())).isEqualTo(text);
      }
    }
  }

  @Test
  void dataCodingsAreThoseOfTheLibrary() {
    assertThat(DataCodings.newInstance((byte) 0x10).toByte()).isEqualTo((byte) 0x10);
    assertThat(DataCodings.newInstance((byte) 0x18).toByte()).isEqualTo((byte) 0x18);
    assertThat(DataCodings.newInstance((byte) 0x08).toByte()).isEqualTo((byte) 0x08);
  }

  private static String text(Random random) {
    String[] from = {"a", "Z", "é", "€", "[", "\n", " ", "ß", "あ", "😀", "ก", "Ω"};
    int kinds = random.nextBoolean() ? 8 : from.length;
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(400);
    for (int i = 0; i < length; i++) {
      text.append(from[random.nextInt(kinds)]);
    }
    return text.toString();
  }
}

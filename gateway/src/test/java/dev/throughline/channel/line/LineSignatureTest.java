package dev.throughline.channel.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Authenticity;
import dev.throughline.channel.Channel.Authenticity.Authentic;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Channel.Authenticity.Refused;
import dev.throughline.channel.Channel.WebhookRequest;
import dev.throughline.message.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Exactly one spelling of exactly one signature is accepted; whatever else comes is counted. */
class LineSignatureTest {
  // LINE's own example, https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
  private static final String SECRET = "8c570fa6dd201bb328f1c1eac23a96d8";
  private static final String BODY =
      "{\"destination\":\"U8e742f61d673b39c7fff3cecb7536ef0\",\"events\":[]}";
  private static final String SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=";

  // The other vector that LINE publishes, in the tests of its Java SDK.
  private static final String SDK_SECRET = "SECRET";
  private static final String SDK_SIGNATURE = "3q8QXTAGaey18yL8FWTqdVlbMr6hcuNvM4tefa0o9nA=";

  private static final LineCredentials CREDENTIALS = new LineCredentials("token", SECRET);

  @Test
  void acceptsWhatLinePublishes() {
    assertThat(check(CREDENTIALS, BODY, SIGNATURE)).isEqualTo(new Authentic(1));
    assertThat(check(new LineCredentials("token", SDK_SECRET), "{}", SDK_SIGNATURE))
        .isEqualTo(new Authentic(1));
  }

  @Test
  void tellsWhichSecretSigned() {
    LineCredentials rolling = new LineCredentials("token", SDK_SECRET, Optional.of(SECRET));
    assertThat(check(rolling, "{}", SDK_SIGNATURE)).isEqualTo(new Authentic(1));
    assertThat(check(rolling, BODY, SIGNATURE)).isEqualTo(new Authentic(2));
    assertThat(check(rolling, BODY, SDK_SIGNATURE)).isEqualTo(new Refused(Cause.WRONG));
  }

  @Test
  void refusesEveryOtherSpelling() {
    assertThat(check(CREDENTIALS, BODY)).isEqualTo(new Refused(Cause.MISSING));
    assertThat(check(CREDENTIALS, BODY, SIGNATURE, SIGNATURE))
        .isEqualTo(new Refused(Cause.SEVERAL));
    assertThat(check(CREDENTIALS, BODY, SIGNATURE, "")).isEqualTo(new Refused(Cause.SEVERAL));
    List<String> malformed =
        List.of(
            "",
            " ",
            "=",
            SIGNATURE.substring(0, 43),
            SIGNATURE + "=",
            SIGNATURE + " ",
            " " + SIGNATURE,
            SIGNATURE.substring(0, 43) + " ",
            SIGNATURE.substring(0, 43) + "\n",
            SIGNATURE.substring(0, 20) + " " + SIGNATURE.substring(21),
            SIGNATURE + ", " + SIGNATURE,
            "sha256=" + SIGNATURE,
            "\"" + SIGNATURE + "\"",
            SIGNATURE.replace('+', '-'),
            SIGNATURE.replace('G', 'Ｇ'),
            SIGNATURE.replace('G', '\0'),
            "1a144a9af987cace0f8bc0f1905e3e11ac9a1f43aab49b5a6718130fd7cc0cbb",
            "x".repeat(100_000));
    for (String value : malformed) {
      assertThat(check(CREDENTIALS, BODY, value))
          .as(value.length() > 80 ? "long" : value)
          .isEqualTo(new Refused(Cause.MALFORMED));
    }
    List<String> wrong =
        List.of(
            SDK_SIGNATURE,
            SIGNATURE.toLowerCase(Locale.ROOT),
            SIGNATURE.toUpperCase(Locale.ROOT),
            // The same 32 bytes to a lenient decoder: the last two bits are padding.
            SIGNATURE.replace("s=", "t="),
            "A".repeat(43) + "=");
    for (String value : wrong) {
      assertThat(check(CREDENTIALS, BODY, value)).as(value).isEqualTo(new Refused(Cause.WRONG));
    }
  }

  @Test
  void refusesTheSameJsonInOtherBytes() {
    List<String> bodies =
        List.of(
            "",
            BODY + "\n",
            "\uFEFF" + BODY,
            BODY.replace(":", ": "),
            BODY.replace("events", "\\u0065vents"),
            BODY.replace("U8e", "U8E"),
            "{\"events\":[],\"destination\":\"U8e742f61d673b39c7fff3cecb7536ef0\"}");
    for (String body : bodies) {
      assertThat(check(CREDENTIALS, body, SIGNATURE)).isEqualTo(new Refused(Cause.WRONG));
    }
  }

  @Test
  void refusesAnyFlippedBit() {
    byte[] body = BODY.getBytes(StandardCharsets.UTF_8);
    for (int bit = 0; bit < body.length * 8; bit++) {
      byte[] flipped = body.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(check(CREDENTIALS, flipped, List.of(SIGNATURE)))
          .isEqualTo(new Refused(Cause.WRONG));
    }
  }

  @Test
  void neverThrows() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder value = new StringBuilder(SIGNATURE);
      for (int faults = 1 + random.nextInt(3); faults > 0; faults--) {
        value.setCharAt(random.nextInt(value.length()), (char) random.nextInt(0x10000));
      }
      assertThat(check(CREDENTIALS, BODY, value.toString())).isInstanceOf(Refused.class);
    }
  }

  @Test
  void manyThreadsShareTheSameCredentials() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> checks = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        checks.add(() -> {
          boolean all = true;
          for (int n = 0; n < 500; n++) {
            all &= check(CREDENTIALS, BODY, SIGNATURE) instanceof Authentic;
            all &= check(CREDENTIALS, "{}", SIGNATURE) instanceof Refused;
          }
          return all;
        });
      }
      for (Future<Boolean> result : threads.invokeAll(checks)) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  @Test
  void aLargeBodyIsCheckedToo() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[LineJson.MAX_BODY_BYTES]);
    assertThat(check(CREDENTIALS, body.toByteArray(), List.of(SIGNATURE)))
        .isEqualTo(new Refused(Cause.WRONG));
  }

  private static Authenticity check(LineCredentials credentials, String body, String... values) {
    return check(credentials, body.getBytes(StandardCharsets.UTF_8), List.of(values));
  }

  private static Authenticity check(LineCredentials credentials, byte[] body, List<String> values) {
    return LineSignature.check(
        new WebhookRequest() {
          @Override
          public List<String> header(String name) {
            return name.equalsIgnoreCase("X-Line-Signature") ? values : List.of();
          }

          @Override
          public Bytes body() {
            return Bytes.wrap(body);
          }
        },
        credentials);
  }
}

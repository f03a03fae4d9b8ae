package dev.throughline.channel.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.http.Headers;
import dev.throughline.http.Redacted;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Requests are signed as in the examples of the Amazon S3 API Reference. */
class SignatureV4Test {
  private static final String HOST = "examplebucket.s3.amazonaws.com";
  private static final Instant TIME = Instant.parse("2013-05-24T00:00:00Z");

  private static SignatureV4 signature(Optional<String> token) {
    return new SignatureV4(
        "us-east-1",
        "AKIAIOSFODNN7EXAMPLE",
        Redacted.of("key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        token.map(text -> Redacted.of("token", text)));
  }

  private static List<Headers.Field> signed(SignatureV4 signature) {
    return signature.sign(
        "GET",
        HOST,
        "/test.txt",
        "",
        List.of(new Headers.Field("range", "bytes=0-9")),
        new byte[0],
        TIME);
  }

  /** "Signature Calculations for the Authorization Header", GET Object. */
  @Test
  void inTheHeader() {
    assertThat(signed(signature(Optional.empty())).getLast().value())
        .isEqualTo(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + " SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + " Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  }

  /** "Using Query Parameters". */
  @Test
  void inTheQuery() {
    assertThat(
            signature(Optional.empty()).presign("GET", HOST, "/test.txt", Duration.ofDays(1), TIME))
        .isEqualTo(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature="
                + "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
  }

  @Test
  void aSessionTokenIsSaidAndSigned() {
    SignatureV4 signature = signature(Optional.of("a+token"));

    assertThat(signed(signature)).contains(new Headers.Field("x-amz-security-token", "a+token"));
    assertThat(signed(signature).getLast().value())
        .contains("SignedHeaders=host;range;x-amz-content-sha256;x-amz-date;x-amz-security-token");
    assertThat(signature.presign("PUT", HOST, "/test.txt", Duration.ofMinutes(1), TIME))
        .contains("&X-Amz-Expires=60&X-Amz-Security-Token=a%2Btoken&X-Amz-SignedHeaders=host&");
    assertThat(signature.toString()).doesNotContain("token", "wJalr");
  }
}

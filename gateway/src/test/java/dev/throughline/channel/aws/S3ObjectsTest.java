package dev.throughline.channel.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.throughline.http.Http;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An object is where S3 has it, or where the installation's AWS is. */
class S3ObjectsTest {
  private static final S3Object OBJECT = new S3Object("files-in", "throughline/123 4");

  @AutoClose private final Http http = new Http(Http.Settings.of("test"));

  private String address(AwsSettings settings, String region) {
    AwsCredentials account =
        new AwsCredentials(
            "AKIDEXAMPLE", "secret", Optional.empty(), region, List.of(), Optional.empty());
    return new S3Objects(settings, http, () -> Instant.parse("2026-11-20T09:00:00Z"))
        .uploadAddress(account, OBJECT, Duration.ofMinutes(2))
        .reveal();
  }

  /** The form that End User Messaging Social takes: API_S3PresignedUrl. */
  @Test
  void anUploadIsToAnAddressThatAwsTakes() {
    assertThat(address(AwsSettings.AWS, "eu-west-1"))
        .startsWith("https://files-in.s3.eu-west-1.amazonaws.com/throughline/123%204?X-Amz-")
        .contains("&X-Amz-Date=20261120T090000Z&X-Amz-Expires=120&X-Amz-SignedHeaders=host&")
        .matches("https://(.*)s3(.*).amazonaws.com/(.*)")
        .hasSizeLessThan(2_000);
    assertThat(address(AwsSettings.AWS, "cn-north-1"))
        .startsWith("https://files-in.s3.cn-north-1.amazonaws.com.cn/throughline/");
  }

  @ParameterizedTest
  @CsvSource({"http://127.0.0.1:4566", "http://127.0.0.1:4566/"})
  void elsewhereTheBucketIsThePathsFirstPart(URI endpoint) {
    assertThat(address(new AwsSettings(Optional.of(endpoint), AwsSettings.SNS), "eu-west-1"))
        .startsWith("http://127.0.0.1:4566/files-in/throughline/123%204?");
  }

  @Test
  void noNameLeadsOutOfS3() {
    for (String bucket : List.of("a.b", "files/in", "Files", "x@y", "a")) {
      assertThatIllegalArgumentException().isThrownBy(() -> new S3Object(bucket, "key"));
    }
  }
}

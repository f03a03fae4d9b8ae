package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SandboxFileTest {
  @TempDir Path data;

  @Test
  void addressesOfAnEarlierStartAreNeverGivenOut() throws Exception {
    SandboxFile first = SandboxFile.in(data, new SecureRandom());
    first.put("api", "http://127.0.0.1:1");
    first.publish();

    SandboxFile second = SandboxFile.in(data, new SecureRandom());
    assertThat(second.published()).isEmpty();
    second.write();
    assertThat(second.published()).isEmpty();
    second.put("api", "http://127.0.0.1:2");
    second.publish();

    assertThat(Api.json(second.published().orElseThrow()).path("api").asString())
        .isEqualTo("http://127.0.0.1:2");
    assertThat(second.get("line_channel_secret")).isEqualTo(first.get("line_channel_secret"));
  }
}

package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.store.TestDatabase;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * However large an audience is, taking it in needs no memory for it, and it is not sent to all at
 * once unless that was asked for.
 */
final class LargeAudienceTest {
  /** One more than a million: LINE asks to spread what goes to more. */
  private static final int PEOPLE = 1_000_001;

  /** A million people would be 200 MB; what stays of each is eight bytes. */
  private static final String HEAP = "96m";

  @TempDir private Path home = Path.of("");

  @Test
  void aMillionLinesComeInAsAStreamAndAreStaged() throws Exception {
    Path data = home.resolve("data");
    TestDatabase.lendBinaries(data);
    try (SandboxProcess sandbox = SandboxProcess.within(HEAP, data, home.resolve("log")).ready();
        HttpClient client = HttpClient.newHttpClient()) {
      JsonNode facts = sandbox.facts();
      String path = "/broadcasts/" + make(sandbox.api(), facts.path("app_id").asString());
      Lines lines = new Lines();
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(
                      URI.create(
                          facts.path("api").asString()
                              + "/v1/projects/"
                              + facts.path("project_id").asString()
                              + path
                              + "/audience"))
                  .header(
                      "Authorization",
                      Api.basic(
                          facts.path("key_id").asString(), facts.path("key_secret").asString()))
                  .header("Content-Type", "text/csv")
                  .timeout(Duration.ofMinutes(2))
                  .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> lines))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      JsonNode ready = Api.json(answer.body());
      assertThat(ready.path("state").asString()).isEqualTo("READY");
      assertThat(ready.path("recipients").asInt()).isEqualTo(PEOPLE);

      JsonNode preflight = sandbox.api().get(path + "/preflight").ok();
      assertThat(preflight.path("reachable").asInt()).isEqualTo(PEOPLE);
      assertThat(preflight.path("stages"))
          .hasSize(5)
          .allMatch(stage -> stage.path("wait").asString().equals("600s"));
    }
  }

  private static String make(Api api, String app) {
    ObjectNode body = (ObjectNode) Api.json("{}");
    ObjectNode send = body.putObject("send");
    send.put("app_id", app);
    send.put("message_content_type", "CONTENT_MARKETING");
    send.putObject("message").putObject("text_message").put("text", "To ${name}");
    body.putObject("audience").put("upload", true);
    return api.post("/broadcasts", body.toString()).ok().path("id").asString();
  }

  /** A file that nobody holds: each line is made when it is read. */
  private static final class Lines extends InputStream {
    private static final byte[] HEAD = "line\n".getBytes(StandardCharsets.US_ASCII);
    private static final HexFormat HEX = HexFormat.of();

    private byte[] line = HEAD;
    private int at;
    private int made;

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] into, int from, int length) {
      int count = 0;
      while (count < length) {
        if (at == line.length && !next()) {
          break;
        }
        int some = Math.min(length - count, line.length - at);
        System.arraycopy(line, at, into, from + count, some);
        at += some;
        count += some;
      }
      return count == 0 ? -1 : count;
    }

    private boolean next() {
      if (made == PEOPLE) {
        return false;
      }
      line =
          ("U" + "0".repeat(24) + HEX.toHexDigits(made) + "\n").getBytes(StandardCharsets.US_ASCII);
      at = 0;
      made++;
      return true;
    }
  }
}

package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever comes in, there is an answer that says what is wrong, and the next request works. */
class BadInputTest {
  private final Line line = new Line();

  @AfterEach
  void stillWorks() {
    assertThat(line.push(Line.ALICE, "after all that").status()).isEqualTo(200);
    line.close();
  }

  @Test
  void everyAnswerCarriesAFreshRequestId() {
    Line.Response unknown = line.get("/v2/bot/nothing");
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.message()).isEqualTo("Not found");
    String first = unknown.headers().firstValue("x-line-request-id").orElseThrow();
    String second =
        line.get("/v2/bot/nothing").headers().firstValue("x-line-request-id").orElseThrow();
    assertThat(UUID.fromString(first)).isNotEqualTo(UUID.fromString(second));
  }

  @Test
  void aBodyOverTwoMegabytesIsRefused() {
    String fits = "{\"to\":\"" + Line.ALICE + "\",\"pad\":\"" + "x".repeat(2_000_000) + "\"}";
    assertThat(line.post("/v2/bot/message/push", fits).status()).isEqualTo(400);
    String over = "{\"pad\":\"" + "x".repeat(2 * 1024 * 1024) + "\"}";
    Line.Response refused = line.post("/v2/bot/message/push", over);
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.headers().firstValue("x-line-request-id")).isPresent();
  }

  @Test
  void aChunkedBodyWithoutEndIsRefusedAtTheLimit() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", line.emulator.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v2/bot/message/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                  + Line.TOKEN
                  + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      byte[] chunk =
          ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 33; i++) {
        out.write(chunk);
      }
      out.flush();
      byte[] start = socket.getInputStream().readNBytes(12);
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }

  @Test
  void theContentTypeMustBeJson() {
    Line.Response refused =
        line.send(
            line.request("/v2/bot/message/push")
                .header("content-type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
    assertThat(refused.status()).isEqualTo(415);
    assertThat(refused.message()).isEqualTo("The content type, text/plain, is not supported");
  }

  @Test
  void whatIsNotJsonIsPointedAt() {
    assertThat(line.post("/v2/bot/message/push", "{\n  \"to\": }").message())
        .startsWith("The request body could not be parsed as JSON (line: 2, column: ");
    assertThat(line.post("/v2/bot/message/push", "").status()).isEqualTo(400);
    assertThat(line.post("/v2/bot/message/push", "[]").status()).isEqualTo(400);
    assertThat(line.post("/v2/bot/message/push", "{} {}").status()).isEqualTo(400);
    String deep = "[".repeat(100_000);
    assertThat(line.post("/v2/bot/message/push", "{\"messages\":" + deep).status()).isEqualTo(400);
    assertThat(line.post("/v2/bot/message/push", "{\"to\":1}").message())
        .isEqualTo("The property, to, in the request body is invalid (line: -, column: -)");
    assertThat(line.post("/v2/bot/message/push", "{\"to\":\"\\ud800\",\"messages\":[]}").status())
        .isEqualTo(400);
  }

  @Test
  void tokensAreCheckedBeforeAnythingElse() {
    Line.Response missing =
        line.send(
            HttpRequest.newBuilder(line.uri("/v2/bot/message/push"))
                .POST(HttpRequest.BodyPublishers.ofString("not json")));
    assertThat(missing.status()).isEqualTo(401);
    assertThat(missing.message()).startsWith("Authentication failed due to the following reason: ");
    Line.Response wrong =
        line.send(
            HttpRequest.newBuilder(line.uri("/v2/bot/info"))
                .header("Authorization", "Bearer nope")
                .GET());
    assertThat(wrong.message())
        .isEqualTo(
            "Authentication failed. Confirm that the access token in the authorization header is"
                + " valid.");
  }

  @Test
  void multicastNamesTheRecipientThatIsWrong() {
    String body =
        "{\"to\":[\""
            + Line.ALICE
            + "\",\"C"
            + "0".repeat(32)
            + "\"],\"messages\":[{\"type\":\"text\",\"text\":\"x\"}]}";
    assertThat(line.post("/v2/bot/message/multicast", body).message())
        .isEqualTo("The property, to[1], in the request body is invalid (line: -, column: -)");
  }

  @Test
  void theControlApiAnswersMistakesClearly() throws Exception {
    String alice = "/_sandbox/users/" + Line.ALICE;
    assertThat(line.post(alice + "/messages", "[]").status()).isEqualTo(400);
    assertThat(line.post(alice + "/messages", "{\"type\":\"text\"}").message()).contains("text");
    assertThat(line.post(alice + "/messages", "{").message()).contains("line 1");
    assertThat(line.post(alice + "/follow", "").status()).isEqualTo(409);
    assertThat(line.post(alice + "/unsend", "{\"messageId\":\"1\"}").status()).isEqualTo(404);
    assertThat(line.get("/_sandbox/users/nobody/messages").status()).isEqualTo(404);
    assertThat(line.get("/_sandbox/requests?after=x").status()).isEqualTo(400);
    assertThat(line.get("/_sandbox/what").status()).isEqualTo(404);
    assertThat(line.post("/_sandbox/users", "{\"userId\":\"me\"}").status()).isEqualTo(400);
    assertThat(line.put("/_sandbox/settings", "{\"eventsPerBody\":0}").status()).isEqualTo(400);
    assertThat(line.put("/_sandbox/settings", "{\"eventsPerBody\":\"x\"}").status()).isIn(200, 400);
    assertThat(line.control.settings().eventsPerBody()).isEqualTo(1);
    assertThat(line.post("/_sandbox/events", "{\"base64\":\"*\"}").status()).isEqualTo(400);
    assertThat(line.post("/_sandbox/users", "x".repeat(17 * 1024 * 1024)).status()).isEqualTo(413);
    assertThat(line.control.messages(Line.ALICE, 0, Duration.ZERO).entries()).isEmpty();
  }
}

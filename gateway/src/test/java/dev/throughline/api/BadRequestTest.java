package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiServer.Answer;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes in, the answer has the contract's error form, and nothing is stored. */
class BadRequestTest {
  @AutoClose private static ApiServer api;

  @BeforeAll
  static void warm() {
    api = ApiServer.start();
    api.app();
    api.post("/messages:send", "{");
  }

  static List<String> bodies() {
    return List.of(
        "",
        " ",
        "null",
        "[]",
        "7",
        "{",
        "{\"app_id\":1,\"app_id\":2}",
        "{\"app_id\":\"\\u0000\"}",
        "{\"display_name\":\"\\ud800\"}",
        "{\"display_name\":" + "9".repeat(500_000) + "}",
        "{\"display_name\":1e999999}",
        "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}",
        "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000),
        "{\"" + "k".repeat(20_000) + "\":1}");
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void aBodyThatIsWrongGets400(String body) {
    long head = api.log.head();
    for (String path :
        List.of("/messages:send", "/apps", "/contacts", "/webhooks", "/conversations")) {
      Answer answer = api.post(path, body);
      assertThat(answer.status()).as(path).isEqualTo(400);
      assertThat(answer.json().at("/error/code").intValue()).isEqualTo(400);
      assertThat(answer.text("/error/status")).isEqualTo("INVALID_ARGUMENT");
      assertThat(answer.text("/error/message")).isNotBlank();
      assertThat(answer.json().at("/error/details").isArray()).isTrue();
    }
    assertThat(api.log.head()).isEqualTo(head);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/projects/p1/nothing, 404",
    "GET, /, 404",
    "GET, /v1/projects/p1/messages/a/b/c, 404",
    "PUT, /v1/projects/p1/apps, 405",
    "GET, /v1/projects/p1/messages/%zz, 400",
    "GET, /v1/projects/p1/contacts?identity=%00, 400",
    "POST, /v1/projects/p1/messages:fetch-last-message, 400",
    "GET, /v1/projects/p1/templates, 404"
  })
  void everyPathAnswersInTheForm(String method, String path, int status) throws Exception {
    String answer = wire(method + " " + path);
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(answer).contains("{\"error\":{\"code\":" + status + ",\"message\":\"");
  }

  private static String wire(String line) throws java.io.IOException {
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", api.port())) {
      String head =
          line
              + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\nAuthorization: "
              + api.basic()
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      return new String(
          socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  @Test
  void aBodyOverTheLimitGets413() {
    Answer answer = api.post("/messages:send", "x".repeat((1 << 20) + 1));
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.json().at("/error/code").intValue()).isEqualTo(413);
  }
}

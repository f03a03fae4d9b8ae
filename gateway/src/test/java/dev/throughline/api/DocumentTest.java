package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiDocument.Exchange;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The document is the one in {@code docs/api}, is served as it lies there, names every call of the
 * API and none besides, and what it shows as examples is what it says. Its judge finds what is
 * wrong.
 */
class DocumentTest {
  private static final String ID = "01HZY3V5T7M0N2P4Q6R8S0T2V4";
  private static final String SEND = "/v1/projects/p1/messages:send";
  private static final String SENT =
      "{\"message_id\":\"%s\",\"accepted_time\":\"2026-11-21T09:00:00Z\"}".formatted(ID);
  private static final String TEXT =
      """
      {"app_id":"%s","recipient":{"contact_id":"%s"},"message":{"text_message":{"text":"Hi"}}}\
      """
          .formatted(ID, ID);

  private static ApiServer api;

  @BeforeAll
  static void start() {
    api = ApiServer.start();
  }

  @AfterAll
  static void stop() throws Exception {
    api.close();
  }

  @Test
  void itIsServedAsItLiesInTheDocumentation() throws Exception {
    assertThat(api.raw("public", "GET", "/openapi.yaml", "").body())
        .isEqualTo(Files.readString(ApiDocument.file()));
  }

  @Test
  void itNamesEveryCallOfTheApiAndNoneBesides() {
    Set<String> documented = new TreeSet<>(ApiDocument.ours().shapes());
    // Those of other packages, which have no place among the API's routes.
    documented.removeIf(shape ->
        shape.matches(
            "\\S+ (/hooks|/media|/stickers|/u/|/l/|/doctor|/fsck|/v1/.*/media/|/v1/.*/line[/:]|/v1/.*/broadcasts|/v1/.*/rate-limits|/rates).*"));

    assertThat(documented).isEqualTo(api.shapes());
  }

  @Test
  void everyExampleIsWhatItsSchemaSays() {
    assertThat(ApiDocument.ours().wrongExamples()).isEmpty();
    assertThat(ApiDocument.ours().examples()).isGreaterThan(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "text":"Hi"         | "text":7            | text_message.text is not a string
          "text":"Hi"         | "text":""           | text_message.text is not long enough
          "message":          | "massage":          | .message is not there
          "recipient":        | "ttl":"soon","recipient": | .ttl is not like
          "recipient":        | "queue":"FAST","recipient": | .queue is not one of
          """)
  void aRequestThatShouldNotHaveBeenAcceptedIsFound(String part, String instead, String problem) {
    assertThat(TEXT).contains(part);
    assertThat(problems(SEND, TEXT.replace(part, instead), 200, SENT))
        .singleElement()
        .asString()
        .contains("was accepted", problem);
  }

  @Test
  void whatTheDocumentDoesNotNameIsLetBeInRequestsAndFoundInAnswers() {
    assertThat(problems(SEND, TEXT.replace("\"app_id\"", "\"new\":1,\"app_id\""), 200, SENT))
        .isEmpty();
    assertThat(problems(SEND, TEXT, 200, SENT.replace("{", "{\"new\":1,")))
        .anyMatch(problem ->
            problem.contains("in the answer  fits 0 of 2 forms [.new is not in the document"));
    assertThat(problems(SEND + "?new=1", TEXT, 200, SENT))
        .singleElement()
        .asString()
        .contains("query parameter new");
  }

  @Test
  void anAnswerOfAnotherFormIsFound() {
    assertThat(problems(SEND, "", 400, "{\"code\":5,\"message\":\"flat\"}")).isNotEmpty();
    assertThat(problems(SEND, TEXT, 201, SENT)).isNotEmpty();
    assertThat(problems("/v1/projects/p1/nothing", "", 200, "{}"))
        .singleElement()
        .asString()
        .endsWith("is not in the document");
  }

  @Test
  void aCallbackWithTwoPayloadsOrNoneIsFound() {
    String none =
        """
        {"app_id":"","project_id":"p1","accepted_time":"2026-11-21T09:00:00Z","message_metadata":""}\
        """;

    assertThat(ApiDocument.ours().callbackProblems(none)).isNotEmpty();
    assertThat(
            ApiDocument.ours()
                .callbackProblems(
                    none.replace("\"app_id\"", "\"message\":{},\"event\":{},\"app_id\"")))
        .isNotEmpty();
  }

  private static List<String> problems(String target, String request, int status, String answer) {
    return ApiDocument.ours()
        .problems(new Exchange("POST", target, request, status, "application/json", answer));
  }
}

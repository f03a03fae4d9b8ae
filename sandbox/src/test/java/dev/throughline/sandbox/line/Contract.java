package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.throughline.sandbox.emulator.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** LINE's OpenAPI files as the judge of everything that an emulator was asked and answered. */
final class Contract {
  private static final Path FILES =
      Path.of(System.getProperty("throughline.root", ".."), "..", "shared", "contracts", "line");

  static final List<String> API_FILES =
      List.of(
          "messaging-api.yml",
          "channel-access-token.yml",
          "manage-audience.yml",
          "insight.yml",
          "liff.yml",
          "shop.yml",
          "module.yml",
          "module-attach.yml");

  /** What LINE documents and its files lack; the emulator follows the documents. */
  static final List<String> BEYOND =
      List.of(
          "/v2/bot/message/pnp/templated/push",
          "/v2/bot/message/delivery/pnp/templated",
          "/dialog/bot/accountLink");

  private Contract() {}

  static void needsTheFiles() {
    assumeTrue(
        there(), "LINE's OpenAPI files are not beside this checkout, in ../shared/contracts/line");
  }

  static boolean there() {
    return Files.exists(FILES.resolve("messaging-api.yml"));
  }

  static OpenApi file(String name) {
    return new OpenApi(FILES.resolve(name));
  }

  static void judge(LineControl control) {
    List<OpenApi> files = API_FILES.stream().map(Contract::file).toList();
    for (ObjectNode request : control.requests(0).entries()) {
      judge(files, request);
    }
    OpenApi webhook = file("webhook.yml");
    for (ObjectNode attempt : control.webhooks(0).entries()) {
      String body = attempt.path("body").stringValue();
      // An edit is missing from the file; LINE documents it in the shape of a message.
      String known = body.replace("\"type\":\"messageEdited\"", "\"type\":\"message\"");
      assertThat(webhook.named("CallbackRequest", Json.trusted(known))).as(body).isEmpty();
    }
  }

  private static void judge(List<OpenApi> files, ObjectNode request) {
    String method = request.path("method").stringValue();
    String path = request.path("path").stringValue().replaceAll("\\?.*", "");
    int status = request.path("status").intValue();
    String body = request.path("body").stringValue();
    String endpoint = request.path("endpoint").stringValue();
    if (endpoint.equals("unknown") || BEYOND.contains(path)) {
      return;
    }
    Optional<OpenApi> found = files.stream().filter(file -> file.has(method, path)).findFirst();
    assertThat(found).as("%s %s is in one of LINE's files", method, path).isPresent();
    if (endpoint.startsWith("token-") || endpoint.equals("module-token")) {
      return; // recorded without what they carry; judged where they are called
    }
    OpenApi file = found.orElseThrow();
    if (body.startsWith("{") && status < 400) {
      assertThat(file.request(method, path, Json.trusted(body)))
          .as("%s %s %s", method, path, body)
          .isEmpty();
    }
    String answer = request.path("answer").stringValue();
    boolean bytes = answer.matches("\\[[a-z/0-9;= -]+, [0-9]+ bytes]");
    assertThat(bytes && !file.binary(method, path)).as("%s %s", path, answer).isFalse();
    if (!bytes && status != 0 && !(status == 202 && endpoint.equals("content"))) {
      JsonNode json = answer.isEmpty() ? Json.object() : Json.trusted(answer);
      assertThat(file.response(method, path, status, json))
          .as("%s %s answered %d %s", method, path, status, answer)
          .isEmpty();
    }
  }
}

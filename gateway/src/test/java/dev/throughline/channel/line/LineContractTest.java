package dev.throughline.channel.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Outgoing;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.Channel.Via;
import dev.throughline.channel.Transport;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * LINE's published OpenAPI files agree: with the bodies that we send, and with the golden webhooks
 * that we test against, of which there is one for every event and message type in them.
 */
class LineContractTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Via PUSH = new Via.Push("0193477c-6ef5-7c3a-9d52-0d3f7f1a2b3c");
  private static final Via REPLY = new Via.Reply("feed0001feed0001feed0001feed0001");

  @Test
  void pushesAreWhatLineTakes() {
    OpenApi api = OpenApi.line("messaging-api.yml");
    for (String text : texts()) {
      Transport.Request request = sent(text, PUSH);
      assertThat(problems(api, "PushMessageRequest", request)).isEmpty();
      assertThat(request.method()).isEqualTo("POST");
      for (String header : request.headers().keySet()) {
        assertThat(
                List.of("authorization", "content-type").contains(header)
                    || api.takes("post", request.uri().getPath(), header))
            .as(header)
            .isTrue();
      }
    }
  }

  @Test
  void repliesAreWhatLineTakes() {
    OpenApi api = OpenApi.line("messaging-api.yml");
    for (String text : texts()) {
      Transport.Request request = sent(text, REPLY);
      assertThat(problems(api, "ReplyMessageRequest", request)).isEmpty();
      assertThat(request.headers()).containsOnlyKeys("authorization", "content-type");
    }
  }

  @Test
  void theSchemaWouldTellIfTheyWereNot() {
    OpenApi api = OpenApi.line("messaging-api.yml");
    List<String> bad =
        List.of(
            "{}",
            "{\"to\":\"U1\"}",
            "{\"to\":\"U1\",\"messages\":[]}",
            "{\"to\":7,\"messages\":[{\"type\":\"text\",\"text\":\"a\"}]}",
            "{\"to\":\"U1\",\"messages\":[{\"text\":\"a\"}]}",
            "{\"to\":\"U1\",\"messages\":[{\"type\":\"text\"}]}",
            "{\"to\":\"U1\",\"messages\":[{\"type\":\"text\",\"text\":7}]}");
    for (String body : bad) {
      assertThat(api.problems("PushMessageRequest", JSON.readTree(body))).as(body).isNotEmpty();
    }
  }

  @Test
  void theGoldenWebhooksAreWhatLineSends() throws Exception {
    OpenApi webhook = OpenApi.line("webhook.yml");
    Set<String> events = new HashSet<>();
    Set<String> messages = new HashSet<>();
    for (Path file : goldenFiles()) {
      JsonNode body = JSON.readTree(Files.readAllBytes(file));
      List<String> problems = new ArrayList<>(webhook.problems("CallbackRequest", body));
      assertThat(problems).as(file.getFileName().toString()).isEmpty();
      for (JsonNode event : body.get("events")) {
        events.add(event.get("type").asString());
        messages.add(event.path("message").path("type").asString(""));
      }
    }
    assertThat(events).containsAll(webhook.kinds("Event"));
    assertThat(messages).containsAll(webhook.kinds("MessageContent"));
  }

  private static List<String> texts() {
    return List.of("Hello", "\"こんにちは\" 👋\n\u0000\\", "x".repeat(5_000), "long. ".repeat(4_000));
  }

  private static List<String> problems(OpenApi api, String schema, Transport.Request request) {
    return api.problems(schema, JSON.readTree(request.body().array()));
  }

  private static Transport.Request sent(String text, Via via) {
    List<Transport.Request> requests = new ArrayList<>();
    LineChannel channel =
        new LineChannel(
            request -> {
              requests.add(request);
              return new Transport.Answer.NotSent("only looking");
            },
            LineHost.LINE,
            InstantSource.system());
    Rendered.Ready ready = (Rendered.Ready) channel.render(Composing.text(text));
    channel.send(
        new Outgoing(ready.body(), new Identity(ChannelName.LINE, "U" + "a1".repeat(16)), via),
        new LineCredentials("token", "secret"),
        Duration.ofSeconds(1));
    assertThat(requests).hasSize(1);
    return requests.getFirst();
  }

  private static List<Path> goldenFiles() throws Exception {
    try (Stream<Path> files =
        Files.list(Path.of(LineContractTest.class.getResource("webhook").toURI()))) {
      return files.sorted().toList();
    }
  }
}

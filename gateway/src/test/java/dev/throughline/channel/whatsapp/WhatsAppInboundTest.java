package dev.throughline.channel.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.OwnedRun;
import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.contract.Contents;
import dev.throughline.message.Bytes;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Receipt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What each of Meta's webhooks becomes, and whose its bytes are, as it stands in {@code
 * src/test/goldens/whatsapp-in}; the rows of docs/channels/whatsapp.md. With {@code
 * -Dgoldens=write} the files are written anew, to be read before they are kept.
 */
class WhatsAppInboundTest {
  private static final Path GOLDENS = Path.of("src", "test", "goldens", "whatsapp-in");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  static Stream<Path> goldens() throws IOException {
    try (Stream<Path> files = Files.list(GOLDENS)) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void aWebhookBecomes(Path golden) throws IOException {
    ObjectNode expected = (ObjectNode) JSON.readTree(Files.readString(golden));
    Bytes body = Bytes.wrap(JSON.writeValueAsBytes(expected.path("webhook")));
    ObjectNode actual = JSON.createObjectNode();
    actual.set("webhook", expected.path("webhook"));

    ParsedWebhook parsed = WebhookEvents.parse(body);
    if (parsed instanceof ParsedWebhook.Malformed(String why)) {
      actual.put("malformed", why);
    } else {
      List<ParsedWebhook.Events> groups =
          parsed instanceof ParsedWebhook.Several(var each)
              ? each
              : List.of((ParsedWebhook.Events) parsed);
      ArrayNode events = actual.putArray("events");
      groups.forEach(
          group -> group.events().forEach(event -> events.add(shown(event, group.destination()))));
    }
    ArrayNode owners = actual.putArray("owners");
    int at = 0;
    for (OwnedRun run : OwnedRuns.of(body)) {
      assertThat(run.from()).isEqualTo(at).isLessThan(run.to());
      at = run.to();
      owners.add(run.owner().map(Identity::value).orElse("account"));
    }
    assertThat(at).isEqualTo(body.length());

    if ("write".equals(System.getProperty("goldens"))) {
      Files.writeString(golden, WhatsAppGoldenTest.pretty(actual));
    }
    assertThat(WhatsAppGoldenTest.pretty(actual)).isEqualTo(Files.readString(golden));
  }

  private static ObjectNode shown(InboundEvent event, Optional<String> destination) {
    ObjectNode json = JSON.createObjectNode();
    InboundEvent.Head head = event.head();
    json.put("event", event.getClass().getSimpleName());
    json.put("to", destination.orElse(""));
    json.put("id", head.eventId().orElse(""));
    json.put("at", head.occurredAt().map(Object::toString).orElse(""));
    json.put("chat", head.chat().map(Identity::value).orElse(""));
    json.put("author", head.author().map(Identity::value).orElse(""));
    switch (event) {
      case InboundEvent.Message message -> {
        json.put("message", message.platformMessageId());
        json.set("content", content(message.content()));
        message.answeredId().ifPresent(id -> json.put("answers", id));
      }
      case InboundEvent.Chosen chosen -> {
        json.set("content", content(chosen.response()));
        chosen.response().choice().ifPresent(place -> json.put("place", place));
      }
      case InboundEvent.Reacted reacted ->
          json.put("message", reacted.platformMessageId()).put("emoji", reacted.emoji());
      case InboundEvent.Edited edited -> {
        json.put("message", edited.platformMessageId());
        json.set("content", content(edited.content()));
      }
      case InboundEvent.Unsent unsent -> json.put("message", unsent.platformMessageId());
      case Receipt receipt -> {
        switch (receipt.of()) {
          case Receipt.Of.Tag(String tag) -> json.put("of_tag", tag);
          case Receipt.Of.PlatformId(String id) -> json.put("of_id", id);
        }
        switch (receipt.news()) {
          case Receipt.News.Reached(var level) -> json.put("reached", level.name());
          case Receipt.News.Failed(var reason) ->
              json.put("failed", reason.code() + ": " + reason.description());
        }
      }
      case InboundEvent.AccountNews news -> json.put("type", news.type());
      case InboundEvent.Subscription told -> json.put("state", told.state().name());
      case InboundEvent.Unknown unknown -> json.put("type", unknown.type());
      default -> throw new AssertionError("not of WhatsApp: " + event);
    }
    return json;
  }

  private static ObjectNode content(Content.Inbound content) {
    ObjectNode json = Contents.toJson(content);
    if (content instanceof Content.Attachment file) {
      json.put("kind", file.kind().name());
      json.put("file", file.fileId().orElse(""));
      file.fileName().ifPresent(name -> json.put("name", name));
    }
    return json;
  }
}

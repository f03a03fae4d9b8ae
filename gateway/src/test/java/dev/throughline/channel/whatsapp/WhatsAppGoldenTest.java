package dev.throughline.channel.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Quote;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.contract.AppMessages;
import dev.throughline.contract.Sayings;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.AppMessage;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What each generic message becomes on WhatsApp, as it stands in {@code src/test/goldens/whatsapp};
 * the rows of docs/channels/whatsapp.md. Each body is one that Meta's published OpenAPI file
 * allows, but for the two interactive kinds and the cards of templates that the file does not know.
 * With {@code -Dgoldens=write} the files are written anew, to be read before they are kept.
 */
class WhatsAppGoldenTest {
  private static final Path GOLDENS = Path.of("src", "test", "goldens", "whatsapp");
  private static final MessageId ID = new MessageId(new Ulid(0x0192f6a0_0000_0000L, 1));

  /** Kinds of interactive messages that are newer than Meta's file. */
  private static final List<String> NEWER = List.of("cta_url", "location_request_message");

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final MetaSchema META = MetaSchema.published();

  static Stream<Path> goldens() throws IOException {
    try (Stream<Path> files = Files.list(GOLDENS)) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void aGenericMessageBecomes(Path golden) throws IOException {
    ObjectNode expected = (ObjectNode) JSON.readTree(Files.readString(golden));
    ObjectNode actual = JSON.createObjectNode();
    for (String given : List.of("app_message", "channel_properties", "quote", "silence")) {
      if (expected.has(given)) {
        actual.set(given, expected.path(given));
      }
    }
    switch (WhatsAppRendering.render(composed(expected))) {
      case Rendered.Ready ready -> {
        assertThat(ready.replyable()).isFalse();
        String body = ready.body().asUtf8().replace(ID.toString(), "{id}");
        ObjectNode json = (ObjectNode) JSON.readTree(body);
        assertThat(problems(json)).isEmpty();
        actual.set("body", json);
        ready.lost().forEach(actual.putArray("lost")::add);
        if (ready.numbered()) {
          actual.put("numbered", true);
        }
      }
      case Rendered.Impossible(var code, String why) -> actual.put("impossible", code + ": " + why);
    }
    if ("write".equals(System.getProperty("goldens"))) {
      Files.writeString(golden, pretty(actual));
    }
    assertThat(pretty(actual)).isEqualTo(Files.readString(golden));
  }

  private static Composed composed(ObjectNode golden) {
    AppMessage message = AppMessages.stored(golden.path("app_message")).orElseThrow();
    Said said = Sayings.of(message, ChannelName.WHATSAPP, _ -> Optional.empty(), Map.of());
    Content.Outbound content = ((Said.Something) said).content();
    // What is read back of a stored message is the same.
    assertThat(AppMessages.said(golden.path("app_message"), Optional.empty(), ChannelName.WHATSAPP))
        .contains(content);
    Map<String, String> properties = new HashMap<>();
    golden
        .path("channel_properties")
        .properties()
        .forEach(p -> properties.put(p.getKey(), p.getValue().asString()));
    Composed composed =
        new Composed(
            ID,
            content,
            properties,
            message.agent(),
            Optional.of(golden.path("quote").asString(""))
                .filter(token -> !token.isEmpty())
                .map(Quote.By::new),
            Optional.empty());
    return golden.has("silence")
        ? composed.after(Duration.parse(golden.path("silence").asString()))
        : composed;
  }

  private static List<String> problems(ObjectNode body) {
    ObjectNode whole =
        body.deepCopy().put("recipient_type", "individual").put("to", "819012345678");
    if (body.has("product_policy")) {
      return META.problems("MarketingMessageRequestPayload", whole);
    }
    boolean newer =
        NEWER.contains(body.path("interactive").path("type").asString(""))
            || body.path("template")
                .path("components")
                .valueStream()
                .anyMatch(each -> each.path("type").asString("").equals("carousel"))
            || body.path("type").asString("").equals("hologram");
    return newer ? List.of() : META.problems("Message", whole);
  }

  @Test
  void theSchemaWouldTellOfWrongMessages() {
    String whole =
        "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":\"1\",";
    for (String wrong :
        List.of(
            "\"type\":\"text\"}",
            "\"type\":\"hologram\"}",
            "\"type\":\"text\",\"text\":{\"body\":1}}",
            "\"type\":\"image\",\"image\":{}}",
            "\"type\":\"contacts\",\"contacts\":[]}",
            "\"type\":\"template\",\"template\":{\"name\":\"n\",\"language\":{\"code\":\"en\"}}}",
            "\"type\":\"interactive\",\"interactive\":{\"type\":\"button\",\"action\":{\"buttons\":["
                + "{\"type\":\"reply\",\"reply\":{\"id\":\"1\",\"title\":\"012345678901234567890\"}}"
                + "]}}}")) {
      assertThat(META.problems("Message", JSON.readTree(whole + wrong))).as(wrong).isNotEmpty();
    }
  }

  static String pretty(JsonNode node) {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withArrayIndenter(new DefaultIndenter("  ", "\n"));
    return JSON.writer().with(printer).writeValueAsString(node) + "\n";
  }
}

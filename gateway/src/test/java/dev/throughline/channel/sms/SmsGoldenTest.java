package dev.throughline.channel.sms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.contract.AppMessages;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.AppMessage;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Ids.MessageId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What each generic message becomes as an SMS, as it stands in {@code src/test/goldens/sms}; the
 * rows of docs/channels/sms.md. With {@code -Dgoldens=write} the files are written anew, to be read
 * before they are kept.
 */
final class SmsGoldenTest {
  private static final Path GOLDENS = Path.of("src", "test", "goldens", "sms");
  private static final MessageId ID = new MessageId(new Ulid(0x0192f6a0_0000_0000L, 1));
  private static final JsonMapper JSON = JsonMapper.builder().build();

  static Stream<Path> goldens() throws IOException {
    try (Stream<Path> files = Files.list(GOLDENS)) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void aGenericMessageBecomes(Path golden) throws IOException {
    ObjectNode expected = (ObjectNode) JSON.readTree(Files.readString(golden));
    AppMessage message = AppMessages.stored(expected.path("app_message")).orElseThrow();
    Content.Outbound content =
        AppMessages.said(expected.path("app_message"), Optional.empty(), ChannelName.SMS)
            .orElseThrow();
    Map<String, String> properties = new HashMap<>();
    expected
        .path("channel_properties")
        .properties()
        .forEach(p -> properties.put(p.getKey(), p.getValue().asString()));

    ObjectNode actual = JSON.createObjectNode();
    actual.set("app_message", expected.path("app_message"));
    if (expected.has("channel_properties")) {
      actual.set("channel_properties", expected.path("channel_properties"));
    }
    switch (SmsRendering.render(
        new Composed(
            ID, content, properties, message.agent(), Optional.empty(), Optional.empty()))) {
      case Rendered.Ready ready -> {
        actual.set("sms", JSON.readTree(ready.body().asUtf8()));
        ready.lost().forEach(actual.putArray("lost")::add);
        if (ready.numbered()) {
          actual.put("numbered", true);
        }
        assertThat(ready.replyable()).isFalse();
        assertThat(SmsMessage.of(ready.body()).text())
            .isEqualTo(actual.path("sms").path("text").stringValue());
      }
      case Rendered.Impossible(var _, String why) -> actual.put("impossible", why);
    }

    if ("write".equals(System.getProperty("goldens"))) {
      Files.writeString(golden, pretty(actual));
    }
    assertThat(pretty(actual)).isEqualTo(Files.readString(golden));
  }

  private static String pretty(JsonNode node) {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withArrayIndenter(new DefaultIndenter("  ", "\n"));
    return JSON.writer().with(printer).writeValueAsString(node) + "\n";
  }
}

package dev.throughline.channel.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Quote;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.contract.AppMessages;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.AppMessage;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What each generic message becomes as a mail, as it stands in {@code src/test/goldens/email}, and
 * the MIME of it in {@code email-mime}; the rows of docs/channels/email.md. With {@code
 * -Dgoldens=write} the files are written anew, to be read before they are kept.
 */
class EmailGoldenTest {
  private static final Path GOLDENS = Path.of("src", "test", "goldens", "email");
  private static final Path MIME = Path.of("src", "test", "goldens", "email-mime");
  private static final JsonMapper JSON = JsonMapper.builder().build();
  static final Ulid ULID = Ulids.parse("01K9Z0000000000000000MESSA").orElseThrow();
  static final MessageId ID = new MessageId(ULID);
  static final String TAG = new DeliveryTag(ID, ULID).toString();

  static Stream<Path> goldens() throws IOException {
    try (Stream<Path> files = Files.list(GOLDENS)) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void aGenericMessageBecomes(Path golden) throws Exception {
    ObjectNode given = (ObjectNode) JSON.readTree(Files.readString(golden));
    ObjectNode actual = JSON.createObjectNode();
    actual.set("app_message", given.path("app_message"));
    if (given.has("channel_properties")) {
      actual.set("channel_properties", given.path("channel_properties"));
    }
    switch (EmailRendering.render(composed(given))) {
      case Rendered.Ready ready -> {
        assertThat(MailContent.of(ready.body()).toBytes()).isEqualTo(ready.body());
        show(ready.body(), actual);
        ready.lost().forEach(actual.putArray("lost")::add);
      }
      case Rendered.Impossible(var _, String why) -> actual.put("impossible", why);
    }
    check(golden, pretty(actual));
  }

  private static void show(Bytes rendered, ObjectNode into) throws Exception {
    ObjectNode json = (ObjectNode) JSON.readTree(rendered.array());
    JsonNode body = json.path("Content").path("Simple").path("Body");
    String html = body.path("Html").path("Data").asString("");
    if (html.startsWith("<!DOCTYPE")) {
      // Well-formed as XML too, and its style sheet left out of the golden.
      DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new ByteArrayInputStream(html.substring(15).getBytes(StandardCharsets.UTF_8)));
      ((ObjectNode) body.path("Html")).put("Data", html.replaceAll("(?s)<style>.*</style>", ""));
    }
    lines((ObjectNode) json.path("Content"), body, "Html");
    lines((ObjectNode) json.path("Content"), body, "Text");
    into.setAll(json);
  }

  private static void lines(ObjectNode content, JsonNode body, String part) {
    if (body.has(part)) {
      ArrayNode lines = content.putArray(part);
      body.path(part).path("Data").asString("").lines().forEach(lines::add);
      ((ObjectNode) body).remove(part);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "text-japanese", "contact-info", "property-all", "explicit-raw"})
  void itsMimeIs(String name) throws IOException {
    ObjectNode given =
        (ObjectNode) JSON.readTree(Files.readString(GOLDENS.resolve(name + ".json")));
    Rendered.Ready ready = (Rendered.Ready) EmailRendering.render(composed(given));

    Bytes mime = mime(ready.body());

    assertThat(mime(ready.body())).isEqualTo(mime);
    String text = mime.asUtf8();
    assertThat(text.replace("\r\n", "")).as("ends lines with CRLF only").doesNotContain("\n", "\r");
    assertThat(text.lines()).allMatch(line -> line.length() <= 998);
    check(MIME.resolve(name + ".eml"), text.replace("\r\n", "\n"));
  }

  @Test
  void anAnswerNamesWhatItAnswers() {
    Rendered rendered =
        EmailRendering.render(
            new Composed(
                ID,
                new Content.Text("Yes."),
                Map.of(),
                Optional.empty(),
                Optional.of(new Quote.By("<earlier@example.com>")),
                Optional.empty()));

    String mime = mime(((Rendered.Ready) rendered).body()).asUtf8();

    assertThat(mime)
        .contains("In-Reply-To: <earlier@example.com>\r\n")
        .contains("References: <earlier@example.com>\r\n");
  }

  static Composed composed(ObjectNode given) {
    AppMessage message = AppMessages.stored(given.path("app_message")).orElseThrow();
    Content.Outbound content =
        AppMessages.said(given.path("app_message"), Optional.empty(), ChannelName.EMAIL)
            .orElseThrow();
    Map<String, String> properties = new HashMap<>();
    given
        .path("channel_properties")
        .properties()
        .forEach(p -> properties.put(p.getKey(), p.getValue().asString()));
    return new Composed(
        ID, content, properties, message.agent(), Optional.empty(), Optional.empty());
  }

  static Bytes mime(Bytes rendered) {
    MailSender sender =
        new MailSender("shop@example.com", Optional.of("山田商店"), Optional.of("answers@example.com"));
    return MimeMail.of(
        MailContent.of(rendered).answeredAt(sender.answersTo()),
        new MimeMail.Envelope(
            sender,
            "taro@example.org",
            MailTag.code(TAG),
            MailTag.messageId(TAG, "example.com"),
            Instant.parse("2026-11-21T10:00:00Z")));
  }

  private static void check(Path golden, String actual) throws IOException {
    if ("write".equals(System.getProperty("goldens"))) {
      Files.writeString(golden, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(golden));
  }

  private static String pretty(JsonNode node) {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withArrayIndenter(new DefaultIndenter("  ", "\n"));
    return JSON.writer().with(printer).writeValueAsString(node) + "\n";
  }
}

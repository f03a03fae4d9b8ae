package dev.throughline.channel.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.message.AppMessage.Agent;
import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import dev.throughline.message.Content.Card;
import dev.throughline.message.Content.Height;
import dev.throughline.message.Content.Labelled;
import dev.throughline.message.Content.Media;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * Whatever an app says, its words are never markup: the HTML stays well-formed, holds our own
 * elements and attributes only and no address that runs anything, and its head has as many fields
 * as ever. 400 messages made of what breaks out of HTML, with a seed.
 */
class HtmlInjectionTest {
  private static final long SEED = 20_261_121;

  private static final List<String> PIECES =
      List.of(
          "<script>alert(1)</script>",
          "\"",
          "'",
          "<img src=x onerror=alert(1)>",
          "&lt;b&gt;",
          "&#60;",
          "]]>",
          "<!--",
          "-->",
          "</main></body></html>",
          "</style>",
          "\r\nBcc: eve@example.com\r\n\r\n",
          "\n.\r\n",
          "\u0000",
          "\u001b[31m",
          "\ud800",
          "\udc00",
          "\ufffe",
          "\u2028",
          "javascript:alert(1)",
          "日本語",
          "=?utf-8?q?x?=",
          " ",
          "word");

  private static final Set<String> ELEMENTS =
      Set.of(
          "html", "head", "meta", "title", "style", "body", "div", "main", "footer", "p", "br", "a",
          "img", "h1", "h2", "h3", "section", "dl", "dt", "dd");
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "lang",
          "charset",
          "name",
          "content",
          "style",
          "aria-hidden",
          "class",
          "href",
          "src",
          "alt",
          "width");

  private final Random random = new Random(SEED);

  @Test
  void wordsAreNeverMarkup() throws Exception {
    for (int i = 0; i < 400; i++) {
      Map<String, String> properties =
          Map.of(
              "EMAIL_SUBJECT",
              words() + "s",
              "EMAIL_PREHEADER",
              words(),
              "EMAIL_FROM_NAME",
              words());
      Rendered rendered =
          EmailRendering.render(
              new Composed(
                  EmailGoldenTest.ID,
                  content(i),
                  i % 2 == 0 ? properties : Map.of(),
                  Optional.of(new Agent(words(), Optional.empty())),
                  Optional.empty(),
                  Optional.empty()));
      MailContent mail = MailContent.of(((Rendered.Ready) rendered).body());
      MailContent.Body.Simple simple = (MailContent.Body.Simple) mail.body();

      Document document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(simple.html().substring(15))));
      NodeList elements = document.getElementsByTagName("*");
      for (int e = 0; e < elements.getLength(); e++) {
        check((Element) elements.item(e));
      }
      assertThat(simple.subject()).doesNotContain("\r", "\n");
      String mime = EmailGoldenTest.mime(((Rendered.Ready) rendered).body()).asUtf8();
      String head = mime.substring(0, mime.indexOf("\r\n\r\n"));
      assertThat(head.lines().filter(line -> !line.startsWith(" ") && !line.startsWith("\t")))
          .allMatch(line ->
              line.matches(
                  "(Date|From|Reply-To|To|Message-ID|Subject|MIME-Version|Content-Type"
                      + "|Content-Transfer-Encoding): .*"));
    }
  }

  private static void check(Element element) {
    assertThat(ELEMENTS).contains(element.getTagName());
    for (int i = 0; i < element.getAttributes().getLength(); i++) {
      assertThat(ATTRIBUTES).contains(element.getAttributes().item(i).getNodeName());
    }
    assertThat(element.getAttribute("href")).matches("|(https?:|mailto:|tel:)(?s:.*)");
    assertThat(element.getAttribute("src")).matches("|https?:(?s:.*)");
  }

  private Content.Outbound content(int kind) {
    List<Choice> choices =
        List.of(
            new Choice.Say(words(), words()),
            new Choice.Open(words(), "https://example.com/\"><script>" + random.nextInt()),
            new Choice.Call(words(), "+81312345678"));
    Card card =
        new Card(
            words(),
            words(),
            Optional.of(
                new Media(
                    "https://example.com/a.png?\"'<", Optional.empty(), Optional.of(words()))),
            choices,
            Height.TALL);
    return switch (kind % 6) {
      case 0 -> new Content.Text(words());
      case 1 -> new Content.Choices(words(), choices);
      case 2 -> card;
      case 3 -> new Content.Carousel(List.of(card, card), choices);
      case 4 -> new Content.Location(1, 2, words(), words());
      default ->
          new Content.ContactCard(
              words(),
              List.of(new Labelled(words(), words())),
              List.of(new Labelled(words(), words())),
              List.of(new Labelled("javascript:alert(1)", words())),
              List.of(new Labelled(words(), words())),
              words(),
              words());
    };
  }

  private String words() {
    StringBuilder words = new StringBuilder();
    for (int i = random.nextInt(5); i >= 0; i--) {
      words.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return words.toString();
  }

  @Test
  void aLineOfAnyLengthCanBeCarried() {
    Rendered rendered =
        EmailRendering.render(
            new Composed(EmailGoldenTest.ID, new Content.Text("x".repeat(5_000)), Map.of()));

    byte[] mime = EmailGoldenTest.mime(((Rendered.Ready) rendered).body()).array();

    assertThat(new String(mime, StandardCharsets.UTF_8).lines())
        .allMatch(line -> line.length() <= 998);
  }
}

package dev.throughline.channel.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an app writes for LINE itself goes out byte for byte if LINE's schema and limits allow it,
 * and is refused in LINE's words otherwise: each limit, one beyond, by the property's name.
 */
class LineNativeTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int ROUNDS = 300;

  @Test
  void whateverLineAllowsGoesOutUntouched() {
    OpenApi api = OpenApi.line("messaging-api.yml");
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261121);
    RandomMessages messages = new RandomMessages(random);
    for (int i = 0; i < ROUNDS; i++) {
      ObjectNode body = messages.body();
      for (JsonNode message : body.path("messages")) {
        assertThat(api.problems("Message", message)).as(message.toString()).isEmpty();
      }
      String list = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(body.get("messages"));

      Rendered rendered = render("{ \"messages\" : " + list + " }");

      assertThat(rendered).as(list).isInstanceOf(Rendered.Ready.class);
      assertThat(((Rendered.Ready) rendered).body().asUtf8())
          .isEqualTo("{\"messages\":" + list + "}");
    }
  }

  /** Of each property that LINE's file names, we know what LINE takes there, and of no other. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Message",
        "Template",
        "FlexContainer",
        "FlexComponent",
        "ImagemapAction",
        "SubstitutionObject"
      })
  void everyKindOfLinesFileIsDescribed(String schema) {
    OpenApi api = OpenApi.line("messaging-api.yml");
    Map<String, Map<String, ? extends Shape>> described = Described.kinds(schema);

    assertThat(described.keySet()).isEqualTo(new TreeSet<>(api.kinds(schema)));
    described.forEach((kind, properties) ->
        assertThat(new TreeSet<>(properties.keySet()))
            .as(kind)
            .isEqualTo(new TreeSet<>(api.properties(schema, kind))));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = Limits.BEYOND)
  void oneBeyondALimitIsRefusedInLinesWords(String message, String property, String words) {
    String body = "{\"messages\":[" + Limits.spelled(message) + "]}";

    assertThat(refusal(body))
        .startsWith("The request body has 1 error(s): messages[0]." + property + ": " + words);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = Limits.AT)
  void atALimitItGoesOut(String message) {
    String body = "{\"messages\":[" + Limits.spelled(message) + "]}";

    assertThat(render(body)).as(body).isInstanceOf(Rendered.Ready.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          hello | The request body could not be parsed as JSON (line: 1, column: 1)
          [] | The request body could not be parsed as JSON (line: 1, column: 1)
          {} | The request body has 1 error(s): messages: May not be empty
          {"messages":[]} | The request body has 1 error(s): messages: Size must be between 1 and 5
          {"messages":[T,T,T,T,T,T]} | The request body has 1 error(s): messages: Size must be between 1 and 5
          {"messages":"x"} | The property, messages, in the request body is invalid (line: -, column: -)
          {"messages":[{"type":"text","text":7}]} | The property, messages[0].text, in the request body is invalid (line: -, column: -)
          {"messages":[{"type":"poem","text":"a"}]} | The request body has 1 error(s): messages[0].type: Must be one of the following values: [text, textV2, sticker, image, video, audio, location, imagemap, template, flex, coupon]
          {"messages":[{"type":"text"},{"type":"sticker","packageId":"1"}]} | The request body has 2 error(s): messages[0].text: May not be empty; messages[1].stickerId: May not be empty
          {"messages":[T],"customAggregationUnits":["a","b"]} | The request body has 1 error(s): customAggregationUnits: Size must be between 0 and 1
          {"messages":[T],"to":"U1"} | LINE's own message may hold messages, notificationDisabled and customAggregationUnits, and nothing besides: whom it goes to stands in the request.
          """)
  void whatIsNoBodyOfAPushIsRefused(String body, String sentence) {
    assertThat(refusal(body.replace("T", "{\"type\":\"text\",\"text\":\"a\"}")))
        .isEqualTo(sentence);
  }

  @Test
  void aNameThatStandsTwiceIsRefused() {
    assertThat(refusal("{\"messages\":[{\"type\":\"text\",\"text\":\"a\",\"text\":\"b\"}]}"))
        .contains("could not be parsed as JSON");
  }

  @Test
  void whatIsWrongIsToldWithoutWhatSomebodyWrote() {
    assertThat(
            refusal(
                "{\"messages\":[{\"type\":\"textV2\",\"text\":\"a\",\"substitution\":"
                    + "{\"Hanako Yamada\":{\"type\":\"emoji\"}}}]}"))
        .doesNotContain("Hanako");
  }

  @Test
  void somethingsGoToSomePeopleOnly() {
    String mention =
        "{\"type\":\"textV2\",\"text\":\"{a}\",\"substitution\":"
            + "{\"a\":{\"type\":\"mention\",\"mentionee\":{\"type\":\"all\"}}}}";
    String video =
        "{\"type\":\"video\",\"originalContentUrl\":\"https://a/v.mp4\",\"previewImageUrl\":"
            + "\"https://a/p.jpg\",\"trackingId\":\"t\"}";

    assertThat(to("U", mention)).isInstanceOf(Rendered.Impossible.class);
    assertThat(to("C", mention)).isInstanceOf(Rendered.Ready.class);
    assertThat(to("C", video)).isInstanceOf(Rendered.Impossible.class);
    assertThat(to("U", video)).isInstanceOf(Rendered.Ready.class);
  }

  @Test
  void whatIsCountedCannotBeAReply() {
    String body = "{\"messages\":[{\"type\":\"text\",\"text\":\"a\"}]";

    assertThat(((Rendered.Ready) render(body + "}")).replyable()).isTrue();
    assertThat(((Rendered.Ready) render(body + ",\"customAggregationUnits\":[\"u\"]}")).replyable())
        .isFalse();
  }

  private static Rendered to(String kind, String message) {
    return LineRendering.render(
        new Composed(
            Composing.ID,
            new Content.Native(message),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Identity(ChannelName.LINE, kind + "0".repeat(32)))));
  }

  private static String refusal(String body) {
    Rendered rendered = render(body);
    assertThat(rendered).as(body).isInstanceOf(Rendered.Impossible.class);
    return ((Rendered.Impossible) rendered).why();
  }

  private static Rendered render(String body) {
    return LineRendering.render(Composing.of(new Content.Native(body)));
  }

  /** The properties of each kind that the shapes describe. */
  private static final class Described {
    private Described() {}

    static Map<String, Map<String, ? extends Shape>> kinds(String schema) {
      Map<String, Map<String, ? extends Shape>> all = new TreeMap<>();
      switch (schema) {
        case "Message" -> put(all, MessageShapes.MESSAGE);
        case "Template" -> put(all, at(MessageShapes.MESSAGE.kinds().get("template"), "template"));
        case "FlexContainer" -> put(all, FlexShapes.CONTAINER);
        case "FlexComponent" -> {
          put(all, FlexShapes.BLOCK);
          put(all, FlexShapes.BASELINE);
          put(all, FlexShapes.HERO);
          put(all, at(FlexShapes.BASELINE.kinds().get("text"), "contents"));
        }
        case "ImagemapAction" ->
            put(all, at(MessageShapes.MESSAGE.kinds().get("imagemap"), "actions"));
        case "SubstitutionObject" -> put(all, SubstitutionShape.VALUE);
        default -> throw new AssertionError(schema);
      }
      return all;
    }

    private static Shape at(@Nullable Shape thing, String property) {
      Shape shape = ((Shape.Thing) Objects.requireNonNull(thing)).properties().get(property);
      return shape instanceof Shape.ListOf list ? list.element() : Objects.requireNonNull(shape);
    }

    private static Map<String, Shape> properties(Shape shape) {
      return shape instanceof Shape.Later later
          ? properties(later.shape().get())
          : ((Shape.Thing) shape).properties();
    }

    private static void put(Map<String, Map<String, ? extends Shape>> all, Shape shape) {
      ((Shape.Kinds) shape).kinds().forEach((kind, thing) -> all.put(kind, properties(thing)));
    }
  }

  /** Kept apart so that the tables read as tables. */
  private static final class Limits {
    private Limits() {}

    static final String BEYOND =
        """
        {"type":"text","text":" "} | text | May not be empty
        {"type":"text","text":"x*5001"} | text | Length must be between 1 and 5000
        {"type":"text","text":"😀*2501"} | text | Length must be between 1 and 5000
        {"type":"text","text":"a","emojis":[{"index":0,"productId":"p","emojiId":"e"}]} | emojis[0].index | Must be the position of a $ in the text
        {"type":"text","text":"a","quickReply":{"items":[QUICK*14]}} | quickReply.items | Size must be between 1 and 13
        {"type":"text","text":"a","quickReply":{"items":[{"type":"action","action":{"type":"message","label":"x*21","text":"a"}}]}} | quickReply.items[0].action.label | Length must be between 1 and 20
        {"type":"text","text":"a","quickReply":{"items":[{"type":"action","action":{"type":"message","text":"a"}}]}} | quickReply.items[0].action.label | May not be empty
        {"type":"text","text":"a","quickReply":{"items":[{"type":"action","action":{"type":"richmenuswitch","label":"a","richMenuAliasId":"a","data":"d"}}]}} | quickReply.items[0].action.type | Must be one of
        {"type":"text","text":"a","sender":{"name":"x*21"}} | sender.name | Length must be between 1 and 20
        {"type":"text","text":"a","sender":{"name":"LINE"}} | sender.name | The name cannot be used
        {"type":"text","text":"a","sender":{"iconUrl":"http://a/b.png"}} | sender.iconUrl | Must be a valid HTTPS URL
        {"type":"textV2","text":"{a}"} | substitution | must be specified
        {"type":"textV2","text":"{a b}"} | text | Braces must be paired, or written twice
        {"type":"textV2","text":"}"} | text | Braces must be paired, or written twice
        {"type":"textV2","text":"a","substitution":{"x*21":{"type":"emoji","productId":"p","emojiId":"e"}}} | substitution[0] | The key must match [0-9a-zA-Z_]{1,20}
        {"type":"textV2","text":"a","substitution":{"a":{"type":"mention","mentionee":{"type":"user","userId":"me"}}}} | substitution.a.mentionee.userId | Must be a valid user id
        {"type":"sticker","packageId":"","stickerId":"1"} | packageId | May not be empty
        {"type":"image","originalContentUrl":"http://a/b.jpg","previewImageUrl":"https://a/b.jpg"} | originalContentUrl | Must be a valid HTTPS URL
        {"type":"image","originalContentUrl":"https://a/x*1991","previewImageUrl":"https://a/b.jpg"} | originalContentUrl | Length must be between 1 and 2000
        {"type":"video","originalContentUrl":"https://a/v.mp4","previewImageUrl":"https://a/b.jpg","trackingId":"a b"} | trackingId | invalid trackingId
        {"type":"video","originalContentUrl":"https://a/v.mp4","previewImageUrl":"https://a/b.jpg","trackingId":"x*101"} | trackingId | Length must be between 0 and 100
        {"type":"audio","originalContentUrl":"https://a/a.m4a","duration":0} | duration | must be greater than or equal to 1
        {"type":"audio","originalContentUrl":"https://a/a.m4a"} | duration | May not be empty
        {"type":"location","title":"x*101","address":"a","latitude":1,"longitude":1} | title | Length must be between 1 and 100
        {"type":"location","title":"a","address":"x*101","latitude":1,"longitude":1} | address | Length must be between 1 and 100
        {"type":"location","title":"a","address":"a","latitude":90.1,"longitude":1} | latitude | must be less than or equal to 90
        {"type":"coupon","couponId":"a","deliveryTag":"x*31"} | deliveryTag | Length must be between 0 and 30
        {"type":"coupon","couponId":"a","deliveryTag":"a-b"} | deliveryTag | invalid deliveryTag
        {"type":"imagemap","baseUrl":"https://a/b","altText":"x*1501","baseSize":{"width":1040,"height":1},"actions":[]} | altText | Length must be between 1 and 1500
        {"type":"imagemap","baseUrl":"https://a/b","altText":"a","baseSize":{"width":1041,"height":1},"actions":[]} | baseSize.width | must be less than or equal to 1040
        {"type":"imagemap","baseUrl":"https://a/b","altText":"a","baseSize":{"width":1040,"height":1},"actions":[{"type":"message","text":"x*401","area":AREA}]} | actions[0].text | Length must be between 1 and 400
        {"type":"imagemap","baseUrl":"https://a/b","altText":"a","baseSize":{"width":1040,"height":1},"actions":[{"type":"uri","linkUri":"ftp://a","area":AREA}]} | actions[0].linkUri | invalid uri
        {"type":"template","altText":"a","template":{"type":"buttons","text":"x*161","actions":[POST]}} | template.text | Length must be between 1 and 160
        {"type":"template","altText":"a","template":{"type":"buttons","text":"👨‍👩‍👧‍👦*161","actions":[POST]}} | template.text | Length must be between 1 and 160
        {"type":"template","altText":"a","template":{"type":"buttons","title":"t","text":"x*61","actions":[POST]}} | template.text | Length must be between 1 and 60
        {"type":"template","altText":"a","template":{"type":"buttons","title":"x*41","text":"a","actions":[POST]}} | template.title | Length must be between 0 and 40
        {"type":"template","altText":"a","template":{"type":"buttons","text":"a","actions":[]}} | template.actions | Size must be between 1 and 4
        {"type":"template","altText":"a","template":{"type":"buttons","text":"a","actions":[POST*5]}} | template.actions | Size must be between 1 and 4
        {"type":"template","altText":"a","template":{"type":"buttons","text":"a","imageSize":"wide","actions":[POST]}} | template.imageSize | Must be one of the following values: [cover, contain]
        {"type":"template","altText":"a","template":{"type":"buttons","text":"a","actions":[{"type":"camera","label":"a"}]}} | template.actions[0].type | Must be one of
        {"type":"template","altText":"a","template":{"type":"confirm","text":"x*241","actions":[POST*2]}} | template.text | Length must be between 1 and 240
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST]}} | template.actions | Size must be between 2 and 2
        {"type":"template","altText":"a","template":{"type":"carousel","columns":[COLUMN*11]}} | template.columns | Size must be between 1 and 10
        {"type":"template","altText":"a","template":{"type":"carousel","columns":[{"text":"x*121","actions":[POST]}]}} | template.columns[0].text | Length must be between 1 and 120
        {"type":"template","altText":"a","template":{"type":"carousel","columns":[{"text":"a","actions":[POST*4]}]}} | template.columns[0].actions | Size must be between 1 and 3
        {"type":"template","altText":"a","template":{"type":"carousel","columns":[COLUMN,{"text":"a","actions":[POST*2]}]}} | template.columns[1].actions | Size must be the same in all columns
        {"type":"template","altText":"a","template":{"type":"carousel","columns":[COLUMN,{"title":"t","text":"a","actions":[POST]}]}} | template.columns[1].title | must be specified in all columns or in none
        {"type":"template","altText":"a","template":{"type":"image_carousel","columns":[{"imageUrl":"https://a/b.jpg","action":{"type":"message","label":"x*13","text":"a"}}]}} | template.columns[0].action.label | Length must be between 1 and 12
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST,{"type":"postback","label":"a","data":"x*301"}]}} | template.actions[1].data | Length must be between 1 and 300
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST,{"type":"postback","label":"a","data":"d","displayText":"a","text":"a"}]}} | template.actions[1].text | The property cannot be used with displayText
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST,{"type":"postback","label":"a","data":"d","fillInText":"a"}]}} | template.actions[1].fillInText | inputOption must be openKeyboard
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST,{"type":"message","label":"a","text":"x*301"}]}} | template.actions[1].text | Length must be between 1 and 300
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST,{"type":"uri","label":"a","uri":"ftp://a"}]}} | template.actions[1].uri | invalid uri
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST,{"type":"uri","label":"a","uri":"https://a/x*991"}]}} | template.actions[1].uri | Length must be between 1 and 1000
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST,{"type":"clipboard","label":"a","clipboardText":"x*1001"}]}} | template.actions[1].clipboardText | Length must be between 1 and 1000
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST,{"type":"datetimepicker","label":"a","data":"d","mode":"date","min":"2026-02-30"}]}} | template.actions[1].min | Must be a valid date
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST,{"type":"datetimepicker","label":"a","data":"d","mode":"date","min":"2026-02-03","max":"2026-02-03"}]}} | template.actions[1].max | must be greater than min
        {"type":"flex","altText":"a","contents":{"type":"bubble","size":"tera"}} | contents.size | Must be one of
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","contents":[]}}} | contents.body.layout | must be specified
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"text","text":"a"}}} | contents.body.type | Must be one of the following values: [box]
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"icon","url":"https://a/b.png"}]}}} | contents.body.contents[0].type | Must be one of
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text"}]}}} | contents.body.contents[0].text | must be specified
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","spacing":"wide","contents":[]}}} | contents.body.spacing | invalid property
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","backgroundColor":"red","contents":[]}}} | contents.body.backgroundColor | invalid color
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"uri","label":"x*41","uri":"https://a"}}]}}} | contents.body.contents[0].action.label | Length must be between 1 and 40
        {"type":"flex","altText":"a","contents":{"type":"bubble","hero":{"type":"image","url":"https://a/b.png","aspectRatio":"1:4"}}} | contents.hero.aspectRatio | invalid property
        {"type":"flex","altText":"a","contents":{"type":"bubble","size":"nano","hero":{"type":"video","url":"https://a/b.mp4","previewUrl":"https://a/b.png","altContent":{"type":"image","url":"https://a/b.png"}}}} | contents.size | Must be one of the following values: [kilo, mega, giga]
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"x*30720"}]}}} | contents | Size must be between 0 and 30720
        {"type":"flex","altText":"a","contents":{"type":"carousel","contents":[BUBBLE*13]}} | contents.contents | Size must be between 1 and 12
        {"type":"flex","altText":"a","contents":{"type":"carousel","contents":[BUBBLE,{"type":"bubble","size":"giga"}]}} | contents.contents[1].size | must be the same in all bubbles
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","background":{"type":"linearGradient","angle":"360deg","startColor":"#000000","endColor":"#ffffff"},"contents":[]}}} | contents.body.background.angle | invalid property
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"image","url":"https://a/b.png","animated":true}*11]}}} | contents | animated: Size must be between 0 and 10
        """;

    static final String AT =
        """
        {"type":"text","text":"x*5000"}
        {"type":"text","text":"a","quickReply":{"items":[QUICK*13]}}
        {"type":"text","text":"a","sender":{"name":"Online shop"}}
        {"type":"template","altText":"a","template":{"type":"buttons","text":"👨‍👩‍👧‍👦*160","actions":[POST*4]}}
        {"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[POST,{"type":"postback","label":"👨‍👩‍👧‍👦*20","data":"x*300","displayText":"👨‍👩‍👧‍👦*300"}]}}
        {"type":"template","altText":"a","template":{"type":"carousel","columns":[COLUMN*10]}}
        {"type":"template","altText":"a","template":{"type":"buttons","title":"x*40","text":"x*60","actions":[POST]}}
        {"type":"textV2","text":"{{a}} {b}","substitution":{"b":{"type":"emoji","productId":"p","emojiId":"e"}}}
        {"type":"imagemap","baseUrl":"https://a/b","altText":"x*1500","baseSize":{"width":1040,"height":1},"actions":[{"type":"message","text":"x*400","area":AREA}*50]}
        {"type":"flex","altText":"a","contents":{"type":"carousel","contents":[BUBBLE*12]}}
        {"type":"flex","altText":"a","contents":{"type":"bubble","hero":{"type":"image","url":"https://a/b.png","aspectRatio":"1:3"}}}
        {"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"image","url":"https://a/b.png","animated":true}*10]}}}
        """;

    private static final Map<String, String> WORDS =
        Map.of(
            "QUICK",
            "{\"type\":\"action\",\"action\":{\"type\":\"location\",\"label\":\"a\"}}",
            "POST",
            "{\"type\":\"postback\",\"label\":\"a\",\"data\":\"d\"}",
            "COLUMN",
            "{\"text\":\"a\",\"actions\":[{\"type\":\"postback\",\"label\":\"a\",\"data\":\"d\"}]}",
            "BUBBLE",
            "{\"type\":\"bubble\",\"size\":\"mega\"}",
            "AREA",
            "{\"x\":0,\"y\":0,\"width\":1,\"height\":1}");

    private static final Pattern TIMES =
        Pattern.compile("(x|😀|👨‍👩‍👧‍👦)\\*(\\d+)|([A-Z]{4,}|\\{[^{}]*})\\*(\\d+)");

    /** {@code x*3} is three of them; {@code POST*3} three elements of a list. */
    static String spelled(String message) {
      String spelled =
          TIMES
              .matcher(message)
              .replaceAll(match ->
                  match.group(1) == null
                      ? String.join(
                          ",",
                          Collections.nCopies(Integer.parseInt(match.group(4)), match.group(3)))
                      : match.group(1).repeat(Integer.parseInt(match.group(2))));
      for (Map.Entry<String, String> word : WORDS.entrySet()) {
        spelled = spelled.replace(word.getKey(), word.getValue());
      }
      return spelled;
    }
  }

  /** So that a list of nothing is not passed over. */
  @Test
  void theTablesAreNotEmpty() {
    assertThat(List.of(Limits.BEYOND.split("\n"))).hasSizeGreaterThan(60);
  }
}

package dev.throughline.sandbox.line.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.rules.MessageRules.Chat;
import dev.throughline.sandbox.line.rules.MessageRules.Kind;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each documented limit holds on both of its sides, and the finding says where. */
class MessageRulesTest {
  /** One grapheme of 11 UTF-16 code units. */
  private static final String FAMILY = "👨‍👩‍👧‍👦";

  private static final String BUBBLE =
      "{'type':'bubble','body':{'type':'box','layout':'vertical','contents':[%s]}}";

  private static List<String> check(String message, Kind kind, Chat chat) {
    return findings("{'messages':[" + message + "]}", kind, chat);
  }

  private static List<String> check(String message) {
    return check(message, Kind.PUSH, MessageRules.ANY_CHAT);
  }

  private static List<String> findings(String body, Kind kind, Chat chat) {
    Verdict verdict = MessageRules.check(Json.trusted(body.replace('\'', '"')), kind, chat);
    return verdict
        .wrongType()
        .map(path -> List.of("wrong type @ " + path))
        .orElseGet(() ->
            verdict.findings().stream()
                .map(finding -> finding.message() + " @ " + finding.property())
                .toList());
  }

  private static String text(String value) {
    return "{'type':'text','text':'" + value + "'}";
  }

  private static String repeat(int count, String element) {
    return String.join(",", IntStream.range(0, count).mapToObj(i -> element).toList());
  }

  private static String buttons(String text, int actions, String more) {
    return "{'type':'template','altText':'a','template':{'type':'buttons','text':'"
        + text
        + "'"
        + more
        + ",'actions':["
        + repeat(actions, "{'type':'message','label':'l','text':'t'}")
        + "]}}";
  }

  private static String quick(String action) {
    return "{'type':'text','text':'x','quickReply':{'items':[{'type':'action','action':"
        + action
        + "}]}}";
  }

  private static String flex(String component) {
    return "{'type':'flex','altText':'a','contents':" + BUBBLE.formatted(component) + "}";
  }

  static Stream<String> good() {
    return Stream.of(
        text("x".repeat(5000)),
        "{'type':'text','text':'$ and $','emojis':[{'index':0,'productId':'p','emojiId':'1'},"
            + "{'index':6,'productId':'p','emojiId':'1'}]}",
        "{'type':'textV2','text':'{{}} hi {who}','substitution':{'who':{'type':'mention',"
            + "'mentionee':{'type':'all'}}}}",
        "{'type':'sticker','packageId':'446','stickerId':'1988'}",
        "{'type':'image','originalContentUrl':'https://a.example/1.jpg',"
            + "'previewImageUrl':'https://a.example/2.jpg'}",
        "{'type':'image','originalContentUrl':'http://127.0.0.1:8080/1.jpg',"
            + "'previewImageUrl':'http://localhost/2.jpg'}",
        "{'type':'audio','originalContentUrl':'https://a.example/1.m4a','duration':1}",
        "{'type':'location','title':'t','address':'a','latitude':-90,'longitude':180}",
        "{'type':'coupon','couponId':'01JYNW8JMQVFBNWF1APF8Z3FS7','deliveryTag':'tag_1'}",
        "{'type':'imagemap','baseUrl':'https://a.example/m','altText':'a','baseSize':"
            + "{'width':1040,'height':1},'actions':[{'type':'message','text':'t','area':"
            + "{'x':0,'y':0,'width':1,'height':1}}]}",
        buttons(FAMILY.repeat(160), 4, ""),
        buttons("x".repeat(60), 1, ",'title':'t'"),
        "{'type':'template','altText':'a','template':{'type':'confirm','text':'?','actions':["
            + repeat(2, "{'type':'postback','label':'l','data':'d'}")
            + "]}}",
        quick("{'type':'camera','label':'Photo'}"),
        quick("{'type':'uri','label':'Call','uri':'tel:09001234567'}"),
        quick("{'type':'datetimepicker','label':'l','data':'d','mode':'date','max':'2100-12-31'}"),
        quick("{'type':'message','label':'" + FAMILY.repeat(20) + "','text':'t'}"),
        flex("{'type':'text','text':'hello','size':'3xl','color':'#11223344'}"),
        flex(
            "{'type':'box','layout':'baseline','contents':[{'type':'icon','url':"
                + "'https://a.example/i.png'},{'type':'text','text':'x'}]}"),
        flex("{'type':'image','url':'https://a.example/i.png','aspectRatio':'1:3','size':'100%'}"));
  }

  @ParameterizedTest
  @MethodSource("good")
  void isAccepted(String message) {
    assertThat(check(message)).isEmpty();
  }

  static Stream<Arguments> bad() {
    String types =
        "[text, textV2, sticker, image, video, audio, location, coupon, imagemap, template, flex]";
    return Stream.of(
        Arguments.of(text(""), "May not be empty @ messages[0].text"),
        Arguments.of("{'type':'text'}", "May not be empty @ messages[0].text"),
        Arguments.of(
            text("x".repeat(5001)), "Length must be between 0 and 5000 @ messages[0].text"),
        Arguments.of(
            text(FAMILY.repeat(500)), "Length must be between 0 and 5000 @ messages[0].text"),
        Arguments.of("{'type':'text','text':5}", "wrong type @ messages[0].text"),
        Arguments.of(
            "{'type':'hologram'}",
            "Must be one of the following values: " + types + " @ messages[0].type"),
        Arguments.of("5", "wrong type @ messages[0]"),
        Arguments.of(
            "{'type':'text','text':'x','emojis':[{'index':0,'productId':'p','emojiId':'1'}]}",
            "must point to a '$' of the text @ messages[0].emojis[0].index"),
        Arguments.of(
            "{'type':'textV2','text':'hi {who}'}",
            "The placeholder {who} has no substitution @ messages[0].text"),
        Arguments.of(
            "{'type':'textV2','text':'lonely }'}",
            "The placeholder } has no substitution @ messages[0].text"),
        Arguments.of(
            "{'type':'image','originalContentUrl':'http://a.example/1.jpg',"
                + "'previewImageUrl':'https://a.example/2.jpg'}",
            "invalid uri @ messages[0].originalContentUrl"),
        Arguments.of(
            "{'type':'audio','originalContentUrl':'https://a.example/1.m4a'}",
            "must be specified @ messages[0].duration"),
        Arguments.of(
            "{'type':'location','title':'t','address':'a','latitude':90.1,'longitude':0}",
            "Must be between -90 and 90 @ messages[0].latitude"),
        Arguments.of(
            buttons("x".repeat(161), 1, ""),
            "Length must be between 0 and 160 @ messages[0].template.text"),
        Arguments.of(
            buttons("x".repeat(61), 1, ",'title':'t'"),
            "Length must be between 0 and 60 @ messages[0].template.text"),
        Arguments.of(
            buttons("x", 5, ""), "Size must be between 1 and 4 @ messages[0].template.actions"),
        Arguments.of(
            buttons("x", 1, "").replace("'altText':'a'", "'altText':'" + "a".repeat(1501) + "'"),
            "Length must be between 0 and 1500 @ messages[0].altText"),
        Arguments.of(
            "{'type':'template','altText':'a','template':{'type':'confirm','text':'?','actions':["
                + "{'type':'postback','label':'l','data':'d'}]}}",
            "Size must be between 2 and 2 @ messages[0].template.actions"),
        Arguments.of(
            "{'type':'template','altText':'a','template':{'type':'carousel','columns':["
                + "{'text':'x','title':'t','actions':[{'type':'message','label':'l','text':'t'}]},"
                + "{'text':'x','actions':[{'type':'message','label':'l','text':'t'}]}]}}",
            "must be specified in all columns or in none @ messages[0].template.columns[1].title"),
        Arguments.of(
            quick("{'type':'message','label':'" + "l".repeat(21) + "','text':'t'}"),
            "Length must be between 0 and 20 @ messages[0].quickReply.items[0].action.label"),
        Arguments.of(
            quick("{'type':'postback','label':'l','data':'d','displayText':'a','text':'b'}"),
            "displayText and text can't be specified at the same time"
                + " @ messages[0].quickReply.items[0].action.text"),
        Arguments.of(
            quick("{'type':'uri','label':'l','uri':'javascript:alert(1)'}"),
            "invalid uri @ messages[0].quickReply.items[0].action.uri"),
        Arguments.of(
            quick(
                "{'type':'datetimepicker','label':'l','data':'d','mode':'date',"
                    + "'min':'2026-01-02','max':'2026-01-01'}"),
            "max must be later than min @ messages[0].quickReply.items[0].action.max"),
        Arguments.of(
            "{'type':'text','text':'x','sender':{'name':'LINE'}}",
            "The name can't be used @ messages[0].sender.name"),
        Arguments.of(
            buttons("x", 1, "").replace("'message','label'", "'camera','label'"),
            "Must be one of the following values: [postback, message, uri, datetimepicker,"
                + " clipboard] @ messages[0].template.actions[0].type"),
        Arguments.of(
            "{'type':'flex','altText':'a','contents':{'type':'bubble'}}",
            "at least one block must be specified @ messages[0].contents"),
        Arguments.of(
            flex("{'type':'text'}"),
            "May not be empty @ messages[0].contents.body.contents[0].text"),
        Arguments.of(
            flex("{'type':'icon','url':'https://a.example/i.png'}"),
            "icon can be used in a baseline box only"
                + " @ messages[0].contents.body.contents[0].type"),
        Arguments.of(
            flex("{'type':'image','url':'https://a.example/i.png','aspectRatio':'1:4'}"),
            "invalid aspect ratio @ messages[0].contents.body.contents[0].aspectRatio"),
        Arguments.of(
            flex(
                "{'type':'text','text':'"
                    + "x".repeat(2000)
                    + "'},"
                    + repeat(20, "{'type':'text','text':'" + "y".repeat(1500) + "'}")),
            "The size of bubble must be 30720 bytes or less @ messages[0].contents"),
        Arguments.of(
            "{'type':'flex','altText':'a','contents':{'type':'carousel','contents':["
                + repeat(13, BUBBLE.formatted("{'type':'text','text':'x'}"))
                + "]}}",
            "Size must be between 1 and 12 @ messages[0].contents.contents"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void isRefused(String message, String finding) {
    assertThat(check(message)).containsExactly(finding);
  }

  @Test
  void aBodyHasOneToFiveMessages() {
    String five = "{'messages':[" + repeat(5, text("x")) + "]}";
    String six = "{'messages':[" + repeat(6, text("x")) + "]}";
    assertThat(findings(five, Kind.PUSH, MessageRules.ANY_CHAT)).isEmpty();
    assertThat(findings(six, Kind.PUSH, MessageRules.ANY_CHAT))
        .containsExactly("Size must be between 1 and 5 @ messages");
    assertThat(findings("{'messages':[]}", Kind.PUSH, MessageRules.ANY_CHAT))
        .containsExactly("Size must be between 1 and 5 @ messages");
    assertThat(findings("{}", Kind.PUSH, MessageRules.ANY_CHAT))
        .containsExactly("May not be empty @ messages");
    assertThat(findings("{'messages':{}}", Kind.PUSH, MessageRules.ANY_CHAT))
        .containsExactly("wrong type @ messages");
  }

  @Test
  void unitsAreForPushAndMulticast() {
    String body = "{'customAggregationUnits':['a b'],'messages':[" + text("x") + "]}";
    assertThat(findings(body, Kind.PUSH, MessageRules.ANY_CHAT)).hasSize(1);
    assertThat(findings(body, Kind.BROADCAST, MessageRules.ANY_CHAT)).isEmpty();
  }

  @Test
  void quotesAndMentionsDependOnTheChat() {
    Chat oneToOne =
        new Chat() {
          @Override
          public boolean group() {
            return false;
          }

          @Override
          public boolean member(String userId) {
            return false;
          }

          @Override
          public boolean quotable(String quoteToken) {
            return quoteToken.equals("mine");
          }
        };
    String quote = "{'type':'text','text':'x','quoteToken':'%s'}";
    assertThat(check(quote.formatted("mine"), Kind.REPLY, oneToOne)).isEmpty();
    assertThat(check(quote.formatted("yours"), Kind.REPLY, oneToOne))
        .containsExactly("Invalid quoteToken @ messages[0].quoteToken");
    assertThat(check(quote.formatted("mine"), Kind.MULTICAST, oneToOne)).hasSize(1);
    String mention =
        "{'type':'textV2','text':'{m}','substitution':{'m':{'type':'mention','mentionee':"
            + "{'type':'all'}}}}";
    assertThat(check(mention, Kind.PUSH, oneToOne)).hasSize(1);
  }
}

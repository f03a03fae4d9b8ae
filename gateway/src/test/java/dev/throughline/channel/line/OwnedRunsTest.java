package dev.throughline.channel.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.OwnedRun;
import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Whatever the body, the runs concatenated are the body; they follow the rule of ownership as its
 * slow statement does; and a body that is no webhook is one run of the account.
 */
class OwnedRunsTest {
  private static final int SEEDS = 5_000;

  @Test
  void eachPartOfAnEventGoesToWhomItIsAbout() {
    assertThat(cut("{'destination':'BOT','events':[{'source':{'type':'user','userId':'A'}}]}"))
        .containsExactly(
            "account: {'destination':'BOT','events':[",
            "A: {'source':{'type':'user','userId':'A'}}]}");
    assertThat(cut("{'events':[{'source':{'userId':'A'}},{'source':{'userId':'A'}}]}"))
        .containsExactly(
            "account: {'events':[",
            "A: {'source':{'userId':'A'}},",
            "A: {'source':{'userId':'A'}}]}");
  }

  @Test
  void whatIsSaidOfSomebodyElseIsTheirs() {
    assertThat(
            cut(
                "{'events':[{'message':{'mentionees':[{'type':'all'},{'userId':'B','n':1}]},"
                    + "'source':{'groupId':'G','userId':'A'}}]}"))
        .containsExactly(
            "account: {'events':[",
            "A: {'message':{'mentionees':[{'type':'all'},",
            "B: {'userId':'B','n':1}",
            "A: ]},'source':{'groupId':'G','userId':'A'}}]}");
  }

  @Test
  void anObjectIsOwnedWholeWhereverItsUserStands() {
    assertThat(cut("{'x':{'long':{'deep':[1,2]},'userId':'A'},'events':[]}"))
        .containsExactly(
            "account: {'x':", "A: {'long':{'deep':[1,2]},'userId':'A'}", "account: ,'events':[]}");
  }

  @Test
  void membersWhoJoinedAreEachTheirOwn() {
    assertThat(
            cut(
                "{'events':[{'source':{'groupId':'G'},"
                    + "'joined':{'members':[{'userId':'A'},{'userId':'B'}]}}]}"))
        .containsExactly(
            "account: {'events':[",
            "G: {'source':{'groupId':'G'},'joined':{'members':[",
            "A: {'userId':'A'},",
            "B: {'userId':'B'}]}}]}");
  }

  @Test
  void theBotItselfOwnsNothing() {
    assertThat(
            cut(
                "{'events':[{'m':{'userId':'BOT'},'source':{'userId':'A'}}],"
                    + "'destination':'BOT'}"))
        .containsExactly(
            "account: {'events':[",
            "A: {'m':{'userId':'BOT'},'source':{'userId':'A'}}",
            "account: ],'destination':'BOT'}");
  }

  @Test
  void namesAndIdsMayBeEscaped() {
    assertThat(cut("{'events':[{'s\\u006furce':{'user\\u0049d':'\\u0041'}}]}"))
        .containsExactly(
            "account: {'events':[", "A: {'s\\u006furce':{'user\\u0049d':'\\u0041'}}]}");
  }

  @Test
  void ofARepeatedNameTheLastCounts() {
    assertThat(cut("{'events':[{'userId':'A','userId':'B'},{'userId':'A','userId':7}]}"))
        .containsExactly(
            "account: {'events':[",
            "B: {'userId':'A','userId':'B'}",
            "account: ,{'userId':'A','userId':7}]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}",
        "[]",
        "null",
        "{'events':null}",
        "{'events':{'userId':'A'}}",
        "[{'userId':'A'}]",
        "{'events':[{'userId':'A'}]",
        "{'events':[{'userId':'A'}]}}",
        "{'events':[{'userId':'A'}]}x",
        "{'events':[{'userId':'A'},]}",
        "{'events':[{'userId':'A',}]}",
        "{'events':[{'userId':'A'}]}\0",
        "{'events':[{'userId':'A','t':'\0'}]}",
        "{'events':[{'userId':'A','t':'\n'}]}",
        "{'events':[{'userId':'A','t':'\\x'}]}",
        "{'events':[{'userId':'A','t':'\\u12g4'}]}",
        "{'events':[{'userId':'A','t':'\\u12",
        "{'events':[{'userId':'A','t':'\\",
        "{'events':[{'userId':'A','t':01}]}",
        "{'events':[{'userId':'A','t':1.}]}",
        "{'events':[{'userId':'A','t':+1}]}",
        "{'events':[{'userId':'A','t':1e}]}",
        "{'events':[{'userId':'A','t':-}]}",
        "{'events':[{'userId':'A','t':NaN}]}",
        "{'events':[{'userId':'A','t':tru}]}",
        "{'events':[{'userId':'A','t':True}]}",
        "{'events':[{'userId':'A' 't':1}]}",
        "{'events':[{'userId' 'A'}]}",
        "{'events':[{userId:'A'}]}",
        "\uFEFF{'events':[{'userId':'A'}]}",
        "// {'events':[{'userId':'A'}]}",
        "{'events':[{'userId':'A'}]} {'events':[]}",
      })
  void whatIsNoWebhookIsOneRunOfTheAccount(String text) {
    byte[] body = bytes(text);
    List<OwnedRun> runs = OwnedRuns.of(Bytes.wrap(body));
    assertThat(runs).hasSize(body.length == 0 ? 0 : 1);
    assertThat(runs).allMatch(run -> run.owner().isEmpty());
    assertThat(WebhookEvents.parse(Bytes.wrap(body))).isInstanceOf(ParsedWebhook.Malformed.class);
  }

  @ParameterizedTest
  @CsvSource({"63, true", "64, false", "65, false", "100000, false"})
  void depthIsBounded(int depth, boolean understood) {
    // The event itself is at depth 3: root, list, event.
    String body =
        "{'events':[{'userId':'A','x':" + "[".repeat(depth - 2) + "]".repeat(depth - 2) + "}]}";
    assertThat(OwnedRuns.of(Bytes.wrap(bytes(body)))).hasSize(understood ? 2 : 1);
  }

  @Test
  void countsAreBounded() {
    String most = "{'events':[" + "{},".repeat(WebhookScan.MAX_EVENTS - 1) + "{}]}";
    String tooMany = "{'events':[" + "{},".repeat(WebhookScan.MAX_EVENTS) + "{}]}";
    assertThat(WebhookScan.of(bytes(most)).understood()).isTrue();
    assertThat(WebhookScan.of(bytes(tooMany)).why()).isEqualTo("more than 8192 events");
    String owned = "{'userId':'A'},";
    String people = "{'events':[],'x':[" + owned.repeat(WebhookScan.MAX_OWNED) + "0]}";
    String tooManyPeople = "{'events':[],'x':[" + owned.repeat(WebhookScan.MAX_OWNED + 1) + "0]}";
    assertThat(OwnedRuns.of(Bytes.wrap(bytes(people)))).hasSize(WebhookScan.MAX_OWNED + 2);
    assertThat(OwnedRuns.of(Bytes.wrap(bytes(tooManyPeople)))).hasSize(1);
  }

  @Test
  void bytesThatAreNotUtf8StayWhereTheyAre() throws Exception {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(bytes("{'events':[{'userId':'A','t':'"));
    body.write(new byte[] {(byte) 0xff, (byte) 0xed, (byte) 0xa0, (byte) 0x80, (byte) 0xc0});
    body.write(bytes("'}]}"));
    assertThat(OwnedRuns.of(Bytes.wrap(body.toByteArray()))).hasSize(2);
  }

  @Test
  void followsTheSlowStatementOfTheRule() {
    for (int seed = 0; seed < SEEDS; seed++) {
      byte[] body = Bodies.webhook(new Random(seed));
      assertThat(ReferenceOwners.isWebhook(body)).as("seed %d: %s", seed, show(body)).isTrue();
      compare(seed, body);
    }
  }

  @Test
  void followsItForBrokenBodiesToo() {
    int webhooks = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      byte[] body = Bodies.broken(new Random(seed));
      webhooks += ReferenceOwners.isWebhook(body) ? 1 : 0;
      compare(seed, body);
    }
    assertThat(webhooks).as("both kinds occur").isBetween(SEEDS / 20, SEEDS / 2);
  }

  /** A second opinion on what JSON is; our own reference might share a misreading. */
  @Test
  void takesForJsonWhatJacksonTakesForJson() {
    for (int seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = new Random(seed);
      byte[] body = ascii(random.nextBoolean() ? Bodies.webhook(random) : Bodies.broken(random));
      String why = WebhookScan.of(body).why();
      if (why.isEmpty() || why.startsWith("not JSON,")) {
        assertThat(isJsonToJackson(body))
            .as("seed %d: %s", seed, show(body))
            .isEqualTo(why.isEmpty());
      }
    }
  }

  /** What a person is heard to say must be under that person's key. */
  @Test
  void whoIsParsedAsAuthorOwnsTheEvent() {
    for (int seed = 0; seed < SEEDS; seed++) {
      byte[] body = Bodies.webhook(new Random(seed));
      WebhookScan scan = WebhookScan.of(body);
      List<OwnedRun> runs = OwnedRuns.of(Bytes.wrap(body));
      ParsedWebhook.Events parsed = (ParsedWebhook.Events) WebhookEvents.parse(Bytes.wrap(body));
      assertThat(parsed.events()).hasSize(scan.events().size());
      for (int i = 0; i < parsed.events().size(); i++) {
        InboundEvent event = parsed.events().get(i);
        int first = scan.events().from(i);
        String author = event.head().author().map(Identity::value).orElse(Bodies.BOT);
        // An event that names a user beside its source is that user's; LINE sends none such.
        if (!author.equals(Bodies.BOT)
            && !LineJson.MAPPER.readTree(event.head().raw()).has("userId")) {
          assertThat(ownerAt(runs, first)).as("seed %d", seed).isEqualTo(author);
        }
      }
    }
  }

  private static void compare(int seed, byte[] body) {
    List<OwnedRun> runs = OwnedRuns.of(Bytes.wrap(body));
    assertThat(runs).as("seed %d: %s", seed, show(body)).isEqualTo(ReferenceOwners.of(body));
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    runs.forEach(run -> joined.write(body, run.from(), run.to() - run.from()));
    assertThat(joined.toByteArray()).isEqualTo(body);
  }

  private static boolean isJsonToJackson(byte[] body) {
    try (var json = LineJson.FACTORY.createParser(ObjectReadContext.empty(), body)) {
      int depth = 0;
      int roots = 0;
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        roots += depth == 0 ? 1 : 0;
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (token == JsonToken.VALUE_STRING) {
          json.getString();
        }
      }
      return roots == 1 && depth == 0;
    } catch (JacksonException e) {
      return false;
    }
  }

  private static byte[] ascii(byte[] body) {
    byte[] ascii = body.clone();
    for (int i = 0; i < ascii.length; i++) {
      ascii[i] = ascii[i] < 0 ? (byte) 'x' : ascii[i];
    }
    return ascii;
  }

  private static String ownerAt(List<OwnedRun> runs, int at) {
    return runs.stream()
        .filter(run -> run.from() <= at && at < run.to())
        .findFirst()
        .flatMap(OwnedRun::owner)
        .map(Identity::value)
        .orElse("account");
  }

  private static List<String> cut(String text) {
    byte[] body = bytes(text);
    List<String> cut = new ArrayList<>();
    for (OwnedRun run : OwnedRuns.of(Bytes.wrap(body))) {
      String part = new String(body, run.from(), run.to() - run.from(), StandardCharsets.UTF_8);
      cut.add(run.owner().map(Identity::value).orElse("account") + ": " + part.replace('"', '\''));
    }
    return cut;
  }

  private static byte[] bytes(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static String show(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }
}

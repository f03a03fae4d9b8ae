package dev.throughline.channel.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Chosen;
import dev.throughline.message.InboundEvent.Followed;
import dev.throughline.message.InboundEvent.Head;
import dev.throughline.message.InboundEvent.Message;
import dev.throughline.message.InboundEvent.Unfollowed;
import dev.throughline.message.InboundEvent.Unknown;
import dev.throughline.message.InboundEvent.Unsent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every event of a body that is a webhook comes out, in order, with exactly its own text: as the
 * record that we map, or as unknown. Nothing is lost, nothing is thrown.
 */
class WebhookEventsTest {
  private static final String BOT = "U" + "b07".repeat(10) + "b0";
  private static final Identity A = identity("U" + "a1".repeat(16));
  private static final Identity B = identity("U" + "b2".repeat(16));
  private static final Identity C = identity("U" + "c3".repeat(16));
  private static final Identity GROUP = identity("C" + "9d".repeat(16));
  private static final Identity ROOM = identity("R" + "7e".repeat(16));

  /** Which types the bodies of resources/…/webhook hold that are kept as unknown for now. */
  @ParameterizedTest
  @CsvSource({
    "join-group, join",
    "join-room, join",
    "leave, leave",
    "member-joined, memberJoined",
    "member-left, memberLeft",
    "postback-datetime, postback",
    "postback-rich-menu, postback",
    "video-play-complete, videoPlayComplete",
    "beacon, beacon",
    "account-link-ok, accountLink",
    "account-link-failed, accountLink",
    "membership, membership membership membership",
    "module, module module",
    "activated, activated",
    "deactivated, deactivated",
    "bot-suspended, botSuspended",
    "bot-resumed, botResumed",
    "unknown-type, teleport",
    "unknown-source, message",
  })
  void whatIsNotMappedYetIsKeptWhole(String name, String types) {
    byte[] body = golden(name);
    List<InboundEvent> events = parse(body).events();
    assertThat(events)
        .allSatisfy(event -> assertThat(event).isInstanceOf(Unknown.class))
        .extracting(event -> ((Unknown) event).type())
        .containsExactly(types.split(" "));
    assertThat(events)
        .allSatisfy(event -> assertThat(event.head().eventId()).isPresent())
        .allSatisfy(event -> assertThat(event.head().occurredAt()).isPresent());
    assertRawSlices(body, events);
  }

  @ParameterizedTest
  @CsvSource({
    "message-image, IMAGE",
    "message-image-external, IMAGE",
    "message-video, VIDEO",
    "message-audio, AUDIO",
    "message-file, FILE"
  })
  void attachment(String name, Content.Attachment.Kind kind) {
    byte[] body = golden(name);
    Message message = only(body, Message.class);
    Content.Attachment attachment = (Content.Attachment) message.content();
    assertThat(attachment.kind()).isEqualTo(kind);
    assertThat(attachment.externalUrl().isPresent()).isEqualTo(name.contains("external"));
    assertThat(attachment.fileName().isPresent()).isEqualTo(name.contains("file"));
    assertRawSlices(body, List.of(message));
  }

  @Test
  void imagesOfASetAreEachOneMessage() {
    List<InboundEvent> events = parse(golden("message-image-set")).events();
    assertThat(events).hasSize(2).allSatisfy(e -> assertThat(e).isInstanceOf(Message.class));
  }

  @Test
  void stickersAlwaysSayWhatTheyAre() {
    InboundEvent.StickerSent sent = only(golden("message-sticker"), InboundEvent.StickerSent.class);
    InboundEvent.StickerSent written =
        only(golden("message-sticker-text"), InboundEvent.StickerSent.class);

    assertThat(sent.sticker().caption()).startsWith("[sticker] ");
    assertThat(sent.sticker().keyword()).isPresent();
    assertThat(written.sticker().caption()).isEqualTo("Let us go");
    assertThat(written.sticker().keyword()).isEmpty();
    assertThat(written.answeredId()).contains("560000000000000001");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "\"12/../3\"", "7", "\"123456789012345678901\"", "null"})
  void aStickerWithoutUsableIdsIsKeptWhole(String id) {
    String body =
        new String(golden("message-sticker-text"), StandardCharsets.UTF_8)
            .replace("\"stickerId\":\"651698630\"", "\"stickerId\":" + id);
    assertThat(only(body.getBytes(StandardCharsets.UTF_8), Unknown.class).type())
        .isEqualTo("message");
  }

  @Test
  void editsAndDeliveries() {
    InboundEvent.Edited edited = only(golden("message-edited"), InboundEvent.Edited.class);
    InboundEvent.Delivered delivered = only(golden("delivery"), InboundEvent.Delivered.class);

    assertThat(edited.platformMessageId()).isEqualTo("560000000000000002");
    assertThat(edited.content()).isEqualTo(new Content.Text("Good evening"));
    assertThat(delivered.tag()).hasSize(64);
    assertThat(delivered.head().chat()).isEmpty();
  }

  @Test
  void whatLineDoesNotDocumentIsNamedByItsPathAndCanBeLeftOut() {
    String body =
        new String(golden("message-sticker-text"), StandardCharsets.UTF_8)
            .replace("\"mode\"", "\"mood\":{\"deep\":[1]},\"mode\"")
            .replace("\"groupId\"", "\"region\":\"x\",\"groupId\"")
            .replace("\"packageId\"", "\"a b\":1,\"packageId\"")
            .replace("\"type\":\"group\"", "\"type\":\"planet\"");
    Unknown event = only(body.getBytes(StandardCharsets.UTF_8), Unknown.class);

    assertThat(event.head().undocumented())
        .containsExactlyInAnyOrder("mood", "source.region", "message.?", "source.type=planet");
    assertThat(Documented.only(event.head().raw()))
        .isEqualTo(
            new String(golden("message-sticker-text"), StandardCharsets.UTF_8)
                .replaceFirst("^.*?\\[", "")
                .replaceFirst("\\]\\}$", "")
                .replace("\"type\":\"group\"", "\"type\":\"planet\""));
  }

  @Test
  void nothingOfLinesOwnExamplesIsUndocumented() {
    for (String name :
        List.of(
            "message-text-mention",
            "message-image-set",
            "member-joined",
            "postback-datetime",
            "postback-rich-menu",
            "beacon",
            "module",
            "activated",
            "membership",
            "message-video",
            "message-file",
            "account-link-ok",
            "standby")) {
      assertThat(parse(golden(name)).events())
          .allSatisfy(event -> assertThat(event.head().undocumented()).as(name).isEmpty());
    }
  }

  @Test
  void location() {
    byte[] body = golden("message-location");
    Message message = only(body, Message.class);
    assertThat(message.platformMessageId()).isEqualTo("560000000000000011");
    assertThat(message.content())
        .isEqualTo(new Content.Location(35.67966, 139.73669, "Main office", "1-3 Kioicho"));
    assertRawSlices(body, List.of(message));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"latitude\":91,\"longitude\":0",
        "\"latitude\":0,\"longitude\":-180.1",
        "\"latitude\":\"35\",\"longitude\":139",
        "\"latitude\":35",
        "\"latitude\":1e999,\"longitude\":0",
        "\"latitude\":null,\"longitude\":{}"
      })
  void aPlaceThatIsNoneIsKeptWhole(String place) {
    String body =
        new String(golden("message-location"), StandardCharsets.UTF_8)
            .replace("\"latitude\":35.67966,\"longitude\":139.73669", place);
    assertThat(only(body.getBytes(StandardCharsets.UTF_8), Unknown.class).type())
        .isEqualTo("message");
  }

  @Test
  void postback() {
    byte[] body = golden("postback");
    Chosen chosen = only(body, Chosen.class);
    assertThat(chosen.response().message()).isEmpty();
    assertThat(chosen.response().data())
        .isEqualTo(only(body, Chosen.class).response().data())
        .isNotEmpty();
    assertThat(chosen.head().replyToken()).isPresent();
    assertRawSlices(body, List.of(chosen));
  }

  @Test
  void textMessage() {
    byte[] body = golden("message-text");
    Message message = only(body, Message.class);
    assertThat(message.platformMessageId()).isEqualTo("560000000000000001");
    assertThat(message.content()).isEqualTo(new Content.Text("こんにちは 👋 \"quoted\"\nsecond line"));
    Head head = message.head();
    assertThat(head.eventId()).contains("01JD8V9K3M000000000000001Q");
    assertThat(head.occurredAt()).contains(Instant.ofEpochMilli(1763600001000L));
    assertThat(head.chat()).contains(A);
    assertThat(head.author()).contains(A);
    assertThat(head.standby()).isFalse();
    assertThat(head.redelivered()).isFalse();
    assertThat(head.replyToken()).contains("000000000000000000000000feed0001");
    assertThat(parse(body).destination()).contains(BOT);
  }

  @Test
  void textInAGroupBelongsToTheGroupAndIsWrittenByItsAuthor() {
    Message message = only(golden("message-text-mention"), Message.class);
    assertThat(message.head().chat()).contains(GROUP);
    assertThat(message.head().author()).contains(A);
    assertThat(message.content())
        .isEqualTo(new Content.Text("@All @Hanako @Bot Good morning (love)"));
    assertThat(only(golden("message-text-quoting"), Message.class).head().chat()).contains(ROOM);
  }

  @Test
  void friendship() {
    Followed followed = only(golden("follow"), Followed.class);
    assertThat(followed.unblocked()).isFalse();
    assertThat(followed.head().chat()).contains(A);
    assertThat(followed.head().replyToken()).isPresent();
    assertThat(only(golden("follow-unblocked"), Followed.class).unblocked()).isTrue();
    Unfollowed unfollowed = only(golden("unfollow"), Unfollowed.class);
    assertThat(unfollowed.head().chat()).contains(A);
    assertThat(unfollowed.head().replyToken()).isEmpty();
  }

  @Test
  void unsend() {
    Unsent unsent = only(golden("unsend"), Unsent.class);
    assertThat(unsent.platformMessageId()).isEqualTo("560000000000000001");
    assertThat(unsent.head().chat()).contains(A);
    assertThat(only(golden("unsend-group"), Unsent.class).head().chat()).contains(GROUP);
  }

  @Test
  void standbyAndRedelivery() {
    Head standby = only(golden("standby"), Message.class).head();
    assertThat(standby.standby()).isTrue();
    assertThat(standby.replyToken()).isEmpty();
    Head redelivered = only(golden("redelivered"), Message.class).head();
    assertThat(redelivered.redelivered()).isTrue();
    assertThat(redelivered.standby()).isFalse();
  }

  @Test
  void theConnectivityCheckHoldsNoEvents() {
    ParsedWebhook.Events events = parse(golden("connectivity-check"));
    assertThat(events.events()).isEmpty();
    assertThat(events.destination()).contains(BOT);
  }

  @Test
  void severalPeopleInOneBody() {
    byte[] body = golden("several-people");
    List<InboundEvent> events = parse(body).events();
    assertThat(events).hasSize(4);
    assertThat(events.get(0)).isInstanceOf(Message.class);
    assertThat(events.get(1)).isInstanceOf(Followed.class);
    assertThat(events.get(2)).isInstanceOf(Message.class);
    assertThat(events.get(3)).isInstanceOf(Unfollowed.class);
    assertThat(events)
        .extracting(event -> event.head().author().orElseThrow())
        .containsExactly(A, B, C, A);
    assertThat(events.get(2).head().chat()).contains(GROUP);
    assertRawSlices(body, events);
  }

  /** One event of the four that we map, each with something wrong about it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "17",
        "'message'",
        "{'type':17}",
        "{'type':null}",
        "{'type':'follow'}",
        "{'type':'follow','source':'SOURCE'}",
        "{'type':'follow','source':['U1']}",
        "{'type':'follow','source':{'type':'user'}}",
        "{'type':'follow','source':{'type':'user','userId':5}}",
        "{'type':'follow','source':{'type':'user','userId':''}}",
        "{'type':'follow','source':{'type':'user','userId':'名前'}}",
        "{'type':'follow','source':{'type':'group','userId':'U1'}}",
        "{'type':'follow','source':{'userId':'U1'}}",
        "{'type':'Follow','source':{'type':'user','userId':'U1'}}",
        "{'type':'unsend','source':{'type':'user','userId':'U1'}}",
        "{'type':'unsend','source':{'type':'user','userId':'U1'},'unsend':'1'}",
        "{'type':'unsend','source':{'type':'user','userId':'U1'},'unsend':{'messageId':1}}",
        "{'type':'message','source':{'type':'user','userId':'U1'}}",
        "{'type':'message','source':{'type':'user','userId':'U1'},'message':[]}",
        "{'type':'message','source':{'type':'user','userId':'U1'},'message':{'type':'text'}}",
        "{'type':'message','source':{'type':'user','userId':'U1'},"
            + "'message':{'type':'text','id':'1','text':null}}",
        "{'type':'message','source':{'type':'user','userId':'U1'},"
            + "'message':{'type':'text','id':1,'text':'a'}}",
        "{'type':'message','source':{'type':'user','userId':'U1'},"
            + "'message':{'id':'1','text':'a'}}",
      })
  void anEventOfAnotherShapeIsUnknownAndItsNeighboursAreNot(String odd) {
    String good = "{'type':'unfollow','source':{'type':'user','userId':'U2'}}";
    byte[] body = bytes("{'events':[" + good + "," + odd + " ," + good + "]}");
    List<InboundEvent> events = parse(body).events();
    assertThat(events).hasSize(3);
    assertThat(events.get(0)).isInstanceOf(Unfollowed.class);
    assertThat(events.get(1)).isInstanceOf(Unknown.class);
    assertThat(events.get(1).head().raw()).isEqualTo(odd.replace('\'', '"'));
    assertThat(events.get(2)).isInstanceOf(Unfollowed.class);
  }

  @ParameterizedTest
  @CsvSource({
    "1763600001000, 2025-11-20T00:53:21Z",
    "946684800000, 2000-01-01T00:00:00Z",
    "946684799999, ",
    "0, ",
    "-1, ",
    "4102444800000, ",
    "9223372036854775807, ",
    "9223372036854775808, ",
    "-99999999999999999999999999, ",
    "1763600001000.5, ",
    "1.7636e12, ",
    "1e400, ",
    "null, ",
    "'\"1763600001000\"', ",
    "{}, ",
    "[1763600001000], ",
  })
  void absurdTimesAreNone(String timestamp, Instant expected) {
    byte[] body =
        bytes(
            "{'events':[{'type':'unfollow','timestamp':"
                + timestamp
                + ",'source':{'type':'user','userId':'U1'}}]}");
    assertThat(only(body, Unfollowed.class).head().occurredAt())
        .isEqualTo(Optional.ofNullable(expected));
  }

  @Test
  void anUnknownModeIsNoLeaveToAnswer() {
    assertThat(unfollow("'mode':'active',").standby()).isFalse();
    assertThat(unfollow("").standby()).isFalse();
    assertThat(unfollow("'mode':'paused',").standby()).isTrue();
    assertThat(unfollow("'mode':7,").standby()).isFalse();
  }

  @Test
  void unusableIdsAndTokensAreNone() {
    Head head = unfollow("'webhookEventId':'a b','replyToken':'\\u0000','deliveryContext':3,");
    assertThat(head.eventId()).isEmpty();
    assertThat(head.replyToken()).isEmpty();
    assertThat(unfollow("'webhookEventId':'" + "x".repeat(129) + "',").eventId()).isEmpty();
    assertThat(unfollow("'webhookEventId':'" + "x".repeat(128) + "',").eventId()).isPresent();
  }

  @Test
  void ofARepeatedNameTheLastCounts() {
    assertThat(unfollow("'replyToken':'a','replyToken':'b',").replyToken()).contains("b");
    byte[] body =
        bytes(
            "{'events':[{'type':'unfollow','source':{'type':'user','userId':'U1'},"
                + "'source':{'type':'group','groupId':'C1'}}]}");
    Head head = only(body, Unfollowed.class).head();
    assertThat(head.chat()).contains(identity("C1"));
    assertThat(head.author()).isEmpty();
  }

  @Test
  void repeatedEventListsAreAllRead() {
    byte[] body = bytes("{'events':[{'type':'a'}],'events':[{'type':'b'}]}");
    assertThat(parse(body).events())
        .extracting(event -> ((Unknown) event).type())
        .containsExactly("a", "b");
  }

  @Test
  void loneSurrogatesAndNulInTextAreTakenIn() {
    byte[] body =
        bytes(
            "{'events':[{'type':'message','source':{'type':'user','userId':'U1'},"
                + "'message':{'type':'text','id':'1',"
                + "'text':'\\ud83d a \\ude00 b \\ud83d\\ude00 c \\u0000 \\ud83d'}}]}");
    Message message = only(body, Message.class);
    assertThat(message.content()).isEqualTo(new Content.Text("\uFFFD a \uFFFD b 😀 c \0 \uFFFD"));
    assertThat(message.head().raw()).contains("\\ud83d a \\ude00");
  }

  @Test
  void bytesThatAreNotUtf8CostOneCharacterEach() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(
        bytes(
            "{'events':[{'type':'message','source':{'type':'user','userId':'U1'},"
                + "'message':{'type':'text','id':'1','text':'a"));
    body.write(0xff);
    body.write(bytes("b'}}]}"));
    Message message = only(body.toByteArray(), Message.class);
    assertThat(message.content()).isEqualTo(new Content.Text("a\uFFFDb"));
  }

  @Test
  void beyondOurLimitsAnEventIsUnknownWithWhatWasReadBefore() {
    byte[] body =
        bytes(
            "{'events':[{'type':'unfollow','webhookEventId':'E1',"
                + "'source':{'type':'user','userId':'U1'},'n':"
                + "1".repeat(5_000)
                + "}]}");
    Unknown unknown = only(body, Unknown.class);
    assertThat(unknown.type()).isEqualTo("unfollow");
    assertThat(unknown.head().eventId()).contains("E1");
    assertThat(unknown.head().raw()).hasSizeGreaterThan(5_000);
  }

  @Test
  void aWholeMebibyteOfTextIsOneMessage() {
    String text = "x".repeat(LineJson.MAX_BODY_BYTES - 200);
    byte[] body =
        bytes(
            "{'events':[{'type':'message','source':{'type':'user','userId':'U1'},"
                + "'message':{'type':'text','id':'1','text':'"
                + text
                + "'}}]}");
    assertThat(only(body, Message.class).content()).isEqualTo(new Content.Text(text));
  }

  @Test
  void nothingIsLostAndNothingIsThrown() {
    for (int seed = 0; seed < 20_000; seed++) {
      byte[] body =
          seed % 2 == 0 ? Bodies.webhook(new Random(seed)) : Bodies.broken(new Random(seed));
      WebhookScan scan = WebhookScan.of(body);
      switch (WebhookEvents.parse(Bytes.wrap(body))) {
        case ParsedWebhook.Malformed malformed ->
            assertThat(scan.understood()).as("seed %d", seed).isFalse();
        case ParsedWebhook.Events events -> {
          assertThat(events.events()).as("seed %d", seed).hasSize(scan.events().size());
          for (int i = 0; i < events.events().size(); i++) {
            int from = scan.events().from(i);
            int to = scan.events().to(i);
            assertThat(events.events().get(i).head().raw())
                .as("seed %d", seed)
                .isEqualTo(new String(body, from, to - from, StandardCharsets.UTF_8));
          }
        }
        case ParsedWebhook.Several _ ->
            throw new AssertionError("a webhook of LINE's is for one account");
      }
    }
  }

  @Test
  void whatIsPrintedOfAnEventIsNotPersonal() {
    byte[] body = golden("message-text");
    assertThat(parse(body).events().toString()).doesNotContain("a1a1a1", "quoted", "feed0001");
  }

  private static Head unfollow(String members) {
    return only(
            bytes(
                "{'events':[{"
                    + members
                    + "'type':'unfollow','source':{'type':'user','userId':'U1'}}]}"),
            Unfollowed.class)
        .head();
  }

  /** The events' texts, found in the body one after the other with nothing but commas between. */
  private static void assertRawSlices(byte[] body, List<InboundEvent> events) {
    String text = new String(body, StandardCharsets.UTF_8);
    int at = text.indexOf("\"events\"");
    for (InboundEvent event : events) {
      String raw = event.head().raw();
      assertThat(raw).startsWith("{").endsWith("}");
      int found = text.indexOf(raw, at);
      assertThat(found).isPositive();
      if (event != events.getFirst()) {
        assertThat(text.substring(at, found).strip()).isEqualTo(",");
      }
      at = found + raw.length();
    }
    assertThat(text.substring(at).strip().replaceAll("\\s", "")).isEqualTo("]}");
  }

  private static <T extends InboundEvent> T only(byte[] body, Class<T> type) {
    List<InboundEvent> events = parse(body).events();
    assertThat(events).hasSize(1);
    assertThat(events.getFirst()).isInstanceOf(type);
    assertRawSlices(body, events);
    return type.cast(events.getFirst());
  }

  private static ParsedWebhook.Events parse(byte[] body) {
    ParsedWebhook parsed = WebhookEvents.parse(Bytes.wrap(body));
    assertThat(parsed).isInstanceOf(ParsedWebhook.Events.class);
    return (ParsedWebhook.Events) parsed;
  }

  static byte[] golden(String name) {
    try (InputStream in =
        WebhookEventsTest.class.getResourceAsStream("webhook/" + name + ".json")) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static Identity identity(String value) {
    return new Identity(ChannelName.LINE, value);
  }
}

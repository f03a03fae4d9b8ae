package dev.throughline.channel.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.Authenticity;
import dev.throughline.channel.Channel.Authenticity.Authentic;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Channel.Authenticity.Refused;
import dev.throughline.channel.Channel.Outgoing;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.Channel.Signal;
import dev.throughline.channel.Channel.Via;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.Transport;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.aws.S3Objects;
import dev.throughline.channel.aws.SnsCertificates;
import dev.throughline.channel.aws.SnsSignature;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.http.Http;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Reason;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What goes to Meta is one request with the tag, whom it is for, and the rendered bytes as they
 * are; each answer says exactly what is known of the message; and only what Meta signed is Meta's.
 */
class WhatsAppChannelTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final MessageId ID = new MessageId(new Ulid(0x0192f6a0_0000_0000L, 1));
  private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
  private static final String TAG = "tl:01JD0000000000000000000000:01JD0000000000000000000001";
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final String OK =
      """
      {"messaging_product":"whatsapp","contacts":[{"input":"819012345678","wa_id":"819012345678"}],
       "messages":[{"id":"wamid.OUT1","message_status":"accepted"}]}\
      """;

  /** Only for accounts at AWS, which SocialSenderTest has. */
  private static final Http HTTP = new Http(Http.Settings.of("test"));

  @AfterAll
  static void close() throws IOException {
    HTTP.close();
  }

  private final List<Transport.Request> requests = new ArrayList<>();
  private Transport.Answer answer = answered(200, OK);
  private final WhatsAppChannel channel =
      new WhatsAppChannel(
          request -> {
            requests.add(request);
            return answer;
          },
          new WhatsAppHost(URI.create("http://127.0.0.1:1/graph"), "v25.0"),
          AwsClients.of(SocialMessagingClient::builder, AwsSettings.AWS, HTTP, () -> NOW),
          new S3Objects(AwsSettings.AWS, HTTP, () -> NOW),
          new SnsSignature(new SnsCertificates(HTTP, AwsSettings.AWS, () -> NOW)),
          () -> NOW);

  private static Transport.Answer answered(int status, String body, String... header) {
    return new Transport.Answer.Answered(
        status, header.length == 0 ? Map.of() : Map.of(header[0], header[1]), Bytes.utf8(body));
  }

  private static ObjectNode entry(String more) {
    return (ObjectNode)
        JSON.readTree(
            "{\"channel\":\"WHATSAPP\",\"static_bearer\":{\"claimed_identity\":\"1065\","
                + "\"token\":\"TOKEN\"}"
                + more
                + "}");
  }

  private Channel.Credentials credentials(String more) {
    ObjectNode entry = entry(more);
    AccountForm.Given given = channel.accounts().read(Fields.of(entry));
    ObjectNode kept = given.kept().deepCopy();
    kept.put("callback_secret", entry.path("callback_secret").asString(""));
    return channel.accounts().credentials(Json.bytes(kept)).orElseThrow();
  }

  private SendResult send(String to) {
    Rendered.Ready ready =
        (Rendered.Ready)
            channel.render(new Channel.Composed(ID, new Content.Text("Hello \"you\""), Map.of()));
    return channel.send(
        new Outgoing(ready.body(), new Identity(ChannelName.WHATSAPP, to), new Via.Once(TAG)),
        credentials(""),
        DEADLINE);
  }

  // --- Credentials ------------------------------------------------------------------------------

  private Channel.Check check() {
    return channel.check(credentials(""), DEADLINE);
  }

  @Test
  void metaIsAskedForTheNumberAndNothingElse() {
    answer = answered(200, "{\"id\":\"1065\"}");

    assertThat(check()).isEqualTo(new Channel.Check.Good());

    Transport.Request request = requests.getFirst();
    assertThat(request.method()).isEqualTo("GET");
    assertThat(request.uri()).hasToString("http://127.0.0.1:1/graph/v25.0/1065?fields=id");
    assertThat(request.headers()).containsEntry("authorization", "Bearer TOKEN");
    assertThat(request.body()).isEqualTo(Bytes.EMPTY);
    assertThat(request.deadline()).isEqualTo(DEADLINE);
    assertThat(requests).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "401, 190, 'issue a new one'",
    "401, 0, 'issue a new one'",
    "401, 104, 'issue a new one'",
    "400, 100, 'no phone number of the id in claimed_identity'",
    "404, 803, 'no phone number of the id in claimed_identity'",
    "403, 368, 'restricted the account'",
    "400, 133010, 'register it at Meta'"
  })
  void whatMetaRefusesSaysWhatToDo(int status, int code, String words) {
    answer = answered(status, "{\"error\":{\"message\":\"of TOKEN\",\"code\":%d}}".formatted(code));

    assertThat(check())
        .isInstanceOfSatisfying(
            Channel.Check.Refused.class,
            no -> assertThat(no.sentence()).contains(words).doesNotContain("TOKEN"));
  }

  /** What sends need is all that a token needs. */
  @ParameterizedTest
  @CsvSource({"403, 10", "403, 200", "400, 3"})
  void aTokenThatMayNotLookIsATokenAllTheSame(int status, int code) {
    answer = answered(status, "{\"error\":{\"code\":%d}}".formatted(code));

    assertThat(check()).isEqualTo(new Channel.Check.Good());
  }

  @ParameterizedTest
  @CsvSource({"401, 'issue a new one'", "404, whatsapp.api", "302, whatsapp.api"})
  void whoeverElseAnswersIsToldBy(int status, String words) {
    answer = answered(status, "<html>");

    assertThat(((Channel.Check.Refused) check()).sentence()).contains(words);
  }

  @Test
  void whatMetaDoesNotSayNowIsNotKnown() {
    for (Transport.Answer none :
        List.of(
            answered(500, "{\"error\":{\"code\":1}}"),
            answered(503, "{\"error\":{\"code\":2}}"),
            answered(400, "{\"error\":{\"code\":4}}"),
            answered(429, ""),
            answered(502, "<html>"),
            answered(200, "<html>"),
            answered(200, "{\"id\":\"1066\"}"),
            new Transport.Answer.TooLarge(200, Map.of()),
            new Transport.Answer.NotSent("refused"),
            new Transport.Answer.Unknown("no answer in time"))) {
      answer = none;

      assertThat(check()).as(none.toString()).isEqualTo(new Channel.Check.Away());
    }
  }

  // --- Sending ----------------------------------------------------------------------------------

  @Test
  void aMessageGoesToANumberWithItsTag() {
    SendResult result = send("819012345678");

    assertThat(result).isInstanceOf(SendResult.Accepted.class);
    assertThat(((SendResult.Accepted) result).platformMessageIds()).containsExactly("wamid.OUT1");
    Transport.Request request = requests.getFirst();
    assertThat(request.uri()).hasToString("http://127.0.0.1:1/graph/v25.0/1065/messages");
    assertThat(request.headers())
        .containsEntry("authorization", "Bearer TOKEN")
        .containsEntry("content-type", "application/json");
    assertThat(JSON.readTree(request.body().array()))
        .isEqualTo(
            JSON.readTree(
                """
                {"recipient_type":"individual","to":"819012345678",
                 "biz_opaque_callback_data":"%s","messaging_product":"whatsapp","type":"text",
                 "text":{"preview_url":false,"body":"Hello \\"you\\""}}\
                """
                    .formatted(TAG)));
  }

  @ParameterizedTest
  @CsvSource({
    "JP.13491208655302741918, recipient, individual",
    "JP.ENT.118157992128868, recipient, individual",
    "HBgLMTY0NjcwNDM1OTUVAgARGB, to, group"
  })
  void whoHasNoNumberIsReachedByTheirId(String to, String property, String type) {
    send(to);

    var body = JSON.readTree(requests.getFirst().body().array());
    assertThat(body.path(property).asString()).isEqualTo(to);
    assertThat(body.path("recipient_type").asString()).isEqualTo(type);
    assertThat(body.has(property.equals("to") ? "recipient" : "to")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"+81901", "12345", "someone@example.com", "JP.", "0819012345678"})
  void whatIsNoAddressIsNotSentTo(String to) {
    SendResult result = send(to);

    assertThat(requests).isEmpty();
    assertThat(((SendResult.Rejected) result).reason().code())
        .isEqualTo(Reason.Code.RECIPIENT_INVALID_CHANNEL_IDENTITY);
    assertThat(channel.isIdentity(to)).isFalse();
  }

  @Test
  void marketingTemplatesGoByTheirOwnCall() {
    Rendered.Ready ready =
        (Rendered.Ready)
            channel.render(
                new Channel.Composed(
                    ID,
                    new Content.Specific(
                        Content.Specific.TEMPLATE,
                        "{\"template_id\":\"sale\",\"language_code\":\"ja\"}"),
                    Map.of(WhatsAppRendering.MARKETING, "true")));

    channel.send(
        new Outgoing(
            ready.body(), new Identity(ChannelName.WHATSAPP, "819012345678"), new Via.Once(TAG)),
        credentials(""),
        DEADLINE);

    assertThat(requests.getFirst().uri().getPath()).endsWith("/1065/marketing_messages");
  }

  @Test
  void marksAndTypingNameTheMessageThatTheyAnswer() {
    Identity person = new Identity(ChannelName.WHATSAPP, "819012345678");
    assertThat(channel.render(new Signal.Typing(Optional.empty()), person)).isEmpty();
    Bytes typing =
        channel.render(new Signal.Typing(Optional.of("wamid.IN1")), person).orElseThrow();
    Bytes read = channel.render(new Signal.Read("wamid.IN1"), person).orElseThrow();
    answer = answered(200, "{\"success\":true}");

    SendResult result = channel.show(new Signal.Read("wamid.IN1"), read, credentials(""), DEADLINE);

    assertThat(result).isInstanceOf(SendResult.Accepted.class);
    assertThat(JSON.readTree(requests.getFirst().body().array()))
        .isEqualTo(
            JSON.readTree(
                "{\"messaging_product\":\"whatsapp\",\"status\":\"read\",\"message_id\":\"wamid.IN1\"}"));
    assertThat(JSON.readTree(typing.array()).path("typing_indicator").path("type").asString())
        .isEqualTo("text");
  }

  // --- Answers ----------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "190, 401, Rejected, CHANNEL_BAD_CONFIGURATION",
    "0, 401, Rejected, CHANNEL_BAD_CONFIGURATION",
    "10, 403, Rejected, NO_PERMISSION",
    "200, 403, Rejected, NO_PERMISSION",
    "131005, 403, Rejected, NO_PERMISSION",
    "4, 400, Throttled, RATE_LIMITED",
    "80007, 400, Throttled, RATE_LIMITED",
    "130429, 400, Throttled, RATE_LIMITED",
    "131048, 400, Throttled, RATE_LIMITED",
    "131056, 400, Throttled, RATE_LIMITED",
    "2, 503, Throttled, CHANNEL_FAILURE",
    "131016, 500, Throttled, CHANNEL_FAILURE",
    "131057, 500, Throttled, CHANNEL_FAILURE",
    "133004, 503, Throttled, CHANNEL_FAILURE",
    "1, 400, Unknown, CHANNEL_FAILURE",
    "131000, 500, Unknown, CHANNEL_FAILURE",
    "131026, 400, Rejected, RECIPIENT_NOT_REACHABLE",
    "131047, 400, Rejected, OUTSIDE_ALLOWED_SENDING_WINDOW",
    "131049, 400, Rejected, DELIVERY_REJECTED_DUE_TO_POLICY",
    "130472, 400, Rejected, RECIPIENT_NOT_REACHABLE",
    "131050, 400, Rejected, RECIPIENT_NOT_OPTED_IN",
    "131021, 400, Rejected, RECIPIENT_INVALID_CHANNEL_IDENTITY",
    "100, 400, Rejected, BAD_REQUEST",
    "131009, 400, Rejected, BAD_REQUEST",
    "131053, 400, Rejected, MEDIA_NOT_REACHABLE",
    "132000, 400, Rejected, TEMPLATE_INSUFFICIENT_PARAMETERS",
    "132001, 404, Rejected, TEMPLATE_NOT_FOUND",
    "132012, 400, Rejected, BAD_REQUEST",
    "132015, 400, Rejected, CHANNEL_REJECT",
    "134101, 400, Throttled, CHANNEL_REJECT",
    "131031, 403, Rejected, CHANNEL_REJECT",
    "131042, 400, Rejected, CHANNEL_REJECT",
    "133010, 400, Rejected, CHANNEL_BAD_CONFIGURATION",
    "777777, 400, Rejected, CHANNEL_REJECT",
    "777777, 429, Throttled, RATE_LIMITED",
    "777777, 500, Unknown, CHANNEL_FAILURE",
    "777777, 408, Unknown, CHANNEL_FAILURE",
    "777777, 401, Rejected, CHANNEL_BAD_CONFIGURATION"
  })
  void metasCodeDecides(int code, int status, String result, Reason.Code reason) {
    answer =
        answered(
            status,
            "{\"error\":{\"message\":\"(#%1$d) secret words\",\"type\":\"OAuthException\",\"code\":%1$d}}"
                .formatted(code));

    SendResult sent = send("819012345678");

    assertThat(sent.getClass().getSimpleName()).isEqualTo(result);
    Reason why =
        switch (sent) {
          case SendResult.Rejected rejected -> rejected.reason();
          case SendResult.Throttled throttled -> throttled.ifGivenUp();
          case SendResult.Unknown unknown -> unknown.ifGivenUp();
          default -> throw new AssertionError(sent.toString());
        };
    assertThat(why.code()).isEqualTo(reason);
    assertThat(why.description()).doesNotContain("secret words");
  }

  @Test
  void whatMetaAsksToWaitIsWaited() {
    answer = answered(429, "{\"error\":{\"code\":130429}}", "retry-after", "120");
    assertThat(((SendResult.Throttled) send("819012345678")).retryAfter())
        .contains(Duration.ofMinutes(2));
    answer = answered(400, "{\"error\":{\"code\":131056}}");
    assertThat(((SendResult.Throttled) send("819012345678")).retryAfter())
        .contains(Duration.ofSeconds(6));
  }

  @Test
  void whatIsNotKnownIsSaidToBeUnknown() {
    answer = new Transport.Answer.Unknown("no answer in time");
    assertThat(send("819012345678")).isInstanceOf(SendResult.Unknown.class);
    answer = new Transport.Answer.NotSent("connection refused");
    assertThat(send("819012345678")).isInstanceOf(SendResult.Unreachable.class);
    for (String body : List.of("", "<html>", "{}", "{\"messages\":[]}", "[]")) {
      answer = answered(200, body);
      assertThat(send("819012345678")).as(body).isInstanceOf(SendResult.Unknown.class);
    }
    answer = answered(502, "<html>Bad gateway</html>");
    assertThat(send("819012345678")).isInstanceOf(SendResult.Unknown.class);
  }

  // --- Webhooks ---------------------------------------------------------------------------------

  private record Posted(List<String> values, Bytes body) implements Channel.WebhookRequest {
    @Override
    public List<String> header(String name) {
      return name.equalsIgnoreCase("X-Hub-Signature-256") ? values : List.of();
    }
  }

  @Test
  void onlyWhatMetaSignedIsMetas() {
    Bytes body = Bytes.utf8("{\"entry\":[]}");
    Channel.Credentials ours =
        credentials(
            ",\"whatsapp_settings\":{\"app_secret\":\"new\",\"previous_app_secret\":\"old\"}");
    // openssl dgst -sha256 -hmac new, and old
    String now = signature(body, ours);
    String before = signature(body, credentials(",\"callback_secret\":\"old\""));

    assertThat(now)
        .isEqualTo("sha256=dc58761ce35c6e53d2aa94b99479328a209f58e5cf1baf8c1c3d08c9cad8f6e9");
    assertThat(check(body, ours, now)).isEqualTo(new Authentic(1));
    assertThat(check(body, ours, before)).isEqualTo(new Authentic(2));
    assertThat(check(Bytes.utf8("{\"entry\":[ ]}"), ours, now)).isEqualTo(new Refused(Cause.WRONG));
    assertThat(check(body, ours)).isEqualTo(new Refused(Cause.MISSING));
    assertThat(check(body, ours, now, now)).isEqualTo(new Refused(Cause.SEVERAL));
    assertThat(check(body, ours, now.toUpperCase(Locale.ROOT)))
        .isEqualTo(new Refused(Cause.MALFORMED));
    assertThat(check(body, ours, now.substring(7))).isEqualTo(new Refused(Cause.MALFORMED));
    assertThat(check(body, credentials(""), now)).isEqualTo(new Refused(Cause.WRONG));
  }

  private String signature(Bytes body, Channel.Credentials credentials) {
    return Objects.requireNonNull(channel.signature(body, credentials).get("x-hub-signature-256"));
  }

  private Authenticity check(Bytes body, Channel.Credentials credentials, String... values) {
    return channel.authentic(new Posted(List.of(values), body), credentials);
  }

  @Test
  void theHandshakeIsAnsweredToWhoKnowsTheToken() {
    Channel.Credentials ours = credentials(",\"whatsapp_settings\":{\"verify_token\":\"word\"}");
    Map<String, String> asked =
        Map.of("hub.mode", "subscribe", "hub.verify_token", "word", "hub.challenge", "1158201444");

    assertThat(channel.handshake(query(asked), ours).map(Bytes::asUtf8)).contains("1158201444");
    assertThat(channel.handshake(query(asked), credentials(""))).isEmpty();
    for (String name : asked.keySet()) {
      Map<String, String> other = new HashMap<>(asked);
      other.remove(name);
      assertThat(channel.handshake(query(other), ours)).as("without " + name).isEmpty();
    }
    Map<String, String> guess = new HashMap<>(asked);
    guess.put("hub.verify_token", "sword");
    assertThat(channel.handshake(query(guess), ours)).isEmpty();
  }

  private static Function<String, Optional<String>> query(Map<String, String> values) {
    return name -> Optional.ofNullable(values.get(name));
  }

  // --- Accounts ---------------------------------------------------------------------------------

  @Test
  void anAccountIsTheContractsAndKnowsItsNumber() {
    AccountForm.Given given =
        channel
            .accounts()
            .read(Fields.of(entry(",\"whatsapp_settings\":{\"app_secret\":\"s\",\"x\":1}")));

    assertThat(given.platformId()).contains("1065");
    assertThat(given.kept().path("whatsapp_settings"))
        .isEqualTo(JSON.readTree("{\"app_secret\":\"s\"}"));
    assertThat(credentials("").toString()).doesNotContain("TOKEN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"static_bearer\":{}}",
        "{\"static_bearer\":{\"claimed_identity\":\"1065\"}}",
        "{\"static_bearer\":{\"claimed_identity\":\"10/65\",\"token\":\"t\"}}",
        "{\"static_bearer\":{\"claimed_identity\":\"1065\",\"token\":\"t t\"}}",
        "{\"static_bearer\":{\"claimed_identity\":\"1\",\"token\":\"t\"},\"whatsapp_settings\":1}"
      })
  void whatIsNoAccountIsRefused(String entry) {
    assertThatThrownBy(() -> channel.accounts().read(Fields.of((ObjectNode) JSON.readTree(entry))))
        .isInstanceOf(WrongFieldException.class);
  }

  @Test
  void aMessageIsQuotedByItsIdAtMeta() {
    assertThat(channel.quoteToken(Bytes.utf8("{\"id\":\"wamid.IN1\",\"type\":\"text\"}")))
        .contains("wamid.IN1");
    assertThat(channel.quoteToken(Bytes.utf8(OK))).contains("wamid.OUT1");
    assertThat(channel.quoteToken(Bytes.utf8("{\"messageId\":\"8a3\"}"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1, true",
    "https://graph.facebook.com/v23.0/1, true",
    "http://lookaside.fbsbx.com/x, false",
    "https://fbsbx.com.example.com/x, false",
    "https://evilfbsbx.com/x, false",
    "https://user@lookaside.fbsbx.com/x, false",
    "https://lookaside.fbsbx.com:8443/x, false"
  })
  void tokensGoToMetasHostsOnly(String address, boolean metas) {
    assertThat(WhatsAppHost.REAL.isMetas(URI.create(address))).isEqualTo(metas);
  }

  @Test
  void whereAnotherHostIsConfiguredTokensGoThereOnly() {
    WhatsAppHost emulated = new WhatsAppHost(URI.create("http://127.0.0.1:9000"), "v23.0");

    assertThat(emulated.isMetas(URI.create("http://127.0.0.1:9000/media/1"))).isTrue();
    assertThat(emulated.isMetas(URI.create("http://127.0.0.1:9001/media/1"))).isFalse();
    assertThat(emulated.isMetas(URI.create("https://lookaside.fbsbx.com/x"))).isFalse();
  }
}

package dev.throughline.channel.line;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.channel.Multicast;
import dev.throughline.channel.OwnAudience;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.Transport;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.MediaLimits;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * LINE. Facts in spec line.md; what is mapped so far, and our choices, in docs/channels/line.md.
 */
public final class LineChannel implements Channel {
  private static final String REPLY = "/v2/bot/message/reply";
  private static final String PUSH = "/v2/bot/message/push";

  private final Transport transport;
  private final LineHost host;
  private final InstantSource clock;
  private final LineApi looks;
  private final AccountForm accounts = new LineAccountForm();
  private final Multicast multicast;
  private final OwnAudience ownAudience;

  /**
   * @param api where LINE's API is; {@link LineHost#LINE} in production. It belongs to the
   *     installation and not to an app, so that nobody who edits an app can have its token sent
   *     elsewhere
   * @param clock what a {@code retry-after} date is measured against
   */
  public LineChannel(Transport transport, URI api, InstantSource clock) {
    this.transport = transport;
    this.host = new LineHost(api);
    this.clock = clock;
    this.looks = new LineApi(transport, api);
    this.multicast = new LineMulticast(transport, host, clock);
    this.ownAudience = new LineOwnAudience(transport, host, clock);
  }

  @Override
  public ChannelName name() {
    return ChannelName.LINE;
  }

  /** LINE tells nothing of what happens after it took a message. */
  @Override
  public Assurance highestAssurance() {
    return Assurance.ACCEPTED;
  }

  @Override
  public AccountForm accounts() {
    return accounts;
  }

  /** LINE posts an empty body instead. */
  @Override
  public Optional<Bytes> handshake(
      Function<String, Optional<String>> query, Credentials credentials) {
    return Optional.empty();
  }

  /** Notification messages have no retry key, are confirmed within a day, and advertise nothing. */
  @Override
  public Way way(Identity recipient) {
    return LineNotification.isPhone(recipient.value())
        ? new Way(false, Optional.of(Duration.ofHours(24)), false)
        : new Way(true, Optional.empty(), true);
  }

  @Override
  public boolean isIdentity(String value) {
    return LineIds.isAddress(value) || LineNotification.isPhone(value);
  }

  @Override
  public Authenticity authentic(WebhookRequest request, Credentials credentials) {
    return LineSignature.check(request, lines(credentials));
  }

  @Override
  public boolean isCheckedAlone(Credentials credentials) {
    return true;
  }

  @Override
  public Map<String, String> signature(Bytes body, Credentials credentials) {
    return LineSignature.of(body, lines(credentials));
  }

  @Override
  public List<OwnedRun> split(Bytes body) {
    return OwnedRuns.of(body);
  }

  /** What is not mapped yet is {@link InboundEvent.Unknown}. */
  @Override
  public ParsedWebhook parse(Bytes body) {
    return WebhookEvents.parse(body);
  }

  @Override
  public MediaLimits mediaLimits() {
    return LineMedia.LIMITS;
  }

  @Override
  public String documented(String event) {
    return Documented.only(event);
  }

  @Override
  public Optional<String> quoteToken(Bytes eventOrAnswer) {
    return LineAnswer.quoteToken(eventOrAnswer);
  }

  @Override
  public Rendered render(Composed message) {
    return LineRendering.render(message);
  }

  @Override
  public SendResult send(Outgoing outgoing, Credentials credentials, Duration deadline) {
    String recipient = outgoing.recipient().value();
    return switch (outgoing.via()) {
      case Via.Reply reply when !LineIds.isUsable(reply.replyToken()) ->
          new SendResult.ReplyTokenInvalid(SendVerdict.unanswered("not sent: no such reply token"));
      case Via.Reply reply ->
          post(REPLY, "replyToken", reply.replyToken(), outgoing, credentials, deadline, Map.of());
      case Via.Once once when LineNotification.isPhone(recipient) ->
          post(
              LineNotification.path(outgoing.rendered()),
              "to",
              LineNotification.hashed(recipient),
              outgoing,
              credentials,
              deadline,
              Map.of(LineNotification.TAG, once.tag()));
      case Via.Once _ -> noAddress();
      case Via.Push push when !LineIds.isAddress(recipient) -> noAddress();
      case Via.Push push ->
          post(
              PUSH,
              "to",
              recipient,
              outgoing,
              credentials,
              deadline,
              Map.of("x-line-retry-key", UUID.fromString(push.retryKey()).toString()));
    };
  }

  @Override
  public Map<String, Integer> rates() {
    return LineRates.PUBLISHED;
  }

  @Override
  public Allowance allowance(Outgoing outgoing, Credentials credentials) {
    return switch (outgoing.via()) {
      case Via.Reply _ -> LineRates.one(LineRates.REPLY);
      case Via.Push _ -> LineRates.one(LineRates.PUSH);
      case Via.Once _ -> LineRates.one(LineNotification.rate(outgoing.rendered()));
    };
  }

  @Override
  public Allowance allowance(Signal signal) {
    return LineRates.one(LineSignals.rate(signal));
  }

  @Override
  public Optional<Multicast> multicast() {
    return Optional.of(multicast);
  }

  @Override
  public Optional<OwnAudience> ownAudience() {
    return Optional.of(ownAudience);
  }

  @Override
  public Optional<Bytes> render(Signal signal, Identity recipient) {
    return LineSignals.render(signal, recipient);
  }

  @Override
  public SendResult show(
      Signal signal, Bytes rendered, Credentials credentials, Duration deadline) {
    Transport.Answer answer =
        transport.exchange(
            new Transport.Request(
                "POST",
                host.at(LineSignals.path(signal)),
                Map.of(
                    "authorization",
                    lines(credentials).bearer(),
                    "content-type",
                    "application/json"),
                rendered,
                deadline));
    return LineSignals.verdict(answer, clock.instant());
  }

  @Override
  public Reach reach(Identity recipient, Credentials credentials, Duration deadline) {
    if (!LineIds.isUser(recipient.value())) {
      return new Reach.Untold();
    }
    return switch (looks.profile(lines(credentials), recipient, deadline)) {
      case LineApi.Result.Ok<LineApi.Profile> _ -> new Reach.Yes();
      case LineApi.Result.Absent<LineApi.Profile> _ -> new Reach.No();
      case LineApi.Result.Refused<LineApi.Profile>(int _, Reason reason) ->
          new Reach.Unavailable(reason.description());
      case LineApi.Result.Unavailable<LineApi.Profile>(String why) -> new Reach.Unavailable(why);
    };
  }

  private static SendResult noAddress() {
    return new SendResult.Rejected(
        SendVerdict.unanswered("not sent: no LINE address"),
        new Reason(
            Code.RECIPIENT_INVALID_CHANNEL_IDENTITY,
            "A LINE address is U, C or R and 32 lower-case hex digits, or a phone number with +."));
  }

  private SendResult post(
      String path,
      String property,
      String value,
      Outgoing outgoing,
      Credentials credentials,
      Duration deadline,
      Map<String, String> moreHeaders) {
    Map<String, String> headers = new HashMap<>(moreHeaders);
    headers.put("authorization", lines(credentials).bearer());
    headers.put("content-type", "application/json");
    Transport.Answer answer =
        transport.exchange(
            new Transport.Request(
                "POST",
                host.at(path),
                headers,
                withFirst(property, value, outgoing.rendered()),
                deadline));
    return SendVerdict.of(outgoing.via(), answer, clock.instant());
  }

  /**
   * Puts one string property in front of the rendered ones. The rendered bytes themselves go out as
   * they are, so what was kept of the attempt is what was sent.
   */
  private static Bytes withFirst(String property, String value, Bytes rendered) {
    byte[] rest = rendered.array();
    if (rest.length < 3 || rest[0] != '{') {
      throw new IllegalArgumentException("not rendered by this channel: " + rendered);
    }
    String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"");
    byte[] first =
        ("{\"" + property + "\":\"" + escaped + "\",").getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream body = new ByteArrayOutputStream(first.length + rest.length);
    body.writeBytes(first);
    body.write(rest, 1, rest.length - 1);
    return Bytes.wrap(body.toByteArray());
  }

  private static LineCredentials lines(Credentials credentials) {
    if (credentials instanceof LineCredentials line) {
      return line;
    }
    throw new IllegalArgumentException("not LINE credentials: " + credentials.getClass());
  }
}

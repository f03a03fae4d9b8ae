package dev.throughline.channel.whatsapp;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.Transport;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.S3Objects;
import dev.throughline.channel.aws.SnsSignature;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.MediaLimits;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;
import tools.jackson.databind.node.ObjectNode;

/**
 * WhatsApp. Facts in spec providers.md B.3; what is mapped, and our choices, in
 * docs/channels/whatsapp.md.
 */
public final class WhatsAppChannel implements Channel {
  private static final String MESSAGES = "messages";
  private static final String SIGNALS = "signals";

  /** Of a number, in both directions together, unless Meta grants more (spec B.3.1). */
  private static final int PER_SECOND = 80;

  private final Transport transport;
  private final WhatsAppHost host;
  private final SocialSender social;
  private final SocialFiles files;
  private final SnsSignature notifications;
  private final InstantSource clock;
  private final AccountForm accounts = new WhatsAppAccountForm();

  /**
   * @param host Meta's API. It belongs to the installation and not to an app, so that nobody who
   *     edits an app can have its token sent elsewhere
   * @param social AWS's clients, for accounts that AWS stands before
   * @param objects buckets of such accounts
   * @param notifications tells which notifications are AWS's
   * @param clock what a {@code retry-after} date is measured against
   */
  public WhatsAppChannel(
      Transport transport,
      WhatsAppHost host,
      AwsClients<SocialMessagingClient> social,
      S3Objects objects,
      SnsSignature notifications,
      InstantSource clock) {
    this.transport = transport;
    this.host = host;
    this.social = new SocialSender(social, host.version());
    this.files = new SocialFiles(social, objects);
    this.notifications = notifications;
    this.clock = clock;
  }

  @Override
  public ChannelName name() {
    return ChannelName.WHATSAPP;
  }

  @Override
  public Assurance highestAssurance() {
    return Assurance.READ;
  }

  @Override
  public boolean hasWindow() {
    return true;
  }

  /** Meta has no key against repeats, and tells of a delivery whenever the phone is on. */
  @Override
  public Way way(Identity recipient) {
    return new Way(false, Optional.empty(), true);
  }

  @Override
  public boolean isIdentity(String value) {
    return WhatsAppIds.isAddress(value);
  }

  @Override
  public AccountForm accounts() {
    return accounts;
  }

  @Override
  public Check check(Credentials credentials, Duration deadline) {
    return switch (WhatsAppCredentials.of(credentials)) {
      case MetaCredentials meta -> MetaCheck.of(look(meta, deadline), meta.phoneNumberId());
      case SocialCredentials aws -> check(aws, deadline);
    };
  }

  private Check check(SocialCredentials aws, Duration deadline) {
    long began = System.nanoTime();
    Check number = social.check(aws, deadline);
    return number instanceof Check.Good
        ? files.check(aws, deadline.minusNanos(System.nanoTime() - began))
        : number;
  }

  @Override
  public Authenticity authentic(WebhookRequest request, Credentials credentials) {
    return switch (WhatsAppCredentials.of(credentials)) {
      case MetaCredentials meta -> MetaSignature.check(request, meta);
      case SocialCredentials aws -> notifications.check(request.body(), aws.aws());
    };
  }

  @Override
  public boolean isCheckedAlone(Credentials credentials) {
    return WhatsAppCredentials.of(credentials) instanceof MetaCredentials;
  }

  @Override
  public Optional<Bytes> handshake(
      Function<String, Optional<String>> query, Credentials credentials) {
    boolean asks = query.apply("hub.mode").filter("subscribe"::equals).isPresent();
    return switch (WhatsAppCredentials.of(credentials)) {
      case MetaCredentials meta ->
          asks && query.apply("hub.verify_token").filter(meta::verifies).isPresent()
              ? query.apply("hub.challenge").map(Bytes::utf8)
              : Optional.empty();
      case SocialCredentials _ -> Optional.empty();
    };
  }

  @Override
  public Map<String, String> signature(Bytes body, Credentials credentials) {
    return switch (WhatsAppCredentials.of(credentials)) {
      case MetaCredentials meta -> MetaSignature.of(body, meta);
      // What SNS signed still is in the body.
      case SocialCredentials _ -> Map.of();
    };
  }

  @Override
  public List<OwnedRun> split(Bytes body) {
    return OwnedRuns.of(body);
  }

  @Override
  public ParsedWebhook parse(Bytes body) {
    return WebhookEvents.parse(body);
  }

  @Override
  public MediaLimits mediaLimits() {
    return WhatsAppMedia.LIMITS;
  }

  /** Nothing is held back: Meta documents its webhooks as ever growing. */
  @Override
  public String documented(String event) {
    return event;
  }

  /** Meta quotes by a message's own id. */
  @Override
  public Optional<String> quoteToken(Bytes eventOrAnswer) {
    return WhatsAppJson.read(eventOrAnswer)
        .flatMap(json ->
            WhatsAppIds.usable(WhatsAppJson.text(json, "id"))
                .or(() ->
                    WhatsAppIds.usable(WhatsAppJson.text(json.path("messages").path(0), "id"))));
  }

  @Override
  public Rendered render(Composed message) {
    return WhatsAppRendering.render(message);
  }

  @Override
  public SendResult send(Outgoing outgoing, Credentials credentials, Duration deadline) {
    String to = outgoing.recipient().value();
    if (!(outgoing.via() instanceof Via.Once once) || !WhatsAppIds.isAddress(to)) {
      return SendVerdict.noAddress();
    }
    ObjectNode address = WhatsAppJson.object();
    address.put("recipient_type", WhatsAppIds.isGroup(to) ? "group" : "individual");
    address.put(WhatsAppIds.isUser(to) ? "recipient" : "to", to);
    address.put("biz_opaque_callback_data", once.tag());
    Bytes body = withFirst(address, outgoing.rendered());
    return switch (WhatsAppCredentials.of(credentials)) {
      case MetaCredentials meta ->
          SendVerdict.of(post(meta, path(outgoing.rendered()), body, deadline), clock.instant());
      case SocialCredentials aws -> social.send(aws, body, deadline);
    };
  }

  @Override
  public Map<String, Integer> rates() {
    return Map.of(MESSAGES, PER_SECOND, SIGNALS, 0);
  }

  /** All that goes to people counts together, however it goes. */
  @Override
  public Allowance allowance(Outgoing outgoing, Credentials credentials) {
    return new Allowance(MESSAGES, 1, PER_SECOND);
  }

  /** Meta limits messages only. */
  @Override
  public Allowance allowance(Signal signal) {
    return new Allowance(SIGNALS, 1, 0);
  }

  private static String path(Bytes rendered) {
    return WhatsAppJson.read(rendered)
            .filter(json -> json.has(WhatsAppRendering.PRODUCT_POLICY))
            .isPresent()
        ? "/marketing_messages"
        : "/messages";
  }

  @Override
  public Optional<Bytes> render(Signal signal, Identity recipient) {
    return WhatsAppSignals.render(signal);
  }

  @Override
  public SendResult show(
      Signal signal, Bytes rendered, Credentials credentials, Duration deadline) {
    return switch (WhatsAppCredentials.of(credentials)) {
      case MetaCredentials meta ->
          SendVerdict.of(post(meta, "/messages", rendered, deadline), clock.instant());
      case SocialCredentials aws -> social.send(aws, rendered, deadline);
    };
  }

  /** Meta tells of nobody whether they have WhatsApp until they are written to. */
  @Override
  public Reach reach(Identity recipient, Credentials credentials, Duration deadline) {
    return new Reach.Untold();
  }

  /** The least that there is to ask of a number. */
  private Transport.Answer look(MetaCredentials meta, Duration deadline) {
    return transport.exchange(
        new Transport.Request(
            "GET",
            host.at("/" + meta.phoneNumberId() + "?fields=id"),
            Map.of("authorization", meta.bearer()),
            Bytes.EMPTY,
            deadline));
  }

  private Transport.Answer post(MetaCredentials meta, String path, Bytes body, Duration deadline) {
    return transport.exchange(
        new Transport.Request(
            "POST",
            host.at("/" + meta.phoneNumberId() + path),
            Map.of("authorization", meta.bearer(), "content-type", "application/json"),
            body,
            deadline));
  }

  /**
   * Puts whom it goes to in front of what was rendered. The rendered bytes themselves go out as
   * they are, so what was kept of the attempt is what was sent.
   */
  private static Bytes withFirst(ObjectNode address, Bytes rendered) {
    byte[] rest = rendered.array();
    if (rest.length < 3 || rest[0] != '{') {
      throw new IllegalArgumentException("not rendered by this channel: " + rendered);
    }
    byte[] first = WhatsAppJson.bytes(address).array();
    ByteArrayOutputStream body = new ByteArrayOutputStream(first.length + rest.length);
    body.write(first, 0, first.length - 1);
    body.write(',');
    body.write(rest, 1, rest.length - 1);
    return Bytes.wrap(body.toByteArray());
  }
}

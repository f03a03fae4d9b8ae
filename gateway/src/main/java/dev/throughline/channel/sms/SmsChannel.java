package dev.throughline.channel.sms;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.SendResult.Exchange;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.SnsEnvelope;
import dev.throughline.channel.aws.SnsSignature;
import dev.throughline.contract.Json;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.MediaLimits;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.pinpointsmsvoicev2.PinpointSmsVoiceV2Client;
import tools.jackson.databind.JsonNode;

/**
 * SMS, by AWS or by SMPP, as the account says. Facts in spec providers.md §B.2; what is mapped, and
 * our choices, in docs/channels/sms.md.
 */
public final class SmsChannel implements Channel {
  /** Files go as links, whatever their size. */
  private static final MediaLimits ANY =
      new MediaLimits(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

  private final AwsSmsSender aws;
  private final SnsSignature notifications;
  private final SmppSessions smpp;
  private final AccountForm accounts = new SmsAccountForm();

  /**
   * @param aws clients of AWS's SMS service
   * @param notifications what SNS says of such messages is checked by it
   * @param smpp the sessions with SMSCs
   */
  public SmsChannel(
      AwsClients<PinpointSmsVoiceV2Client> aws, SnsSignature notifications, SmppSessions smpp) {
    this.aws = new AwsSmsSender(aws);
    this.notifications = notifications;
    this.smpp = smpp;
  }

  @Override
  public ChannelName name() {
    return ChannelName.SMS;
  }

  /** Where carriers tell it; many do not. */
  @Override
  public Assurance highestAssurance() {
    return Assurance.DEVICE;
  }

  /** Nothing makes a send repeatable, and nobody promises a receipt. */
  @Override
  public Way way(Identity recipient) {
    return new Way(false, Optional.empty(), true);
  }

  @Override
  public boolean isIdentity(String value) {
    return SmsNumbers.isNumber(value);
  }

  @Override
  public AccountForm accounts() {
    return accounts;
  }

  @Override
  public Check check(Credentials credentials, Duration deadline) {
    return switch (sms(credentials)) {
      case SmsCredentials.Aws account -> aws.check(account, deadline);
      case SmsCredentials.Smpp account -> smpp.check(account, deadline);
    };
  }

  /** Webhooks come from SNS; an SMSC has no way to post one. */
  @Override
  public Authenticity authentic(WebhookRequest request, Credentials credentials) {
    return switch (sms(credentials)) {
      case SmsCredentials.Aws account -> notifications.check(request.body(), account.aws());
      case SmsCredentials.Smpp _ -> new Authenticity.Refused(Authenticity.Cause.MISSING);
    };
  }

  /** SNS posts a confirmation instead. */
  @Override
  public Optional<Bytes> handshake(
      Function<String, Optional<String>> query, Credentials credentials) {
    return Optional.empty();
  }

  /** A body tells of one person, or of nobody. */
  @Override
  public List<OwnedRun> split(Bytes body) {
    return List.of(new OwnedRun(0, body.length(), owner(body)));
  }

  private static Optional<Identity> owner(Bytes body) {
    return Json.parse(body)
        .filter(SmppEvents::isOne)
        .map(SmppEvents::owner)
        .orElseGet(() -> SnsEnvelope.of(body).flatMap(AwsSmsEvents::owner));
  }

  @Override
  public ParsedWebhook parse(Bytes body) {
    Optional<JsonNode> json = Json.parse(body);
    if (json.filter(SmppEvents::isOne).isPresent()) {
      return SmppEvents.parse(json.get(), body);
    }
    return SnsEnvelope.of(body)
        .map(envelope -> AwsSmsEvents.parse(envelope, body))
        .orElseGet(() -> new ParsedWebhook.Malformed("no notification of SNS's"));
  }

  /** Nothing but LINE's webhooks is passed on. */
  @Override
  public Map<String, String> signature(Bytes body, Credentials credentials) {
    return Map.of();
  }

  @Override
  public MediaLimits mediaLimits() {
    return ANY;
  }

  @Override
  public String documented(String event) {
    return event;
  }

  @Override
  public Optional<String> quoteToken(Bytes eventOrAnswer) {
    return Optional.empty();
  }

  @Override
  public Cost cost(Bytes rendered) {
    return new Cost(Cost.Unit.SEGMENT, SmsMessage.parts(rendered));
  }

  @Override
  public Rendered render(Composed message) {
    return SmsRendering.render(message);
  }

  @Override
  public SendResult send(Outgoing outgoing, Credentials credentials, Duration deadline) {
    Identity recipient = outgoing.recipient();
    if (!isIdentity(recipient.value())) {
      return new SendResult.Rejected(
          new Exchange(0, Optional.empty(), Bytes.EMPTY, "not sent: no phone number"),
          new Reason(
              Code.RECIPIENT_INVALID_CHANNEL_IDENTITY,
              "An SMS goes to a phone number with its country's code, 7 to 15 digits."));
    }
    if (!(outgoing.via() instanceof Via.Once(String tag))) {
      throw new IllegalArgumentException("SMS knows neither replies nor keys");
    }
    SmsMessage message = SmsMessage.of(outgoing.rendered()).within(outgoing.useful());
    return switch (sms(credentials)) {
      case SmsCredentials.Aws account -> aws.send(message, recipient, tag, account, deadline);
      case SmsCredentials.Smpp account -> smpp.send(message, recipient, account, deadline);
    };
  }

  @Override
  public Map<String, Integer> rates() {
    return SmsRates.PUBLISHED;
  }

  @Override
  public Allowance allowance(Outgoing outgoing, Credentials credentials) {
    return SmsRates.of(SmsMessage.of(outgoing.rendered()), sms(credentials));
  }

  /** SMS shows nothing but messages. */
  @Override
  public Optional<Bytes> render(Signal signal, Identity recipient) {
    return Optional.empty();
  }

  @Override
  public SendResult show(
      Signal signal, Bytes rendered, Credentials credentials, Duration deadline) {
    throw new IllegalArgumentException("SMS shows nothing but messages");
  }

  @Override
  public Reach reach(Identity recipient, Credentials credentials, Duration deadline) {
    return new Reach.Untold();
  }

  static SmsCredentials sms(Credentials credentials) {
    if (credentials instanceof SmsCredentials sms) {
      return sms;
    }
    throw new IllegalArgumentException("not SMS credentials: " + credentials.getClass());
  }
}

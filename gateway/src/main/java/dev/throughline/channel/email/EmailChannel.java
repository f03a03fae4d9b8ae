package dev.throughline.channel.email;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.SnsSignature;
import dev.throughline.channel.email.EmailCredentials.Ses;
import dev.throughline.channel.email.EmailCredentials.Smtp;
import dev.throughline.contract.EmailAddresses;
import dev.throughline.contract.Json;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.MediaLimits;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import software.amazon.awssdk.services.sesv2.SesV2Client;
import tools.jackson.databind.JsonNode;

/** E-mail. Facts in spec providers.md B.1; our choices in docs/channels/email.md. */
public final class EmailChannel implements Channel, AutoCloseable {
  /**
   * Pictures are loaded by whoever reads the mail: those of phones are, larger ones are a bother.
   */
  private static final MediaLimits LIMITS =
      new MediaLimits(10L << 20, 1L << 20, 100L << 20, 100L << 20);

  private static final String MAILS = "mails";
  private static final Pattern TAKEN = Pattern.compile("^Message-ID: (<[^<>\\s]+>)");
  private static final Pattern MESSAGE_ID = Pattern.compile("<[!-;=?-~]{1,990}>");

  private final SmtpPool pool;
  private final SmtpSender smtp;
  private final SesSender ses;
  private final SesQuotas quotas;
  private final SnsSignature notifications;
  private final AccountForm accounts = new EmailAccountForm();

  /**
   * How mail servers are spoken to.
   *
   * @param policy where mail servers that apps name may be
   * @param trust whose certificates mail servers may have
   * @param helo what this host calls itself to mail servers
   */
  public record Mailing(TargetPolicy policy, SSLContext trust, String helo) {}

  /**
   * @param amazon clients of SES
   * @param notifications checks what SES tells by SNS
   * @param clock for the date of a mail
   */
  public EmailChannel(
      Http http,
      Mailing mailing,
      AwsClients<SesV2Client> amazon,
      SnsSignature notifications,
      InstantSource clock) {
    this.pool = new SmtpPool(http, mailing.policy(), mailing.trust(), mailing.helo());
    this.smtp = new SmtpSender(pool, clock);
    this.ses = new SesSender(amazon, clock);
    this.quotas = new SesQuotas(amazon, clock);
    this.notifications = notifications;
  }

  @Override
  public ChannelName name() {
    return ChannelName.EMAIL;
  }

  /**
   * The recipient's mail server took it. That a picture in it was loaded is told as read where SES
   * tells it; programs load pictures too, and many people's do not, so nothing waits for that.
   */
  @Override
  public Assurance highestAssurance() {
    return Assurance.CARRIER;
  }

  /** Neither SMTP nor SES can be asked twice for the same mail. */
  @Override
  public Way way(Identity recipient) {
    return new Way(false, Optional.empty(), true);
  }

  /** In the head by RFC 8058, and at the foot of the mail. */
  @Override
  public Optional<String> optOutProperty() {
    return Optional.of(EmailProperties.UNSUBSCRIBE_URL);
  }

  @Override
  public boolean isIdentity(String value) {
    return EmailAddresses.normal(value).isPresent();
  }

  @Override
  public AccountForm accounts() {
    return accounts;
  }

  @Override
  public Check check(Credentials credentials, Duration deadline) {
    return switch (mail(credentials)) {
      case Smtp account -> SmtpCheck.ask(pool, account, deadline);
      case Ses account -> ses.check(account, deadline);
    };
  }

  @Override
  public Authenticity authentic(WebhookRequest request, Credentials credentials) {
    EmailCredentials account = mail(credentials);
    return account instanceof Ses amazon && request.header(MailHooks.HEADER).isEmpty()
        ? notifications.check(request.body(), amazon.aws())
        : MailHooks.check(request, account);
  }

  @Override
  public Optional<Bytes> handshake(
      Function<String, Optional<String>> query, Credentials credentials) {
    return Optional.empty();
  }

  @Override
  public List<OwnedRun> split(Bytes body) {
    return MailEvents.split(body);
  }

  @Override
  public ParsedWebhook parse(Bytes body) {
    return MailEvents.parse(body);
  }

  @Override
  public Map<String, String> signature(Bytes body, Credentials credentials) {
    return MailHooks.fields(mail(credentials));
  }

  @Override
  public MediaLimits mediaLimits() {
    return LIMITS;
  }

  /** What an event says of a mail are our own words, all of them documented. */
  @Override
  public String documented(String event) {
    return event;
  }

  /** The Message-ID, which an answer names. */
  @Override
  public Optional<String> quoteToken(Bytes eventOrAnswer) {
    Matcher taken = TAKEN.matcher(eventOrAnswer.asUtf8());
    Optional<String> id =
        taken.find()
            ? Optional.of(taken.group(1))
            : Json.parse(eventOrAnswer)
                .filter(JsonNode::isObject)
                .flatMap(json -> Json.string(json, "message_id"));
    return id.filter(found -> MESSAGE_ID.matcher(found).matches());
  }

  @Override
  public Rendered render(Composed message) {
    return EmailRendering.render(message);
  }

  @Override
  public SendResult send(Outgoing outgoing, Credentials credentials, Duration deadline) {
    Optional<String> recipient = EmailAddresses.normal(outgoing.recipient().value());
    if (recipient.isEmpty()) {
      return new SendResult.Rejected(
          SmtpVerdict.unanswered("not sent: no e-mail address"),
          new Reason(
              Code.RECIPIENT_INVALID_CHANNEL_IDENTITY, "The recipient is no e-mail address."));
    }
    if (!(outgoing.via() instanceof Via.Once(String tag))) {
      throw new IllegalArgumentException("e-mail knows neither replies nor retry keys");
    }
    MailContent content = MailContent.of(outgoing.rendered());
    return switch (mail(credentials)) {
      case Smtp _ when content.body() instanceof MailContent.Body.Template ->
          SmtpVerdict.configuration(
              SmtpVerdict.unanswered("not sent: a template of SES"),
              "Templates that SES keeps are for accounts with ses_credentials.");
      case Smtp account -> smtp.send(content, recipient.get(), account, tag, deadline);
      case Ses account -> ses.send(content, recipient.get(), account, tag, deadline);
    };
  }

  @Override
  public Map<String, Integer> rates() {
    return Map.of(MAILS, 0);
  }

  /** SES says what it grants the account; a mail server that relays says nothing. */
  @Override
  public Allowance allowance(Outgoing outgoing, Credentials credentials) {
    return new Allowance(
        MAILS, 1, mail(credentials) instanceof Ses amazon ? quotas.perSecond(amazon.aws()) : 0);
  }

  @Override
  public Optional<Bytes> render(Signal signal, Identity recipient) {
    return Optional.empty();
  }

  @Override
  public SendResult show(
      Signal signal, Bytes rendered, Credentials credentials, Duration deadline) {
    throw new IllegalArgumentException("e-mail shows no signals");
  }

  /** Mail servers tell of nobody until a mail comes. */
  @Override
  public Reach reach(Identity recipient, Credentials credentials, Duration deadline) {
    return new Reach.Untold();
  }

  @Override
  public void close() {
    pool.close();
  }

  private static EmailCredentials mail(Credentials credentials) {
    if (credentials instanceof EmailCredentials mail) {
      return mail;
    }
    throw new IllegalArgumentException("not e-mail credentials: " + credentials.getClass());
  }
}

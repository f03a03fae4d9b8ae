package dev.throughline.channel.email;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.channel.aws.AwsForm;
import dev.throughline.channel.email.EmailCredentials.Login;
import dev.throughline.channel.email.EmailCredentials.Ses;
import dev.throughline.channel.email.EmailCredentials.Smtp;
import dev.throughline.channel.email.EmailCredentials.Tls;
import dev.throughline.contract.EmailAddresses;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code smtp_credentials} or {@code ses_credentials}: extensions of the contract, which knows no
 * e-mail.
 */
final class EmailAccountForm implements AccountForm {
  static final String SMTP = "smtp_credentials";
  static final String SES = "ses_credentials";
  static final String HOOK_SECRET = "callback_secret";

  private static final String HOST = "host";
  private static final String PORT = "port";
  private static final String TLS = "tls";
  private static final String USERNAME = "username";
  private static final String PASSWORD = "password";
  private static final String FROM = "from";
  private static final String FROM_NAME = "from_name";
  private static final String REPLY_TO = "reply_to";
  private static final String BOUNCES = "bounce_address";
  private static final String CONFIGURATION_SET = "configuration_set";
  private static final String CONNECTIONS = "connections";
  private static final String DEFAULT = "is_default";

  private static final int MAX_TEXT = 256;
  private static final int MAX_CONFIGURATION_SET = 64;
  private static final int MAX_PORT = 65_535;
  private static final int SUBMISSION = 587;
  private static final int SUBMISSIONS = 465;
  private static final int MAX_CONNECTIONS = 20;
  private static final int USUAL_CONNECTIONS = 4;

  /** With {@code +}, {@code tl-} and two ids it is at most 64 (RFC 5321, 4.5.3.1.1). */
  private static final int MAX_BOUNCE_LOCAL = 64 - 1 - 3 - 26 - 1 - 26;

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  @Override
  public boolean several() {
    return true;
  }

  @Override
  public Given read(Fields entry) {
    Optional<Fields> smtp = entry.object(SMTP);
    Optional<Fields> ses = entry.object(SES);
    if (smtp.isPresent() == ses.isPresent()) {
      throw entry.wrong("", "must have either " + SMTP + " or " + SES + ".");
    }
    return smtp.isPresent() ? smtp(smtp.get()) : ses(ses.orElseThrow());
  }

  private static Given ses(Fields given) {
    ObjectNode account = AwsForm.read(given);
    sender(given, account);
    given
        .string(CONFIGURATION_SET, MAX_CONFIGURATION_SET)
        .filter(name -> !name.isEmpty())
        .ifPresent(name -> {
          if (!name.matches("[A-Za-z0-9_-]+")) {
            throw given.wrong(CONFIGURATION_SET, "must be letters, digits, - and _.");
          }
          account.put(CONFIGURATION_SET, name);
        });
    return given(SES, account, given);
  }

  private static Given given(String form, ObjectNode account, Fields given) {
    boolean isDefault = given.bool(DEFAULT).orElse(false);
    account.put(DEFAULT, isDefault);
    ObjectNode kept = Json.object();
    kept.set(form, account);
    return new Given(kept, isDefault);
  }

  private static Given smtp(Fields given) {
    ObjectNode smtp = Json.object();
    String host = given.printable(HOST, MAX_TEXT).toLowerCase(Locale.ROOT);
    if (!host.matches("[a-z0-9.-]+|\\[[0-9a-f:]+]")) {
      throw given.wrong(HOST, "must be the name or address of a mail server, without a port.");
    }
    Tls tls =
        given
            .oneOf(TLS, Set.of("starttls", "implicit", "none"))
            .map(word -> Tls.valueOf(word.toUpperCase(Locale.ROOT)))
            .orElse(Tls.STARTTLS);
    if (tls == Tls.NONE && !LOOPBACK.contains(host)) {
      throw given.wrong(TLS, "may be none for a server on this machine only.");
    }
    smtp.put(HOST, host);
    smtp.put(
        PORT,
        given.integer(PORT, 1, MAX_PORT).orElse(tls == Tls.IMPLICIT ? SUBMISSIONS : SUBMISSION));
    smtp.put(TLS, tls.name().toLowerCase(Locale.ROOT));
    if (given.has(USERNAME) || given.has(PASSWORD)) {
      smtp.put(USERNAME, given.requiredString(USERNAME, MAX_TEXT));
      smtp.put(PASSWORD, given.requiredString(PASSWORD, MAX_TEXT));
    }
    sender(given, smtp);
    Optional<String> bounces = address(given, BOUNCES);
    if (bounces.filter(a -> EmailAddresses.localOf(a).length() > MAX_BOUNCE_LOCAL).isPresent()) {
      throw given.wrong(
          BOUNCES, "must have at most " + MAX_BOUNCE_LOCAL + " characters before the @.");
    }
    bounces.ifPresent(address -> smtp.put(BOUNCES, address));
    smtp.put(
        CONNECTIONS,
        given.integer(CONNECTIONS, 1, MAX_CONNECTIONS).orElse(USUAL_CONNECTIONS).intValue());
    return given(SMTP, smtp, given);
  }

  private static void sender(Fields given, ObjectNode kept) {
    kept.put(FROM, address(given, FROM).orElseThrow(() -> given.wrong(FROM, "is required.")));
    given
        .string(FROM_NAME, MAX_TEXT)
        .map(PlainText::oneLine)
        .filter(name -> !name.isEmpty())
        .ifPresent(name -> kept.put(FROM_NAME, name));
    address(given, REPLY_TO).ifPresent(address -> kept.put(REPLY_TO, address));
  }

  private static Optional<String> address(Fields given, String name) {
    return given
        .string(name, MAX_TEXT)
        .filter(text -> !text.isEmpty())
        .map(text ->
            EmailAddresses.normal(text)
                .orElseThrow(() ->
                    given.wrong(name, "must be an e-mail address, such as shop@example.com.")));
  }

  @Override
  public Optional<Channel.Credentials> credentials(Bytes kept) {
    ObjectNode json = Json.object(kept);
    Optional<Bytes> secret =
        Json.string(json, HOOK_SECRET).filter(text -> !text.isEmpty()).map(Bytes::utf8);
    if (json.path(SES) instanceof ObjectNode ses) {
      Optional<MailSender> sender = sender(ses);
      return AwsForm.credentials(ses)
          .filter(_ -> sender.isPresent())
          .map(aws ->
              new Ses(sender.orElseThrow(), secret, aws, Json.string(ses, CONFIGURATION_SET)));
    }
    return json.path(SMTP) instanceof ObjectNode smtp ? smtp(smtp, secret) : Optional.empty();
  }

  /** What mails come from; a name before the address, as SES takes one, is let be. */
  @Override
  public boolean isSender(Bytes kept, String sender) {
    ObjectNode json = Json.object(kept);
    Optional<String> from = Json.string(json, SES, FROM).or(() -> Json.string(json, SMTP, FROM));
    return from.isPresent() && from.equals(EmailAddresses.normal(address(sender)));
  }

  private static String address(String sender) {
    int open = sender.lastIndexOf('<');
    return open >= 0 && sender.endsWith(">")
        ? sender.substring(open + 1, sender.length() - 1)
        : sender;
  }

  @Override
  public boolean isConfigurationSet(Bytes kept, String name) {
    JsonNode ses = Json.object(kept).path(SES);
    return !ses.isObject() || Json.string(ses, CONFIGURATION_SET).equals(Optional.of(name));
  }

  private static Optional<Channel.Credentials> smtp(ObjectNode smtp, Optional<Bytes> secret) {
    Optional<MailSender> sender = sender(smtp);
    Optional<String> host = Json.string(smtp, HOST);
    if (sender.isEmpty() || host.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Smtp(
            sender.get(),
            secret,
            host.get(),
            smtp.path(PORT).asInt(SUBMISSION),
            Tls.valueOf(Json.string(smtp, TLS).orElse("starttls").toUpperCase(Locale.ROOT)),
            Json.string(smtp, USERNAME)
                .flatMap(
                    user -> Json.string(smtp, PASSWORD).map(password -> new Login(user, password))),
            Json.string(smtp, BOUNCES),
            smtp.path(CONNECTIONS).asInt(USUAL_CONNECTIONS)));
  }

  private static Optional<MailSender> sender(ObjectNode kept) {
    return Json.string(kept, FROM)
        .map(from ->
            new MailSender(from, Json.string(kept, FROM_NAME), Json.string(kept, REPLY_TO)));
  }
}

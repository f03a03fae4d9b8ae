package dev.throughline.app;

import dev.throughline.app.Failures.CommandFailed;
import dev.throughline.sandbox.LineHome;
import dev.throughline.sandbox.SandboxPages;
import dev.throughline.sandbox.aws.AwsConfig;
import dev.throughline.sandbox.aws.AwsEmulator;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.line.LineUser;
import dev.throughline.sandbox.mail.MailConfig;
import dev.throughline.sandbox.mail.MailEmulator;
import dev.throughline.sandbox.meta.MetaConfig;
import dev.throughline.sandbox.meta.MetaEmulator;
import dev.throughline.sandbox.people.Network;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.smpp.SmppConfig;
import dev.throughline.sandbox.smpp.SmppEmulator;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Every emulated provider of a sandbox, and the people whose phones and inboxes they deliver to.
 * What they are known by stands in {@code sandbox.json} from the first start on.
 */
final class Emulators implements AutoCloseable {
  private static final String LINE_CHANNEL = "1234567890";
  static final String COMPANY = "shop@sandbox.example";
  static final String SMS_CONFIGURATION_SET = "sandbox";
  private static final String MEDIA_BUCKET = "sandbox-files";

  /** What fits into a heap that the gateway lives in, too. */
  private static final int SENDS_KEPT = 20_000;

  private static final int RETRY_KEYS_KEPT = 40_000;
  private static final int HANDSHAKES = 50;
  private static final Duration HANDSHAKE_PAUSE = Duration.ofMillis(100);

  private final SandboxFile file;
  private final Options options;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final People people;
  private final LineEmulator line;
  private final MetaEmulator meta;
  private final MailEmulator mail;
  private final AwsEmulator aws;
  private final SmppEmulator smpp;

  /**
   * @param linePort the emulated LINE's port; 0 for a free one
   * @param smppPort the emulated SMSC's port, 0 for a free one; empty: that of the start before if
   *     it is free
   * @param sms what people text goes there, unless they name an address of the other's
   */
  record Options(int linePort, Optional<Integer> smppPort, SmsProvider sms) {
    /** Any free ports, and SMS by AWS. */
    static final Options DEFAULT = new Options(0, Optional.empty(), SmsProvider.AWS);
  }

  private Emulators(SandboxFile file, Path data, Options options, InstantSource clock) {
    this.file = file;
    this.options = options;
    SecureRandom random = new SecureRandom();
    try {
      people = own(new People(clock));
      line =
          own(
              new LineEmulator(
                  LineConfig.channel(
                          LINE_CHANNEL,
                          file.get("line_channel_secret"),
                          file.get("line_channel_access_token"),
                          file.get("line_bot_user_id"))
                      .withPort(options.linePort())
                      .withUsers(List.of(LineUser.friend(file.get("line_user_id"), "Hanako")))
                      .withStateFile(data.resolve("line.json"))
                      .withHistory(
                          LineConfig.HistoryLimits.DEFAULT.withJudge(SENDS_KEPT, RETRY_KEYS_KEPT)),
                  clock,
                  random));
      people.connect(new LineHome(line.control()));
      meta =
          own(
              new MetaEmulator(
                  MetaConfig.number(
                      file.get("whatsapp_account_id"),
                      file.get("whatsapp_phone_number_id"),
                      file.get("whatsapp_number"),
                      file.get("whatsapp_access_token"),
                      file.get("whatsapp_app_secret")),
                  people,
                  clock,
                  random));
      people.connect(meta);
      mail = own(mail(clock, random));
      people.connect(mail);
      aws =
          own(
              new AwsEmulator(
                  AwsConfig.account(
                      file.get("aws_access_key_id"), file.get("aws_secret_access_key")),
                  people,
                  clock,
                  random));
      smpp = own(smpp(clock, random));
      List<Network> texting =
          switch (options.sms()) {
            case AWS -> List.of(aws, smpp);
            case SMPP -> List.of(smpp, aws);
          };
      texting.forEach(people::connect);
      introducePeople();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  static Emulators start(SandboxFile file, Path data, Options options, InstantSource clock) {
    return new Emulators(file, data, options, clock);
  }

  private <T extends AutoCloseable> T own(T emulator) {
    started.push(emulator);
    return emulator;
  }

  private MailEmulator mail(InstantSource clock, SecureRandom random) {
    MailConfig config = MailConfig.relay(file.get("smtp_user"), file.get("smtp_password"), COMPANY);
    int earlier = file.find("smtp_port").map(Integer::parseInt).orElse(0);
    MailEmulator relay =
        wherePossible(
            earlier, port -> new MailEmulator(config.withPort(port), people, clock, random));
    file.put("smtp_port", Integer.toString(relay.port()));
    return relay;
  }

  private SmppEmulator smpp(InstantSource clock, SecureRandom random) {
    JsonNode customer = file.smpp();
    SmppConfig config =
        SmppConfig.customer(
                customer.path("system_id").asString(), customer.path("password").asString())
            .withSources(Set.of(customer.path("number").asString().substring(1)));
    IntFunction<SmppEmulator> start =
        port -> new SmppEmulator(config.withPort(port), people, clock, random);
    SmppEmulator smsc =
        options.smppPort().isPresent()
            ? start.apply(options.smppPort().get())
            : wherePossible(customer.path("port").asInt(0), start);
    file.smppPort(smsc.port());
    return smsc;
  }

  /**
   * An app keeps the address of what it speaks to, so that stays where the first start put it,
   * unless somebody has taken the port since.
   */
  private static <T> T wherePossible(int earlier, IntFunction<T> start) {
    try {
      return start.apply(earlier);
    } catch (IllegalStateException e) {
      return start.apply(0);
    }
  }

  /** Those of earlier starts, and everybody that LINE knows beside them. */
  private void introducePeople() {
    Set<String> known = new HashSet<>();
    try {
      for (Person person : file.people()) {
        people.add(person);
        known.add(person.lineUserId());
      }
      for (LineUser user : line.control().users()) {
        if (known.add(user.userId())) {
          people.add(Person.numbered(known.size(), user.displayName(), user.userId()));
        }
      }
    } catch (ControlRefusal e) {
      throw new CommandFailed("sandbox.json lists people that cannot be: " + e.getMessage(), e);
    }
    try {
      for (Person person : people.all()) {
        meta.control().hasWritten(person.phone(), person.name());
      }
    } catch (ControlRefusal e) {
      throw new IllegalStateException("a person's number is one", e);
    }
    file.people(people.all());
    people.onChange(file::peopleChanged);
  }

  LineEmulator line() {
    return line;
  }

  /** Where the providers are that the installation is told of, beside LINE. */
  Settings reached(Settings settings) {
    String origin = aws.baseUri().toString();
    return settings
        .with("whatsapp", "api", meta.baseUri().toString())
        .with("aws", "endpoint", origin)
        .with("aws", "notifications", Pattern.quote(origin));
  }

  /** For {@code sandbox.json}: where each is now. */
  void publish() {
    file.put("line", line.baseUri().toString());
    file.put("meta", meta.baseUri().toString());
    file.put("aws", aws.baseUri().toString());
    file.put("aws_region", aws.region());
    file.put("sms_number", aws.number());
    file.put("sms_topic_arn", topic());
    // For who has WhatsApp come over AWS: docs/sandbox.md.
    String whatsApp = aws.control().topic("whatsapp", "2");
    aws.control().whatsAppEvents(whatsApp);
    aws.control().bucket(MEDIA_BUCKET);
    file.put("aws_whatsapp_number_id", aws.whatsAppNumber().phoneNumberId());
    file.put("aws_whatsapp_meta_number_id", aws.whatsAppNumber().metaPhoneNumberId());
    file.put("aws_whatsapp_topic_arn", whatsApp);
    file.put("aws_media_bucket", MEDIA_BUCKET);
  }

  SandboxPages pages() {
    return new SandboxPages(
        line,
        people,
        Map.of(
            "meta", meta.controlService(),
            "mail", mail.controlService(),
            "aws", aws.controlService(),
            "smpp", smpp.controlService()));
  }

  /** The topic that tells what becomes of text messages, and what people text. */
  private String topic() {
    return aws.control().topic("texts", "2");
  }

  /** Where each provider sends what happens: the app's own webhook addresses. */
  void hooks(String api, String appId) throws InterruptedException {
    try {
      line.control().webhookUrl(api + "/hooks/line/" + appId);
    } catch (ControlRefusal e) {
      throw new CommandFailed("The emulated LINE refuses the webhook's address.", e);
    }
    try {
      mail.hook(
          api + "/hooks/email/" + appId, "x-throughline-secret", file.get("email_webhook_secret"));
    } catch (ControlRefusal e) {
      throw new CommandFailed("The emulated mail server refuses the webhook's address.", e);
    }
    aws.control().texting(SMS_CONFIGURATION_SET, topic());
    if (options.sms() == SmsProvider.AWS) {
      aws.control().subscribe(topic(), "http", api + "/hooks/sms/" + appId);
    }
    String whatsapp = api + "/hooks/whatsapp/" + appId;
    for (int tried = 1; ; tried++) {
      try {
        meta.control().subscribe(whatsapp, file.get("whatsapp_verify_token"));
        return;
      } catch (ControlRefusal e) {
        if (tried == HANDSHAKES) {
          throw new CommandFailed("The emulated Meta refuses the webhook's address.", e);
        }
        // an app that was just made, or changed, is known a moment later
        Thread.sleep(HANDSHAKE_PAUSE);
      }
    }
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("an emulator did not stop", e);
      }
    }
  }

  /** As {@code sandbox.json} lists them. */
  static ArrayNode json(List<Person> everybody) {
    ArrayNode people = tools.jackson.databind.node.JsonNodeFactory.instance.arrayNode();
    everybody.forEach(person -> people.add(person.json()));
    return people;
  }
}

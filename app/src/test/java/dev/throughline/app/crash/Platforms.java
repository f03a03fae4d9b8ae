package dev.throughline.app.crash;

import dev.throughline.sandbox.aws.AwsCall;
import dev.throughline.sandbox.aws.AwsConfig;
import dev.throughline.sandbox.aws.AwsEmulator;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.FaultRule;
import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineControl;
import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.line.LineSettings;
import dev.throughline.sandbox.line.LineUser;
import dev.throughline.sandbox.meta.MetaConfig;
import dev.throughline.sandbox.meta.MetaEmulator;
import dev.throughline.sandbox.meta.MetaFault;
import dev.throughline.sandbox.meta.MetaSettings;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The emulated LINE, WhatsApp and SMS, which outlive every kill, and the people whom they reach:
 * most by all three, some have blocked LINE, some have no WhatsApp, or a phone that is off.
 */
final class Platforms implements AutoCloseable {
  static final String LINE = "LINE";
  static final String WHATSAPP = "WHATSAPP";
  static final String SMS = "SMS";
  static final String LINE_SECRET = "0123456789abcdef0123456789abcdef";
  static final int PEOPLE = 48;

  private static final String LINE_TOKEN = "crash-access-token-" + "0123456789abcdef".repeat(6);
  private static final String BOT = "Ub07b07b07b07b07b07b07b07b07b07b0";
  private static final String NUMBER_ID = "106540352242922";
  private static final String META_TOKEN = "a-token-of-metas";
  private static final String META_SECRET = "an-app-secret-of-metas";
  private static final String VERIFY = "verify-me";
  private static final String KEY_ID = "AKIAIOSFODNN7EXAMPLE";
  private static final String KEY = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY";
  private static final String EVENTS = "crash";
  private static final int BLOCKS_ONE_IN = 6;
  private static final int NO_APP_ONE_IN = 7;
  private static final int OFF_ONE_IN = 8;
  private static final int PAGE = 500;
  private static final int JUDGED = 200_000;
  private static final Duration SLOWNESS = Duration.ofMillis(250);
  private static final Duration SILENCE = Duration.ofMillis(900);

  /**
   * A request to send, as its platform saw it.
   *
   * @param number of the message
   * @param retryKey empty where there is none
   * @param status what it was answered; 0 if nothing
   * @param accepted whether the platform took the message, whatever it answered
   */
  record Seen(
      String channel, int number, Instant at, String retryKey, int status, boolean accepted) {

    /** Whether whoever asked could know that nothing came of it. */
    boolean surelyRefused() {
      // Meta's own error tells by its code whether the message is to be sent again: 2 or 131000.
      boolean toldSo = channel.equals(WHATSAPP) && status == 500;
      return !accepted && (status >= 400 && status < 500 || toldSo);
    }
  }

  private final People people = new People(InstantSource.system());
  private final LineEmulator line;
  private final MetaEmulator meta;
  private final AwsEmulator aws;
  private final List<Person> persons;

  Platforms(long seed) {
    persons =
        IntStream.rangeClosed(1, PEOPLE)
            .mapToObj(i -> Person.numbered(i, "Person", "U" + "%032x".formatted(0xC0FFEE00L + i)))
            .toList();
    line =
        new LineEmulator(
            LineConfig.channel("1234567890", LINE_SECRET, LINE_TOKEN, BOT)
                .withUsers(
                    persons.stream()
                        .map(person -> LineUser.friend(person.lineUserId(), person.id()))
                        .toList())
                .withSettings(
                    LineSettings.published()
                        .withDelivery(3, 64, Duration.ofSeconds(2))
                        .withRedelivery(List.of(Duration.ofSeconds(1))))
                .withHistory(LineConfig.HistoryLimits.DEFAULT.withJudge(JUDGED, JUDGED)),
            InstantSource.system(),
            new Random(seed));
    meta =
        new MetaEmulator(
            MetaConfig.number("102290129340398", NUMBER_ID, "+15550783881", META_TOKEN, META_SECRET)
                .withSettings(
                    MetaSettings.published()
                        .withoutLimits()
                        .withRedelivery(
                            List.of(
                                Duration.ofMillis(300),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(3),
                                Duration.ofSeconds(5)))),
            people,
            InstantSource.system(),
            new Random(seed));
    aws =
        new AwsEmulator(
            AwsConfig.account(KEY_ID, KEY), people, InstantSource.system(), new Random(seed));
    people.connect(meta);
    people.connect(aws);
  }

  List<Person> people() {
    return persons;
  }

  LineEmulator line() {
    return line;
  }

  /** What the installation's settings say of them, beside where LINE is. */
  String settings() {
    return """
    whatsapp:
      api: %s
    aws:
      endpoint: %s
      notifications: %s
    """
        .formatted(meta.baseUri(), aws.baseUri(), Pattern.quote(aws.baseUri().toString()));
  }

  /** Gives an app that has LINE's account the other two as well. */
  ObjectNode accounts(ObjectNode app) {
    ArrayNode credentials = (ArrayNode) app.path("channel_credentials");
    ObjectNode whatsApp = credentials.addObject().put("channel", WHATSAPP);
    whatsApp.putObject("static_bearer").put("claimed_identity", NUMBER_ID).put("token", META_TOKEN);
    whatsApp
        .putObject("whatsapp_settings")
        .put("app_secret", META_SECRET)
        .put("verify_token", VERIFY);
    ObjectNode sms = credentials.addObject().put("channel", SMS).putObject("aws");
    sms.put("access_key_id", KEY_ID).put("secret_access_key", KEY).put("region", aws.region());
    sms.put("origination_identity", aws.number()).put("configuration_set", EVENTS);
    sms.putArray("topic_arns").add(topic());
    return app;
  }

  String lineToken() {
    return LINE_TOKEN;
  }

  /** Tells the platforms where the app's webhooks are; then everybody writes by WhatsApp. */
  void hooks(Installation installation) throws ControlRefusal {
    line.control().webhookUrl(installation.hook().toString());
    meta.control().subscribe(installation.hook("whatsapp").toString(), VERIFY);
    aws.control().texting(EVENTS, topic());
    aws.control().subscribe(topic(), "http", installation.hook("sms").toString());
    for (int number = 0; number < PEOPLE; number++) {
      Person person = persons.get(number);
      people.add(person);
      people.write(
          person.id(), PhoneChannel.WHATSAPP, Optional.empty(), Optional.empty(), "hi there");
      if (number % BLOCKS_ONE_IN == 1) {
        line.control().block(person.lineUserId());
      }
      if (number % NO_APP_ONE_IN == 1) {
        people.state(person.id(), Map.of(PhoneChannel.WHATSAPP, Condition.NO_APP));
      } else if (number % OFF_ONE_IN == 1) {
        people.state(person.id(), Map.of(PhoneChannel.WHATSAPP, Condition.AIRPLANE));
      }
    }
  }

  /** Whether everything that people wrote has come to the gateway. */
  boolean isQuiet() {
    return meta.control().pending() == 0 && line.control().pendingWebhooks() == 0;
  }

  /** From now on each platform fails in every way, now and then. */
  void fail() throws ControlRefusal {
    List<FaultRule> ofLine = new ArrayList<>();
    for (Fault fault :
        List.of(
            Fault.ERROR_BEFORE,
            Fault.ERROR_AFTER,
            Fault.RESET_BEFORE,
            Fault.RESET_AFTER,
            Fault.RATE_LIMITED)) {
      ofLine.add(FaultRule.sometimes("push", fault, 0.05));
    }
    ofLine.add(FaultRule.sometimes("push", Fault.BAD_REQUEST, 0.25));
    ofLine.add(FaultRule.sometimes("push", Fault.HANG_AFTER, 0.05).withDelay(SILENCE));
    ofLine.add(FaultRule.sometimes("push", Fault.SLOW, 0.3).withDelay(SLOWNESS));
    line.control().setFaults(ofLine);

    List<Scripted<MetaFault>> ofMeta = new ArrayList<>();
    for (MetaFault fault :
        List.of(
            MetaFault.ERROR,
            MetaFault.ERROR_BEFORE,
            MetaFault.ERROR_AFTER,
            MetaFault.RESET_BEFORE,
            MetaFault.RESET_AFTER)) {
      ofMeta.add(Scripted.always("graph.messages", fault).withProbability(0.06));
    }
    ofMeta.add(
        Scripted.always("graph.messages", MetaFault.HANG_AFTER)
            .withProbability(0.06)
            .withDelay(SILENCE));
    ofMeta.add(
        Scripted.always("graph.messages", MetaFault.SLOW).withProbability(0.3).withDelay(SLOWNESS));
    for (MetaFault fault :
        List.of(MetaFault.STATUS_LOST, MetaFault.STATUS_TWICE, MetaFault.STATUS_REVERSED)) {
      ofMeta.add(Scripted.always(MetaFault.STATUS, fault).withProbability(0.12));
    }
    ofMeta.add(
        Scripted.always(MetaFault.STATUS, MetaFault.STATUS_LATE)
            .withProbability(0.1)
            .withDelay(Duration.ofSeconds(3)));
    meta.control().setFaults(ofMeta);

    List<Scripted<dev.throughline.sandbox.aws.Fault>> ofAws = new ArrayList<>();
    for (var fault :
        List.of(
            dev.throughline.sandbox.aws.Fault.THROTTLE,
            dev.throughline.sandbox.aws.Fault.ERROR_BEFORE,
            dev.throughline.sandbox.aws.Fault.ERROR_AFTER,
            dev.throughline.sandbox.aws.Fault.RESET_BEFORE,
            dev.throughline.sandbox.aws.Fault.RESET_AFTER)) {
      ofAws.add(Scripted.always("sms.SendTextMessage", fault).withProbability(0.06));
    }
    ofAws.add(
        Scripted.always("sms.SendTextMessage", dev.throughline.sandbox.aws.Fault.SLOW)
            .withProbability(0.3)
            .withDelay(SLOWNESS));
    aws.control().setFaults(ofAws);
  }

  void faultless() {
    line.control().clearFaults();
    meta.control().clearFaults();
    aws.control().clearFaults();
  }

  /** Every request to send that came, channel by channel in its order. */
  List<Seen> seen() {
    List<Seen> seen = new ArrayList<>();
    LineControl.Page page = line.control().requests(0);
    while (!page.entries().isEmpty()) {
      page.entries().stream()
          .filter(request -> request.path("endpoint").asString("").equals("push"))
          .map(request -> seen(LINE, request))
          .forEach(seen::add);
      page = line.control().requests(page.next());
    }
    ObjectNode requests = meta.control().requests(0);
    while (!requests.path("requests").isEmpty()) {
      requests
          .path("requests")
          .valueStream()
          .filter(request -> request.path("endpoint").asString("").equals("messages"))
          .map(request -> seen(WHATSAPP, request))
          .forEach(seen::add);
      requests = meta.control().requests(requests.path("next").asLong());
    }
    Journal<AwsCall> calls = aws.control().calls();
    Journal.Page<AwsCall> some = calls.after(0, PAGE);
    while (!some.entries().isEmpty()) {
      some.entries().stream()
          .map(Journal.Entry::value)
          .filter(call -> call.operation().equals("sms.SendTextMessage"))
          .map(call ->
              new Seen(
                  SMS,
                  PlannedSend.numberIn(call.body()),
                  call.at(),
                  "",
                  call.status(),
                  call.accepted()))
          .forEach(seen::add);
      some = calls.after(some.next(), PAGE);
    }
    return seen;
  }

  private static Seen seen(String channel, JsonNode request) {
    return new Seen(
        channel,
        PlannedSend.numberIn(request.path("body").asString("")),
        Instant.parse(request.path("at").asString("")),
        request.path("retryKey").asString(""),
        request.path("status").asInt(),
        request.path("accepted").asBoolean());
  }

  @Override
  public void close() {
    line.close();
    meta.close();
    aws.close();
    people.close();
  }

  private String topic() {
    return aws.control().topic("texts", "2");
  }
}

package dev.throughline.channel.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Authenticity;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Subscriptions.Accepted;
import dev.throughline.channel.line.ScriptedServer;
import dev.throughline.http.Http;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Only what SNS signed for one of the account's own topics is taken, whatever else is changed about
 * it; and nobody but SNS, as the installation knows it, is ever called for what a webhook names.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SnsSignatureTest {
  private static final String ARN = "arn:aws:sns:eu-west-1:123456789012:texts";

  private final Http http = new Http(Http.Settings.of("test"));
  private ScriptedServer server;
  private SnsTopic topic;
  private SnsSignature signature;
  private SnsCertificates certificates;

  @BeforeAll
  void open() throws Exception {
    server = new ScriptedServer(ScriptedServer.answer(404, "", ""));
    topic = SnsTopic.create(ARN, server.address() + "/sns.pem");
    String pem = topic.pem();
    server.script(ScriptedServer.answer(200, "", pem));
    certificates = certificates(server.address().toString());
    signature = new SnsSignature(certificates);
  }

  @AfterAll
  void close() throws Exception {
    http.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void whatSnsSignsIsAuthentic(String version) throws Exception {
    assertThat(check(topic.signed(topic.notification("m-1", "{\"a\":\"é\\n\"}"), version)))
        .isEqualTo(new Authenticity.Authentic(1));
    Map<String, String> titled = topic.notification("m-2", "text");
    titled.put("Subject", "a subject");
    assertThat(check(topic.signed(titled, version))).isEqualTo(new Authenticity.Authentic(1));
    for (String type : List.of("SubscriptionConfirmation", "UnsubscribeConfirmation")) {
      assertThat(check(topic.signed(topic.confirmation(type, "https://sns.example/"), version)))
          .isEqualTo(new Authenticity.Authentic(1));
    }
  }

  static Stream<String> fields() {
    return Stream.of("Message", "MessageId", "Timestamp", "Subject", "TopicArn", "Signature");
  }

  @ParameterizedTest
  @MethodSource("fields")
  void noFieldCanBeChanged(String field) throws Exception {
    Map<String, String> notification = topic.notification("m-1", "text");
    notification.put("Subject", "a subject");
    Map<String, String> signed = topic.signed(notification, "2");
    String value = signed.getOrDefault(field, "");
    signed.put(field, value.charAt(0) == 'A' ? "B" + value.substring(1) : "A" + value.substring(1));

    assertThat(check(signed)).isEqualTo(new Authenticity.Refused(Cause.WRONG));
  }

  @Test
  void aSubjectCannotBeTakenOrGiven() throws Exception {
    Map<String, String> with = topic.notification("m-1", "text");
    with.put("Subject", "a subject");
    Map<String, String> taken = topic.signed(with, "2");
    taken.remove("Subject");
    Map<String, String> given = topic.signed(topic.notification("m-1", "text"), "2");
    given.put("Subject", "a subject");

    assertThat(check(taken)).isEqualTo(new Authenticity.Refused(Cause.WRONG));
    assertThat(check(given)).isEqualTo(new Authenticity.Refused(Cause.WRONG));
  }

  @Test
  void aTopicOfAnotherIsRefusedAndNothingIsFetchedForIt() throws Exception {
    int before = server.received.size();
    Map<String, String> notification = topic.notification("m-1", "text");
    notification.put("TopicArn", ARN + "-of-another");
    Map<String, String> signed = topic.signed(notification, "2");
    signed.put("SigningCertURL", server.address() + "/fresh.pem");

    assertThat(check(signed)).isEqualTo(new Authenticity.Refused(Cause.WRONG));
    assertThat(server.received).hasSize(before);
  }

  @Test
  void aCertificateFromElsewhereIsRefusedAndNotFetched() throws Exception {
    for (String url :
        List.of(
            "http://sns.eu-west-1.amazonaws.com/x.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
            "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
            "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
            "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
            "file:///etc/passwd",
            "")) {
      Map<String, String> signed = topic.signed(topic.notification("m-1", "text"), "2");
      signed.put("SigningCertURL", url);

      assertThat(check(signed)).as(url).isEqualTo(new Authenticity.Refused(Cause.WRONG));
      assertThat(certificates(AwsSettings.SNS).target(url)).as(url).isEmpty();
    }
    assertThat(certificates(AwsSettings.SNS).target("https://sns.cn-north-1.amazonaws.com.cn/x"))
        .isPresent();
  }

  @Test
  void aCertificateIsFetchedOnceForAllWhoAskAtTheSameTime() throws Exception {
    SnsCertificates fresh = certificates(server.address().toString());
    int before = server.received.size();
    Bytes body = Bytes.wrap(SnsTopic.json(topic.signed(topic.notification("m-1", "text"), "2")));
    SnsSignature check = new SnsSignature(fresh);

    List<Thread> threads =
        IntStream.range(0, 16)
            .mapToObj(i -> Thread.ofVirtual().start(() -> check.check(body, account())))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(server.received).hasSize(before + 1);
  }

  @Test
  void withoutTheCertificateNothingIsDecidedAndItIsNotAskedForAgainAtOnce() throws Exception {
    try (ScriptedServer broken = new ScriptedServer(ScriptedServer.answer(500, "", ""))) {
      SnsSignature check = new SnsSignature(certificates(broken.address().toString()));
      Map<String, String> signed = topic.signed(topic.notification("m-1", "text"), "2");
      signed.put("SigningCertURL", broken.address() + "/sns.pem");
      Bytes body = Bytes.wrap(SnsTopic.json(signed));

      assertThat(check.check(body, account())).isEqualTo(new Authenticity.Undecided());
      assertThat(check.check(body, account())).isEqualTo(new Authenticity.Undecided());
      assertThat(broken.received).hasSize(1);
    }
  }

  @Test
  void anExpiredCertificateVouchesForNothing() throws Exception {
    try (ScriptedServer old = new ScriptedServer(ScriptedServer.answer(404, "", ""))) {
      SnsTopic expired =
          SnsTopic.create(ARN, old.address() + "/old.pem", "-startdate", "-30d", "-validity", "10");
      old.script(ScriptedServer.answer(200, "", expired.pem()));
      SnsSignature check = new SnsSignature(certificates(old.address().toString()));

      assertThat(
              check.check(
                  Bytes.wrap(
                      SnsTopic.json(expired.signed(expired.notification("m-1", "text"), "2"))),
                  account()))
          .isEqualTo(new Authenticity.Refused(Cause.WRONG));
    }
  }

  @Test
  void whatIsNoEnvelopeIsMalformed() throws Exception {
    for (String body : List.of("", "[]", "{}", "{\"Type\":\"Notification\"}", "not JSON")) {
      assertThat(signature.check(Bytes.utf8(body), account()))
          .isEqualTo(new Authenticity.Refused(Cause.MALFORMED));
    }
    Map<String, String> unsigned = topic.notification("m-1", "text");
    assertThat(check(unsigned)).isEqualTo(new Authenticity.Refused(Cause.MISSING));
    Map<String, String> third = topic.signed(unsigned, "2");
    third.put("SignatureVersion", "3");
    assertThat(check(third)).isEqualTo(new Authenticity.Refused(Cause.MALFORMED));
  }

  @Test
  void aSubscriptionIsConfirmedAtSnsOnly() throws Exception {
    SnsSubscriptions subscriptions = new SnsSubscriptions(http, certificates);
    int before = server.received.size();

    assertThat(accept(subscriptions, server.address() + "/?Action=ConfirmSubscription&Token=1"))
        .isEqualTo(new Accepted.Done());
    assertThat(server.last().path()).isEqualTo("/?Action=ConfirmSubscription&Token=1");
    assertThat(accept(subscriptions, "http://169.254.169.254/latest/meta-data"))
        .isInstanceOf(Accepted.Refused.class);
    assertThat(server.received).hasSize(before + 1);
  }

  private Accepted accept(SnsSubscriptions subscriptions, String url) throws Exception {
    return subscriptions.accept(
        Bytes.wrap(
            SnsTopic.json(topic.signed(topic.confirmation("SubscriptionConfirmation", url), "2"))),
        Duration.ofSeconds(5));
  }

  private Authenticity check(Map<String, String> fields) {
    return signature.check(Bytes.wrap(SnsTopic.json(fields)), account());
  }

  private SnsCertificates certificates(String origin) {
    return certificates(Pattern.compile(Pattern.quote(origin)));
  }

  private SnsCertificates certificates(Pattern origins) {
    return new SnsCertificates(
        http, new AwsSettings(Optional.empty(), origins), InstantSource.system());
  }

  private static AwsCredentials account() {
    return new AwsCredentials(
        "key", "secret", Optional.empty(), "eu-west-1", List.of(ARN), Optional.empty());
  }
}

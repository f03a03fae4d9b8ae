package dev.throughline.sandbox.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What SNS sends is what Amazon's developer guide says it sends: signed over the named fields by
 * the key of a certificate that can be fetched and that our authority vouches for, only to who
 * confirmed, again after a failure, and never for longer than an hour.
 */
final class SnsTest {
  private final Cloud cloud = new Cloud();
  private final Inbox inbox = new Inbox();

  @AfterEach
  void close() {
    cloud.close();
    inbox.close();
  }

  /**
   * The guide's check: name and value of each field on lines of their own, the names in byte order.
   */
  private static boolean verifies(JsonNode notice, X509Certificate certificate)
      throws GeneralSecurityException {
    boolean notification = notice.path("Type").stringValue("").equals("Notification");
    Set<String> signed =
        notification
            ? Set.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
            : Set.of(
                "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");
    TreeMap<String, String> fields = new TreeMap<>();
    for (var field : notice.properties()) {
      if (signed.contains(field.getKey())) {
        fields.put(field.getKey(), field.getValue().stringValue());
      }
    }
    StringBuilder text = new StringBuilder();
    fields.forEach((name, value) -> text.append(name + "\n" + value + "\n"));
    boolean second = notice.path("SignatureVersion").stringValue("").equals("2");
    Signature signature = Signature.getInstance(second ? "SHA256withRSA" : "SHA1withRSA");
    signature.initVerify(certificate);
    signature.update(text.toString().getBytes(UTF_8));
    return signature.verify(Base64.getDecoder().decode(notice.path("Signature").stringValue("")));
  }

  private static X509Certificate certificate(String pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(UTF_8)));
  }

  private static X509Certificate certificateOf(JsonNode notice) throws GeneralSecurityException {
    var answer = Inbox.get(notice.path("SigningCertURL").stringValue(""));
    assertThat(answer.statusCode()).isEqualTo(200);
    return certificate(answer.body());
  }

  private boolean trusted(X509Certificate certificate) throws GeneralSecurityException {
    X509Certificate root = certificate(cloud.emulator.certificateAuthority());
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.setRevocationEnabled(false);
    try {
      CertPathValidator.getInstance("PKIX")
          .validate(
              CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)),
              parameters);
      return true;
    } catch (CertPathValidatorException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void notificationsAndConfirmationsVerifyWithTheServedCertificate(String version)
      throws GeneralSecurityException {
    String topic = cloud.control.topic("events", version);
    cloud.control.subscribe(topic, "http", inbox.url());

    Inbox.Posted asked = inbox.next();
    assertThat(asked.type()).isEqualTo("SubscriptionConfirmation");
    assertThat(asked.contentType()).startsWith("text/plain");
    assertThat(asked.topic()).isEqualTo(topic);
    X509Certificate certificate = certificateOf(asked.json());
    assertThat(verifies(asked.json(), certificate)).isTrue();
    assertThat(trusted(certificate)).isTrue();
    assertThat(certificate.getSubjectAlternativeNames())
        .anySatisfy(name -> assertThat(name.get(1)).isEqualTo("sns.us-east-1.amazonaws.com"));

    cloud.control.publish(topic, Optional.empty(), "too early");
    assertThat(inbox.quiet(Duration.ofMillis(60))).isTrue();
    var confirmed = Inbox.get(asked.json().path("SubscribeURL").stringValue(""));
    assertThat(confirmed.statusCode()).isEqualTo(200);
    assertThat(confirmed.body())
        .contains("<SubscriptionArn>" + cloud.control.subscriptions().getFirst().arn());

    String id = cloud.control.publish(topic, Optional.of("About"), "十 grüße\n");
    Inbox.Posted posted = inbox.next();
    assertThat(posted.type()).isEqualTo("Notification");
    assertThat(posted.json().path("MessageId").stringValue("")).isEqualTo(id);
    assertThat(posted.json().path("Message").stringValue("")).isEqualTo("十 grüße\n");
    assertThat(posted.json().path("SignatureVersion").stringValue("")).isEqualTo(version);
    assertThat(verifies(posted.json(), certificate)).isTrue();
    JsonNode changed = posted.json();
    ((ObjectNode) changed).put("Message", "other");
    assertThat(verifies(changed, certificate)).isFalse();

    cloud.control.publish(topic, Optional.empty(), "no subject");
    JsonNode bare = inbox.next().json();
    assertThat(bare.has("Subject")).isFalse();
    assertThat(verifies(bare, certificate)).isTrue();
  }

  @Test
  void opensslVerifiesChainAndSignatureToo(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
    String topic = cloud.topic("events", inbox);
    cloud.control.publish(topic, Optional.empty(), "hello");
    JsonNode notice = inbox.next().json();
    StringBuilder text = new StringBuilder();
    for (String name : List.of("Message", "MessageId", "Timestamp", "TopicArn", "Type")) {
      text.append(name + "\n" + notice.path(name).stringValue("") + "\n");
    }
    Files.writeString(folder.resolve("text"), text);
    Files.write(
        folder.resolve("signature"),
        Base64.getDecoder().decode(notice.path("Signature").stringValue("")));
    Files.writeString(
        folder.resolve("leaf.pem"),
        Inbox.get(notice.path("SigningCertURL").stringValue("")).body());
    Files.writeString(folder.resolve("root.pem"), cloud.emulator.certificateAuthority());

    assertThat(run(folder, "verify", "-x509_strict", "-CAfile", "root.pem", "leaf.pem"))
        .contains("leaf.pem: OK");
    run(folder, "x509", "-in", "leaf.pem", "-pubkey", "-noout", "-out", "key.pem");
    assertThat(
            run(folder, "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "text"))
        .contains("Verified OK");
  }

  private static String run(Path folder, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/openssl"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return said;
  }

  @Test
  void aWrongSignatureAndAForeignCertificateCanBeHad() throws GeneralSecurityException {
    String topic = cloud.topic("events", inbox);
    cloud.control.setFaults(
        List.of(
            Scripted.times(Fault.NOTICES, Fault.BAD_SIGNATURE, 1),
            Scripted.times(Fault.NOTICES, Fault.FOREIGN_CERTIFICATE, 1)));

    cloud.control.publish(topic, Optional.empty(), "one");
    JsonNode bad = inbox.next().json();
    assertThat(verifies(bad, certificateOf(bad))).isFalse();
    assertThat(trusted(certificateOf(bad))).isTrue();

    cloud.control.publish(topic, Optional.empty(), "two");
    JsonNode foreign = inbox.next().json();
    assertThat(verifies(foreign, certificateOf(foreign))).isTrue();
    assertThat(trusted(certificateOf(foreign))).isFalse();
  }

  @Test
  void whatFailsComesAgainAndThenGoesToTheDeadLetters() {
    String letters =
        cloud.arnOf(cloud.sqs.createQueue(queue -> queue.queueName("letters")).queueUrl());
    String topic = cloud.control.topic("events", "1");
    cloud.control.subscribe(topic, "http", inbox.url(), false, Optional.of(letters));
    Inbox.get(inbox.next().json().path("SubscribeURL").stringValue(""));

    inbox.answer(500, 200);
    String id = cloud.control.publish(topic, Optional.empty(), "again");
    assertThat(inbox.next().answered()).isEqualTo(500);
    awaitNotices(2);
    cloud.clock.advance(Duration.ofSeconds(20));
    Inbox.Posted second = inbox.next();
    assertThat(second.answered()).isEqualTo(200);
    assertThat(second.json().path("MessageId").stringValue("")).isEqualTo(id);

    inbox.answer(403);
    cloud.control.publish(topic, Optional.empty(), "never");
    inbox.next();
    awaitNotices(4);
    cloud.clock.advance(Duration.ofSeconds(30));
    assertThat(inbox.quiet(Duration.ofMillis(60))).isTrue();
    assertThat(received("letters")).singleElement().asString().contains("never");

    inbox.answer(503, 503, 503, 503);
    cloud.control.publish(topic, Optional.empty(), "in vain");
    for (int i = 0; i < 4; i++) {
      assertThat(inbox.next().answered()).isEqualTo(503);
      awaitNotices(5 + i);
      cloud.clock.advance(Duration.ofSeconds(20));
    }
    assertThat(received("letters")).singleElement().asString().contains("in vain");
  }

  /** Waits until SNS has written down that many attempts. */
  private void awaitNotices(int count) {
    try {
      var page =
          cloud.control.notices().await(count - 1, 1, notice -> true, Duration.ofSeconds(20));
      assertThat(page.entries()).isNotEmpty();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  private List<String> received(String queue) {
    String url = cloud.sqs.getQueueUrl(request -> request.queueName(queue)).queueUrl();
    return cloud
        .sqs
        .receiveMessage(request -> request.queueUrl(url).waitTimeSeconds(5))
        .messages()
        .stream()
        .peek(one ->
            cloud.sqs.deleteMessage(
                request -> request.queueUrl(url).receiptHandle(one.receiptHandle())))
        .map(one -> one.body())
        .toList();
  }

  @Test
  void aQueueGetsTheSameSignedNotice() throws GeneralSecurityException {
    String url = cloud.sqs.createQueue(queue -> queue.queueName("events")).queueUrl();
    String arn = cloud.arnOf(url);
    String topic = cloud.control.topic("events", "2");
    cloud.control.subscribe(topic, "sqs", arn);

    cloud.control.publish(topic, Optional.empty(), "by queue");

    JsonNode notice = Json.trusted(received("events").getFirst());
    assertThat(notice.path("Message").stringValue("")).isEqualTo("by queue");
    assertThat(verifies(notice, certificateOf(notice))).isTrue();
  }

  @Test
  void whoUnsubscribesIsToldAndHearsNoMore() throws GeneralSecurityException {
    String topic = cloud.topic("events", inbox);
    cloud.control.publish(topic, Optional.empty(), "one");
    String leave = inbox.next().json().path("UnsubscribeURL").stringValue("");

    assertThat(Inbox.get(leave).statusCode()).isEqualTo(200);

    JsonNode told = inbox.next().json();
    assertThat(told.path("Type").stringValue("")).isEqualTo("UnsubscribeConfirmation");
    assertThat(verifies(told, certificateOf(told))).isTrue();
    cloud.control.publish(topic, Optional.empty(), "two");
    assertThat(inbox.quiet(Duration.ofMillis(60))).isTrue();
    assertThat(Inbox.get(told.path("SubscribeURL").stringValue("")).statusCode()).isEqualTo(200);
    cloud.control.publish(topic, Optional.empty(), "three");
    assertThat(inbox.next().json().path("Message").stringValue("")).isEqualTo("three");
  }

  @Test
  void aWrongOrOldTokenConfirmsNothing() {
    String topic = cloud.control.topic("events", "1");
    cloud.control.subscribe(topic, "http", inbox.url());
    String url = inbox.next().json().path("SubscribeURL").stringValue("");

    var wrong = Inbox.get(url.substring(0, url.length() - 1) + "x");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("<Code>InvalidParameter</Code>");
    cloud.clock.advance(Duration.ofDays(3).plusSeconds(1));
    assertThat(Inbox.get(url).statusCode()).isEqualTo(400);
    assertThat(cloud.control.subscriptions().getFirst().confirmed()).isFalse();
  }
}

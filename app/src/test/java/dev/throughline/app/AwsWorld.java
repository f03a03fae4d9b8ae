package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Gateway;
import dev.throughline.Providers;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsCredentials;
import dev.throughline.channel.aws.AwsResult;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.http.Http;
import dev.throughline.sandbox.aws.AwsConfig;
import dev.throughline.sandbox.aws.AwsControl;
import dev.throughline.sandbox.aws.AwsEmulator;
import dev.throughline.sandbox.aws.Subscription;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A gateway before an emulated AWS, whose owner sets it up by the SDK, and people with phones. */
final class AwsWorld implements AutoCloseable {
  private static final String KEY = "AKIAIOSFODNN7EXAMPLE";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  private static final String REGION = "us-east-1";

  private static final Duration TRIED_WITHIN = Duration.ofSeconds(5);
  private static final Duration TRIED_AGAIN_AFTER = Duration.ofSeconds(20);

  final People people;
  final AwsControl aws;
  final World world;
  private final AwsEmulator emulator;
  private final AwsSettings settings;
  private final InstantSource clock;
  private final Http http = new Http(Http.Settings.of(Gateway.VERSION));

  /**
   * @param config of the account
   */
  AwsWorld(UnaryOperator<AwsConfig> config) throws Exception {
    AtomicReference<@Nullable World> opened = new AtomicReference<>();
    clock =
        () -> {
          World known = opened.get();
          return known == null ? Instant.parse("2026-11-20T09:00:00Z") : known.clock.instant();
        };
    people = new People(clock);
    AwsConfig account = AwsConfig.account(KEY, SECRET).withPace(AwsConfig.Pace.AT_ONCE);
    emulator = new AwsEmulator(config.apply(account), people, clock, new Random(7));
    aws = emulator.control();
    settings = settings();
    people.connect(emulator);
    world = World.reaching(Providers.REAL.aws(settings));
    opened.set(world);
  }

  private AwsSettings settings() throws CertificateException {
    byte[] pem = emulator.certificateAuthority().getBytes(StandardCharsets.US_ASCII);
    X509Certificate authority =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem));
    return new AwsSettings(
        Optional.of(emulator.baseUri()),
        Pattern.compile("http://127\\.0\\.0\\.1:" + emulator.port()),
        Optional.of(authority));
  }

  /** What an app's account needs of every account at AWS. */
  ObjectNode account(ObjectNode credentials, String topic) {
    credentials.put("access_key_id", KEY).put("secret_access_key", SECRET).put("region", REGION);
    credentials.putArray("topic_arns").add(topic);
    return credentials;
  }

  /** What AWS said of the credentials when an app's account was saved. */
  String state(CustomerApp app) {
    JsonNode state =
        world.api().get("/apps/" + app.id()).ok().path("channel_credentials").path(0).path("state");
    return (state.path("status").asString() + " " + state.path("description").asString("")).strip();
  }

  /** Has a topic's notifications come to an app's webhook. */
  void subscribe(String topic, String channel, CustomerApp app) throws Exception {
    aws.subscribe(
        topic,
        "http",
        "http://127.0.0.1:" + world.gateway().publicPort() + "/hooks/" + channel + "/" + app.id());
    long deadline = System.nanoTime() + World.PATIENCE.toNanos();
    long patient = System.nanoTime() + TRIED_WITHIN.toNanos();
    while (!isConfirmed(topic)) {
      assertThat(System.nanoTime()).as("confirmed in time").isLessThan(deadline);
      if (System.nanoTime() > patient) {
        // On a busy machine the first try may be answered 503; the next comes by the world's clock.
        world.advance(TRIED_AGAIN_AFTER);
        patient = System.nanoTime() + TRIED_WITHIN.toNanos();
      }
      Thread.sleep(10);
    }
  }

  private boolean isConfirmed(String topic) {
    List<Subscription> all =
        aws.subscriptions().stream().filter(one -> one.topicArn().equals(topic)).toList();
    return !all.isEmpty() && all.stream().allMatch(Subscription::confirmed);
  }

  /** The address of a new queue that a topic's notifications lie in. */
  String queue(String name, String topic) throws Exception {
    String queue =
        call(SqsClient::builder, client -> client.createQueue(made -> made.queueName(name)))
            .queueUrl();
    String arn =
        call(
                SqsClient::builder,
                client ->
                    client.getQueueAttributes(asked ->
                        asked.queueUrl(queue).attributeNames(QueueAttributeName.QUEUE_ARN)))
            .attributes()
            .getOrDefault(QueueAttributeName.QUEUE_ARN, "");
    aws.subscribe(topic, "sqs", arn);
    return queue;
  }

  /** What the account's owner asks of AWS. */
  <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C, R> R call(
      Supplier<B> builder, Function<C, R> request) {
    AwsCredentials owner =
        new AwsCredentials(KEY, SECRET, Optional.empty(), REGION, List.of(), Optional.empty());
    AwsResult<R> result =
        AwsClients.of(builder, settings, http, clock).call(owner, Duration.ofSeconds(20), request);
    if (result instanceof AwsResult.Done<R>(R answer, var exchange)) {
      return answer;
    }
    throw new AssertionError(result + " " + result.exchange().response().asUtf8());
  }

  /** Somebody new. */
  Person somebody() throws ControlRefusal {
    int number = world.number();
    Person person =
        new Person(
            "p" + number,
            "Hanako",
            "U%032x".formatted(number),
            "+8190%08d".formatted(number),
            "h" + number + "@example.com");
    people.add(person);
    return person;
  }

  /** What AWS took for somebody's address there. */
  List<String> taken(String address) {
    return aws.accepted().after(0, 1_000).entries().stream()
        .map(entry -> entry.value())
        .filter(one -> one.to().contains(address))
        .map(one -> one.text())
        .toList();
  }

  /** Sends to an address; returns the message's id. */
  String send(CustomerApp app, String channel, String address, ObjectNode message) {
    return send(app, channel, address, message, (ObjectNode) Api.json("{}"));
  }

  /**
   * @param more of the request
   */
  String send(
      CustomerApp app, String channel, String address, ObjectNode message, ObjectNode more) {
    ObjectNode send = more.deepCopy().put("app_id", app.id());
    send.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", channel)
        .put("identity", address);
    send.set("message", message);
    return world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();
  }

  static ObjectNode text(String text) {
    ObjectNode message = (ObjectNode) Api.json("{}");
    message.putObject("text_message").put("text", text);
    return message;
  }

  @Override
  public void close() throws IOException {
    emulator.close();
    people.close();
    world.close();
    http.close();
  }
}

package dev.throughline.channel.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Inlet;
import dev.throughline.channel.line.ScriptedServer;
import dev.throughline.http.Http;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What lies in a queue is deleted once it is kept here, and only then; what is not SNS's, or of
 * another topic, is counted and stays.
 */
@Timeout(30)
final class SqsInletTest {
  private static final String ARN = "arn:aws:sns:eu-west-1:123456789012:texts";
  private static final String QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/texts";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Http http = new Http(Http.Settings.of("test"));
  private final List<Bytes> kept = new CopyOnWriteArrayList<>();
  private final List<Cause> refused = new CopyOnWriteArrayList<>();
  private final List<String> deleted = new CopyOnWriteArrayList<>();
  private final AtomicBoolean keeps = new AtomicBoolean(true);
  private final AtomicInteger polls = new AtomicInteger();
  private volatile List<String> queued = List.of();
  private ScriptedServer aws;
  private ScriptedServer certificates;
  private SnsTopic topic;

  @BeforeEach
  void open() throws Exception {
    certificates = new ScriptedServer(ScriptedServer.answer(404, "", ""));
    topic = SnsTopic.create(ARN, certificates.address() + "/sns.pem");
    certificates.script(ScriptedServer.answer(200, "", topic.pem()));
    aws = new ScriptedServer(this::serve);
  }

  @AfterEach
  void close() throws IOException {
    http.close();
    aws.close();
    certificates.close();
  }

  @Test
  void whatIsKeptIsDeleted() throws Exception {
    String notification = signed(topic.notification("m-1", "hello"));
    queued = List.of(notification, signed(topic.notification("m-2", "hello")));

    receiveUntil(() -> deleted.size() == 2);

    assertThat(kept.getFirst().asUtf8()).isEqualTo(notification);
    assertThat(deleted).containsExactly("handle-0", "handle-1");
    assertThat(refused).isEmpty();
  }

  @Test
  void whatCannotBeKeptStaysAndNoMoreIsAskedFor() throws Exception {
    keeps.set(false);
    queued = List.of(signed(topic.notification("m-1", "hello")));

    Thread receiving = receive();
    receiving.join();

    assertThat(deleted).isEmpty();
    assertThat(polls.get()).isEqualTo(1);
  }

  @Test
  void whatIsNotOfTheTopicIsCountedAndStays() throws Exception {
    Map<String, String> another = topic.notification("m-1", "hello");
    another.put("TopicArn", ARN + "-of-another");
    queued = List.of(signed(another), "not SNS", signed(topic.notification("m-2", "hello")));

    receiveUntil(() -> !deleted.isEmpty());

    assertThat(refused).containsExactly(Cause.WRONG, Cause.MALFORMED);
    assertThat(deleted).containsExactly("handle-2");
  }

  @Test
  void aQueueThatCannotBeReadIsLeftForTheMoment() throws Exception {
    aws.script(
        ScriptedServer.answer(
            400,
            "content-type: application/x-amz-json-1.0",
            "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\"}"));

    Thread receiving = receive();
    receiving.join();

    assertThat(aws.received).hasSize(1);
  }

  private void receiveUntil(java.util.concurrent.Callable<Boolean> reached) throws Exception {
    Thread receiving = receive();
    Patience.await().until(reached);
    receiving.interrupt();
    receiving.join();
  }

  private Thread receive() {
    AwsSettings settings =
        new AwsSettings(
            Optional.of(aws.address()),
            Pattern.compile(Pattern.quote(certificates.address().toString())));
    SnsSignature signature =
        new SnsSignature(new SnsCertificates(http, settings, InstantSource.system()));
    SqsInlet inlet = new SqsInlet(settings, http, signature, InstantSource.system());
    AwsCredentials account =
        new AwsCredentials(
            "key", "secret", Optional.empty(), "eu-west-1", List.of(ARN), Optional.of(QUEUE));
    OverAws credentials = () -> account;
    assertThat(inlet.serves(credentials)).isTrue();
    return Thread.ofVirtual()
        .start(() -> {
          try {
            inlet.receive(credentials, keep());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private Inlet.Keep keep() {
    return new Inlet.Keep() {
      @Override
      public boolean keep(Bytes body, int secretVersion) {
        return keeps.get() && kept.add(body);
      }

      @Override
      public void refused(Cause cause) {
        refused.add(cause);
      }
    };
  }

  private String signed(Map<String, String> fields) throws Exception {
    return new String(SnsTopic.json(topic.signed(fields, "2")), StandardCharsets.UTF_8);
  }

  /** What is queued once, and nothing after it. */
  private void serve(Socket connection, OutputStream out) throws IOException {
    ScriptedServer.Received request = aws.last();
    JsonNode body = JSON.readTree(request.body());
    ObjectNode answer = JSON.createObjectNode();
    switch (request.headers().getOrDefault("x-amz-target", "")) {
      case "AmazonSQS.ReceiveMessage" -> {
        assertThat(body.path("WaitTimeSeconds").asInt()).isEqualTo(20);
        if (polls.getAndIncrement() > 0) {
          connection.getInputStream().readAllBytes();
          return;
        }
        ArrayNode messages = answer.putArray("Messages");
        for (int i = 0; i < queued.size(); i++) {
          messages
              .addObject()
              .put("MessageId", "sqs-" + i)
              .put("ReceiptHandle", "handle-" + i)
              .put("MD5OfBody", md5(queued.get(i)))
              .put("Body", queued.get(i));
        }
      }
      case "AmazonSQS.DeleteMessageBatch" -> {
        answer.putArray("Failed");
        ArrayNode done = answer.putArray("Successful");
        for (JsonNode entry : body.path("Entries")) {
          deleted.add(entry.path("ReceiptHandle").asString());
          done.addObject().put("Id", entry.path("Id").asString());
        }
      }
      default -> throw new IOException("not a call of SQS");
    }
    ScriptedServer.answer(
            200, "content-type: application/x-amz-json-1.0", JSON.writeValueAsString(answer))
        .run(connection, out);
  }

  private static String md5(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

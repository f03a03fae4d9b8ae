package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Brings notices to subscribers: one after the other for each, and again after a failure. An answer
 * of 4xx other than 429 ends it, as SNS has it; so does an hour.
 */
final class Courier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);

  /** SNS tries three times more, 20 seconds apart, if the subscription has no policy of its own. */
  private static final int RETRIES = 3;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(20);

  /** SNS never tries for longer, whatever the policy. */
  private static final Duration GIVE_UP = Duration.ofHours(1);

  private static final int WAITING_LIMIT = 50_000;
  private static final int NOTICES_KEPT = 50_000;
  private static final long NOTICE_BYTES = 64L << 20;

  /**
   * Something to bring.
   *
   * @param notice complete but for its signature
   * @param unsubscribe empty in confirmations
   */
  record Parcel(
      Subscription to, ObjectNode notice, String version, String base, String unsubscribe) {
    String type() {
      return notice.path("Type").stringValue("");
    }

    String messageId() {
      return notice.path("MessageId").stringValue("");
    }
  }

  private record Attempt(Parcel parcel, int number, Instant first) {}

  private final Account account;
  private final NoticeSigner signer;
  private final Queues queues;
  private final Journal<Notice> notices = new Journal<>(NOTICES_KEPT, NOTICE_BYTES, Notice::weight);
  private final Map<String, LinkedBlockingQueue<Attempt>> lanes = new ConcurrentHashMap<>();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private volatile boolean closed;

  Courier(Account account, NoticeSigner signer, Queues queues) {
    this.account = account;
    this.signer = signer;
    this.queues = queues;
  }

  Journal<Notice> notices() {
    return notices;
  }

  void send(Parcel parcel) {
    put(new Attempt(parcel, 1, account.now()));
  }

  private void put(Attempt attempt) {
    LinkedBlockingQueue<Attempt> lane = lanes.computeIfAbsent(attempt.parcel.to.arn(), this::lane);
    if (!lane.offer(attempt)) {
      LOG.warn("{} notices wait for one subscriber; one more is lost", WAITING_LIMIT);
    }
  }

  private LinkedBlockingQueue<Attempt> lane(String subscriptionArn) {
    LinkedBlockingQueue<Attempt> lane = new LinkedBlockingQueue<>(WAITING_LIMIT);
    Thread.ofVirtual().name("sns-courier").start(() -> run(lane));
    return lane;
  }

  private void run(LinkedBlockingQueue<Attempt> lane) {
    try {
      while (!closed) {
        Attempt attempt = lane.take();
        if (closed) {
          return;
        }
        try {
          bring(attempt);
        } catch (RuntimeException e) {
          LOG.error("A notice could not be brought", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void bring(Attempt attempt) throws InterruptedException {
    Parcel parcel = attempt.parcel;
    Optional<Fault> fault =
        account.faults.strike(Fault.NOTICES, () -> Json.string(parcel.notice)).map(Scripted::fault);
    ObjectNode signed = parcel.notice.deepCopy();
    signer.sign(signed, parcel.version, parcel.base, fault);
    if (!parcel.unsubscribe.isEmpty()) {
      signed.put("UnsubscribeURL", parcel.unsubscribe);
    }
    boolean bare = parcel.to.raw() && parcel.type().equals("Notification");
    String body = bare ? parcel.notice.path("Message").stringValue("") : Json.string(signed);
    int status =
        parcel.to.protocol().equals("sqs")
            ? queues.deliver(parcel.to.endpoint(), body) ? 200 : 404
            : post(parcel, body, bare);
    boolean again = (status == 0 || status == 429 || status >= 500) && attempt.number <= RETRIES;
    Instant next = account.now().plus(RETRY_AFTER);
    again &= !next.isAfter(attempt.first.plus(GIVE_UP));
    notices.add(
        new Notice(
            account.now(),
            parcel.to.topicArn(),
            parcel.to.arn(),
            parcel.messageId(),
            parcel.type(),
            attempt.number,
            body,
            status,
            !again,
            fault.map(Fault::label)));
    if (again) {
      account.timers.at(next, () -> put(new Attempt(parcel, attempt.number + 1, attempt.first)));
    } else if (status < 200 || status > 299) {
      boolean _ = parcel.to.deadLetters().map(queue -> queues.deliver(queue, body)).orElse(false);
    }
  }

  /** Returns what was answered; 0 without an answer. */
  private int post(Parcel parcel, String body, boolean bare) throws InterruptedException {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(parcel.to.endpoint()))
              .timeout(ANSWER_TIMEOUT)
              .header("Content-Type", "text/plain; charset=UTF-8")
              .header("User-Agent", "Amazon Simple Notification Service Agent")
              .header("x-amz-sns-message-type", parcel.type())
              .header("x-amz-sns-message-id", parcel.messageId())
              .header("x-amz-sns-topic-arn", parcel.to.topicArn());
      if (!parcel.type().equals("SubscriptionConfirmation")) {
        request.header("x-amz-sns-subscription-arn", parcel.to.arn());
      }
      if (bare) {
        request.header("x-amz-sns-rawdelivery", "true");
      }
      return http.send(
              request.POST(HttpRequest.BodyPublishers.ofString(body)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException | IllegalArgumentException e) {
      LOG.debug("A subscriber did not answer: {}", e.getClass().getSimpleName());
      return 0;
    }
  }

  @Override
  public void close() {
    closed = true;
    // a lane that waits for its next parcel would wait for ever
    Parcel none =
        new Parcel(
            new Subscription("", "", "sqs", "", "", Instant.EPOCH, false, false, Optional.empty()),
            Json.object(),
            "1",
            "",
            "");
    lanes.values().forEach(lane -> lane.offer(new Attempt(none, 1, Instant.EPOCH)));
    http.shutdownNow();
  }
}

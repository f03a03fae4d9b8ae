package dev.throughline.channel.aws;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.Authenticity;
import dev.throughline.channel.Inlet;
import dev.throughline.http.Http;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/**
 * SNS's notifications out of an SQS queue, for installations that AWS cannot call. A message is
 * deleted when it is durable here; what is refused or cannot be kept stays, and comes again or goes
 * to the queue's own dead letters.
 */
public final class SqsInlet implements Inlet {
  private static final Logger LOG = LoggerFactory.getLogger(SqsInlet.class);

  /** AWS's longest poll. */
  private static final int WAIT_SECONDS = 20;

  /** AWS's largest batch. */
  private static final int BATCH = 10;

  /** A message has at most 1 MiB, and escapes make more of it. */
  private static final int MAX_ANSWER_BYTES = 24 << 20;

  private static final Duration POLL_DEADLINE = Duration.ofSeconds(WAIT_SECONDS + 10);
  private static final Duration DELETE_DEADLINE = Duration.ofSeconds(10);

  private final AwsClients<SqsClient> clients;
  private final SnsSignature notifications;

  public SqsInlet(
      AwsSettings settings, Http http, SnsSignature notifications, InstantSource clock) {
    this.clients = AwsClients.of(SqsClient::builder, settings, http, clock, MAX_ANSWER_BYTES);
    this.notifications = notifications;
  }

  @Override
  public boolean serves(Channel.Credentials credentials) {
    return credentials instanceof OverAws account && account.aws().queue().isPresent();
  }

  @Override
  public void receive(Channel.Credentials credentials, Keep keep) throws InterruptedException {
    AwsCredentials account = ((OverAws) credentials).aws();
    String queue = account.queue().orElseThrow();
    while (!Thread.interrupted()) {
      AwsResult<ReceiveMessageResponse> polled =
          clients.call(
              account,
              POLL_DEADLINE,
              client ->
                  client.receiveMessage(request ->
                      request
                          .queueUrl(queue)
                          .maxNumberOfMessages(BATCH)
                          .waitTimeSeconds(WAIT_SECONDS)));
      if (!(polled instanceof AwsResult.Done<ReceiveMessageResponse>(var answer, var _))) {
        if (!Thread.currentThread().isInterrupted()) {
          LOG.warn("a queue of notifications cannot be read: {}", words(polled));
        }
        return;
      }
      if (answer.hasMessages() && !answer.messages().isEmpty() && !take(answer, account, keep)) {
        return;
      }
    }
    throw new InterruptedException();
  }

  /** False if something could not be kept now: there is no use in asking for more. */
  private boolean take(ReceiveMessageResponse answer, AwsCredentials account, Keep keep) {
    List<DeleteMessageBatchRequestEntry> kept = new ArrayList<>();
    boolean all = true;
    for (Message message : answer.messages()) {
      Bytes body = Bytes.utf8(message.body());
      switch (notifications.check(body, account)) {
        case Authenticity.Authentic(int version) -> {
          if (keep.keep(body, version)) {
            kept.add(
                DeleteMessageBatchRequestEntry.builder()
                    .id(Integer.toString(kept.size()))
                    .receiptHandle(message.receiptHandle())
                    .build());
          } else {
            all = false;
          }
        }
        case Authenticity.Refused(var cause) -> keep.refused(cause);
        case Authenticity.Undecided() -> all = false;
      }
    }
    if (!kept.isEmpty()) {
      // What is not deleted comes again, and is known by its MessageId.
      var _ =
          clients.call(
              account,
              DELETE_DEADLINE,
              client ->
                  client.deleteMessageBatch(
                      request -> request.queueUrl(account.queue().orElseThrow()).entries(kept)));
    }
    return all;
  }

  private static String words(AwsResult<?> result) {
    return switch (result) {
      case AwsResult.Refused<?> refused -> refused.status() + " " + refused.code();
      case AwsResult.NotSent<?>(var exchange) -> exchange.error();
      case AwsResult.Unanswered<?>(var exchange) -> exchange.error();
      case AwsResult.Done<?> _ -> "";
    };
  }
}

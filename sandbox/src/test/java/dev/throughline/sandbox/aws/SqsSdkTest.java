package dev.throughline.sandbox.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageNotInflightException;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiptHandleIsInvalidException;

/**
 * SQS as Amazon's own client sees it, which checks every digest: at least once, invisible while
 * somebody works on it, back when that takes too long, and to the dead letters after too often.
 */
final class SqsSdkTest {
  private final Cloud cloud = new Cloud();
  private final String url = cloud.sqs.createQueue(queue -> queue.queueName("work")).queueUrl();

  @AfterEach
  void close() {
    cloud.close();
  }

  private List<Message> receive() {
    return cloud
        .sqs
        .receiveMessage(request ->
            request
                .queueUrl(url)
                .maxNumberOfMessages(10)
                .messageAttributeNames("All")
                .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
        .messages();
  }

  @Test
  void aMessageComesBackUntilItIsDeleted() {
    cloud.sqs.sendMessage(request -> request.queueUrl(url).messageBody("十"));

    Message first = receive().getFirst();
    assertThat(first.body()).isEqualTo("十");
    assertThat(receive()).isEmpty();
    cloud.clock.advance(Duration.ofSeconds(30));
    Message second = receive().getFirst();
    assertThat(second.messageId()).isEqualTo(first.messageId());
    assertThat(second.attributes())
        .containsEntry(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "2");

    cloud.sqs.changeMessageVisibility(request ->
        request.queueUrl(url).receiptHandle(second.receiptHandle()).visibilityTimeout(0));
    Message third = receive().getFirst();
    cloud.sqs.changeMessageVisibility(request ->
        request.queueUrl(url).receiptHandle(third.receiptHandle()).visibilityTimeout(600));
    cloud.clock.advance(Duration.ofSeconds(599));
    assertThat(receive()).isEmpty();
    cloud.sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(third.receiptHandle()));
    cloud.clock.advance(Duration.ofSeconds(10));
    assertThat(receive()).isEmpty();
    assertThat(
            catchThrowableOfType(
                MessageNotInflightException.class,
                () ->
                    cloud.sqs.changeMessageVisibility(request ->
                        request
                            .queueUrl(url)
                            .receiptHandle(third.receiptHandle())
                            .visibilityTimeout(1))))
        .isNotNull();
  }

  @Test
  void aLongPollEndsWhenSomethingComes() throws InterruptedException {
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Thread.sleep(100);
              } catch (InterruptedException e) {
                return;
              }
              cloud.sqs.sendMessage(request -> request.queueUrl(url).messageBody("now"));
            });
    List<Message> got =
        cloud.sqs.receiveMessage(r -> r.queueUrl(url).waitTimeSeconds(20)).messages();
    assertThat(got).extracting(Message::body).containsExactly("now");
    sender.join();
  }

  @Test
  void attributesAndDelayAreKept() {
    cloud.sqs.sendMessage(request ->
        request
            .queueUrl(url)
            .messageBody("x")
            .delaySeconds(10)
            .messageAttributes(
                Map.of(
                    "kind",
                    MessageAttributeValue.builder().dataType("String").stringValue("event").build(),
                    "bytes",
                    MessageAttributeValue.builder()
                        .dataType("Binary")
                        .binaryValue(SdkBytes.fromUtf8String("ab"))
                        .build())));
    assertThat(receive()).isEmpty();
    cloud.clock.advance(Duration.ofSeconds(10));
    Message got = receive().getFirst();
    assertThat(got.messageAttributes())
        .hasEntrySatisfying("kind", value -> assertThat(value.stringValue()).isEqualTo("event"))
        .hasEntrySatisfying(
            "bytes", value -> assertThat(value.binaryValue().asUtf8String()).isEqualTo("ab"));
  }

  @Test
  void whatComesTooOftenGoesToTheDeadLetters() {
    String letters = cloud.sqs.createQueue(queue -> queue.queueName("letters")).queueUrl();
    String arn = cloud.arnOf(letters);
    cloud.sqs.setQueueAttributes(request ->
        request
            .queueUrl(url)
            .attributes(
                Map.of(
                    QueueAttributeName.REDRIVE_POLICY,
                    "{\"deadLetterTargetArn\":\"" + arn + "\",\"maxReceiveCount\":\"2\"}")));
    cloud.sqs.sendMessage(request -> request.queueUrl(url).messageBody("poison"));
    for (int i = 0; i < 2; i++) {
      assertThat(receive()).hasSize(1);
      cloud.clock.advance(Duration.ofSeconds(31));
    }
    assertThat(receive()).isEmpty();
    assertThat(cloud.sqs.receiveMessage(request -> request.queueUrl(letters)).messages())
        .extracting(Message::body)
        .containsExactly("poison");
  }

  @Test
  void whatIsNotThereIsSqsOwnException() {
    QueueDoesNotExistException missing =
        catchThrowableOfType(
            QueueDoesNotExistException.class,
            () -> cloud.sqs.getQueueUrl(request -> request.queueName("none")));
    assertThat(missing.awsErrorDetails().errorCode())
        .isEqualTo("AWS.SimpleQueueService.NonExistentQueue");
    assertThat(
            catchThrowableOfType(
                ReceiptHandleIsInvalidException.class,
                () ->
                    cloud.sqs.deleteMessage(
                        request -> request.queueUrl(url).receiptHandle("made up"))))
        .isNotNull();
  }
}

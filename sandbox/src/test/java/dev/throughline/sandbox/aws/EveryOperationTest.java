package dev.throughline.sandbox.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.MessageFeedbackStatus;
import software.amazon.awssdk.services.sesv2.model.EventDestinationDefinition;
import software.amazon.awssdk.services.sesv2.model.EventType;
import software.amazon.awssdk.services.sesv2.model.SuppressionListReason;
import software.amazon.awssdk.services.socialmessaging.model.WhatsAppBusinessAccountEventDestination;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Every operation that the emulator names is one that Amazon's client can call, with success and
 * with an answer that the client understands; one that it does not name is the service's {@code
 * UnknownOperationException}.
 */
final class EveryOperationTest {
  private final Cloud cloud = new Cloud();
  private final String topic = cloud.control.topic("events", "1");

  @AfterEach
  void close() {
    cloud.close();
  }

  @Test
  void eachOperationSucceedsForAmazonsClient() {
    mail();
    texts();
    whatsApp();
    queues();
    objects();

    Set<String> succeeded = new TreeSet<>();
    for (AwsCall call : cloud.calls()) {
      assertThat(call.status())
          .as(call.operation() + " " + call.answer())
          .isEqualTo(call.operation().equals("s3.DeleteObject") ? 204 : 200);
      assertThat(call.attempt()).isEqualTo("attempt=1; max=1");
      succeeded.add(call.operation());
    }
    assertThat(succeeded)
        .containsExactlyElementsOf(
            new TreeSet<>(Arrays.stream(Operation.values()).map(Operation::label).toList()));
  }

  private void mail() {
    var ses = cloud.ses;
    ses.createEmailIdentity(request -> request.emailIdentity("new@example.net"));
    assertThat(
            ses.getEmailIdentity(request -> request.emailIdentity("new@example.net"))
                .verifiedForSendingStatus())
        .isTrue();
    ses.createConfigurationSet(request -> request.configurationSetName("set"));
    assertThat(ses.listConfigurationSets(request -> {}).configurationSets()).containsExactly("set");
    assertThat(
            ses.getConfigurationSet(request -> request.configurationSetName("set"))
                .configurationSetName())
        .isEqualTo("set");
    EventDestinationDefinition definition =
        EventDestinationDefinition.builder()
            .enabled(true)
            .matchingEventTypes(EventType.BOUNCE)
            .snsDestination(sns -> sns.topicArn(topic))
            .build();
    ses.createConfigurationSetEventDestination(request ->
        request.configurationSetName("set").eventDestinationName("d").eventDestination(definition));
    ses.updateConfigurationSetEventDestination(request ->
        request
            .configurationSetName("set")
            .eventDestinationName("d")
            .eventDestination(definition.toBuilder().matchingEventTypes(EventType.SEND).build()));
    var destination =
        ses.getConfigurationSetEventDestinations(request -> request.configurationSetName("set"))
            .eventDestinations()
            .getFirst();
    assertThat(destination.matchingEventTypes()).containsExactly(EventType.SEND);
    assertThat(destination.snsDestination().topicArn()).isEqualTo(topic);
    ses.createEmailTemplate(request ->
        request
            .templateName("t")
            .templateContent(content -> content.subject("S").text("Hi {{name}}")));
    ses.updateEmailTemplate(request ->
        request
            .templateName("t")
            .templateContent(content -> content.subject("S2").text("Ho {{name}}")));
    assertThat(
            ses.getEmailTemplate(request -> request.templateName("t")).templateContent().subject())
        .isEqualTo("S2");
    assertThat(ses.listEmailTemplates(request -> {}).templatesMetadata()).hasSize(1);
    assertThat(
            ses.testRenderEmailTemplate(
                    request -> request.templateName("t").templateData("{\"name\":\"A\"}"))
                .renderedTemplate())
        .contains("Subject: S2");
    ses.sendEmail(request ->
        request
            .fromEmailAddress("new@example.net")
            .destination(list -> list.toAddresses("a@example.org"))
            .content(content ->
                content.template(use -> use.templateName("t").templateData("{\"name\":\"A\"}"))));
    ses.deleteEmailTemplate(request -> request.templateName("t"));
    ses.putSuppressedDestination(
        request -> request.emailAddress("a+b@example.org").reason(SuppressionListReason.BOUNCE));
    assertThat(
            ses.getSuppressedDestination(request -> request.emailAddress("a+b@example.org"))
                .suppressedDestination()
                .lastUpdateTime())
        .isEqualTo(cloud.clock.instant());
    assertThat(
            ses.listSuppressedDestinations(request -> request.reasons(SuppressionListReason.BOUNCE))
                .suppressedDestinationSummaries())
        .hasSize(1);
    ses.deleteSuppressedDestination(request -> request.emailAddress("a+b@example.org"));
    ses.deleteConfigurationSetEventDestination(
        request -> request.configurationSetName("set").eventDestinationName("d"));
    ses.deleteConfigurationSet(request -> request.configurationSetName("set"));
    ses.deleteEmailIdentity(request -> request.emailIdentity("new@example.net"));
    assertThat(ses.getAccount(request -> {}).sendQuota().sentLast24Hours()).isEqualTo(1);
  }

  private void texts() {
    var sms = cloud.sms;
    sms.createConfigurationSet(request -> request.configurationSetName("set"));
    sms.createEventDestination(request ->
        request
            .configurationSetName("set")
            .eventDestinationName("d")
            .matchingEventTypesWithStrings("TEXT_DELIVERED")
            .snsDestination(sns -> sns.topicArn(topic)));
    sms.updateEventDestination(request ->
        request
            .configurationSetName("set")
            .eventDestinationName("d")
            .matchingEventTypesWithStrings("TEXT_ALL"));
    var set = sms.describeConfigurationSets(request -> {}).configurationSets().getFirst();
    assertThat(set.eventDestinations().getFirst().matchingEventTypesAsStrings())
        .containsExactly("TEXT_ALL");
    sms.createOptOutList(request -> request.optOutListName("mine"));
    assertThat(sms.describeOptOutLists(request -> {}).optOutLists()).hasSize(2);
    sms.putOptedOutNumber(request -> request.optOutListName("mine").optedOutNumber(Cloud.ALICE));
    var out = sms.describeOptedOutNumbers(request -> request.optOutListName("mine"));
    assertThat(out.optedOutNumbers().getFirst().optedOutTimestamp())
        .isEqualTo(cloud.clock.instant());
    sms.deleteOptedOutNumber(request -> request.optOutListName("mine").optedOutNumber(Cloud.ALICE));
    String number =
        sms.describePhoneNumbers(request -> {}).phoneNumbers().getFirst().phoneNumberId();
    assertThat(
            sms.updatePhoneNumber(request -> request.phoneNumberId(number).optOutListName("mine"))
                .optOutListName())
        .isEqualTo("mine");
    String id =
        sms.sendTextMessage(
                request -> request.destinationPhoneNumber(Cloud.ALICE).messageBody("hello"))
            .messageId();
    sms.putMessageFeedback(
        request -> request.messageId(id).messageFeedbackStatus(MessageFeedbackStatus.RECEIVED));
    assertThat(cloud.control.feedback(id)).contains("RECEIVED");
    sms.deleteEventDestination(
        request -> request.configurationSetName("set").eventDestinationName("d"));
    sms.deleteConfigurationSet(request -> request.configurationSetName("set"));
    assertThat(sms.describeAccountAttributes(request -> {}).accountAttributes()).hasSize(1);
    assertThat(sms.describeSpendLimits(request -> {}).spendLimits().getFirst().enforcedLimit())
        .isEqualTo(1_000);
  }

  private void whatsApp() {
    var social = cloud.social;
    String waba =
        social.listLinkedWhatsAppBusinessAccounts(request -> {}).linkedAccounts().getFirst().id();
    social.putWhatsAppBusinessAccountEventDestinations(request ->
        request
            .id(waba)
            .eventDestinations(
                WhatsAppBusinessAccountEventDestination.builder()
                    .eventDestinationArn(topic)
                    .build()));
    var account = social.getLinkedWhatsAppBusinessAccount(request -> request.id(waba)).account();
    assertThat(account.eventDestinations().getFirst().eventDestinationArn()).isEqualTo(topic);
    assertThat(
            social
                .getLinkedWhatsAppBusinessAccountPhoneNumber(
                    request -> request.id(account.phoneNumbers().getFirst().phoneNumberId()))
                .linkedWhatsAppBusinessAccountId())
        .isEqualTo(waba);
    String template =
        social
            .createWhatsAppMessageTemplate(request ->
                request
                    .id(waba)
                    .templateDefinition(
                        SdkBytes.fromUtf8String("{\"name\":\"reminder\",\"language\":\"ja\"}")))
            .metaTemplateId();
    assertThat(
            Json.trusted(
                    social
                        .getWhatsAppMessageTemplate(
                            request -> request.id(waba).metaTemplateId(template))
                        .template())
                .path("name")
                .stringValue(""))
        .isEqualTo("reminder");
    assertThat(social.listWhatsAppMessageTemplates(request -> request.id(waba)).templates())
        .hasSize(1);
    social.sendWhatsAppMessage(request ->
        request
            .originationPhoneNumberId(Cloud.WHATSAPP)
            .metaApiVersion("v20.0")
            .message(
                SdkBytes.fromUtf8String(
                    "{\"messaging_product\":\"whatsapp\",\"to\":\"819012345678\","
                        + "\"type\":\"template\",\"template\":{\"name\":\"reminder\","
                        + "\"language\":{\"code\":\"ja\"}}}")));
    social.deleteWhatsAppMessageTemplate(
        request -> request.id(waba).templateName("reminder").metaTemplateId(template));
    cloud.control.putObject("b", "k.pdf", Bytes.of(new byte[] {1, 2, 3}));
    String media =
        social
            .postWhatsAppMessageMedia(request ->
                request
                    .originationPhoneNumberId(Cloud.WHATSAPP)
                    .sourceS3File(file -> file.bucketName("b").key("k.pdf")))
            .mediaId();
    social.getWhatsAppMessageMedia(request ->
        request.originationPhoneNumberId(Cloud.WHATSAPP).mediaId(media).metadataOnly(true));
    social.deleteWhatsAppMessageMedia(
        request -> request.originationPhoneNumberId(Cloud.WHATSAPP).mediaId(media));
  }

  private void queues() {
    var sqs = cloud.sqs;
    String url = sqs.createQueue(request -> request.queueName("q")).queueUrl();
    assertThat(sqs.listQueues(request -> {}).queueUrls()).containsExactly(url);
    assertThat(sqs.getQueueUrl(request -> request.queueName("q")).queueUrl()).isEqualTo(url);
    sqs.setQueueAttributes(request ->
        request.queueUrl(url).attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "5")));
    sqs.sendMessage(request -> request.queueUrl(url).messageBody("one"));
    sqs.sendMessage(request -> request.queueUrl(url).messageBody("two"));
    assertThat(
            sqs.getQueueAttributes(
                    request -> request.queueUrl(url).attributeNamesWithStrings("All"))
                .attributesAsStrings())
        .containsEntry("ApproximateNumberOfMessages", "2")
        .containsEntry("VisibilityTimeout", "5");
    var messages =
        sqs.receiveMessage(request -> request.queueUrl(url).maxNumberOfMessages(10)).messages();
    sqs.changeMessageVisibility(request ->
        request
            .queueUrl(url)
            .receiptHandle(messages.getFirst().receiptHandle())
            .visibilityTimeout(60));
    sqs.deleteMessage(
        request -> request.queueUrl(url).receiptHandle(messages.getFirst().receiptHandle()));
    assertThat(
            sqs.deleteMessageBatch(request ->
                    request
                        .queueUrl(url)
                        .entries(
                            DeleteMessageBatchRequestEntry.builder()
                                .id("1")
                                .receiptHandle(messages.get(1).receiptHandle())
                                .build()))
                .successful())
        .hasSize(1);
    sqs.purgeQueue(request -> request.queueUrl(url));
    sqs.deleteQueue(request -> request.queueUrl(url));
  }

  private void objects() {
    var s3 = cloud.s3;
    s3.createBucket(request -> request.bucket("files"));
    s3.putObject(request -> request.bucket("files").key("a/b"), RequestBody.fromString("bytes"));
    assertThat(s3.getObjectAsBytes(request -> request.bucket("files").key("a/b")).asUtf8String())
        .isEqualTo("bytes");
    s3.deleteObject(request -> request.bucket("files").key("a/b"));
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void anUnknownOperationIsTheServicesOwnError(Service service) {
    AwsServiceException refused =
        catchThrowableOfType(
            AwsServiceException.class,
            () -> {
              switch (service) {
                case SES -> cloud.ses.listContactLists(request -> {});
                case SMS -> cloud.sms.describePools(request -> {});
                case SOCIAL ->
                    cloud.social.listTagsForResource(request -> request.resourceArn("arn"));
                case SQS ->
                    cloud.sqs.listDeadLetterSourceQueues(request -> request.queueUrl("http://q"));
                case S3 -> cloud.s3.listObjectsV2(request -> request.bucket("files"));
              }
            });
    assertThat(refused.awsErrorDetails().errorCode())
        .isEqualTo(service == Service.S3 ? "NotImplemented" : "UnknownOperationException");
    assertThat(cloud.calls().getLast().operation()).isEqualTo("unknown");
  }
}

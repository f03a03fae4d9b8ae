package dev.throughline.sandbox.aws;

import static dev.throughline.sandbox.aws.Service.S3;
import static dev.throughline.sandbox.aws.Service.SES;
import static dev.throughline.sandbox.aws.Service.SMS;
import static dev.throughline.sandbox.aws.Service.SOCIAL;
import static dev.throughline.sandbox.aws.Service.SQS;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The operations that are answered, named and routed as in the SDK's models. */
enum Operation {
  SEND_EMAIL(SES, "SendEmail", "POST", "/v2/email/outbound-emails"),
  GET_ACCOUNT(SES, "GetAccount", "GET", "/v2/email/account"),
  CREATE_EMAIL_TEMPLATE(SES, "CreateEmailTemplate", "POST", "/v2/email/templates"),
  LIST_EMAIL_TEMPLATES(SES, "ListEmailTemplates", "GET", "/v2/email/templates"),
  GET_EMAIL_TEMPLATE(SES, "GetEmailTemplate", "GET", "/v2/email/templates/{}"),
  UPDATE_EMAIL_TEMPLATE(SES, "UpdateEmailTemplate", "PUT", "/v2/email/templates/{}"),
  DELETE_EMAIL_TEMPLATE(SES, "DeleteEmailTemplate", "DELETE", "/v2/email/templates/{}"),
  TEST_RENDER_EMAIL_TEMPLATE(
      SES, "TestRenderEmailTemplate", "POST", "/v2/email/templates/{}/render"),
  PUT_SUPPRESSED_DESTINATION(
      SES, "PutSuppressedDestination", "PUT", "/v2/email/suppression/addresses"),
  LIST_SUPPRESSED_DESTINATIONS(
      SES, "ListSuppressedDestinations", "GET", "/v2/email/suppression/addresses"),
  GET_SUPPRESSED_DESTINATION(
      SES, "GetSuppressedDestination", "GET", "/v2/email/suppression/addresses/{}"),
  DELETE_SUPPRESSED_DESTINATION(
      SES, "DeleteSuppressedDestination", "DELETE", "/v2/email/suppression/addresses/{}"),
  CREATE_CONFIGURATION_SET(SES, "CreateConfigurationSet", "POST", "/v2/email/configuration-sets"),
  LIST_CONFIGURATION_SETS(SES, "ListConfigurationSets", "GET", "/v2/email/configuration-sets"),
  GET_CONFIGURATION_SET(SES, "GetConfigurationSet", "GET", "/v2/email/configuration-sets/{}"),
  DELETE_CONFIGURATION_SET(
      SES, "DeleteConfigurationSet", "DELETE", "/v2/email/configuration-sets/{}"),
  CREATE_CONFIGURATION_SET_EVENT_DESTINATION(
      SES,
      "CreateConfigurationSetEventDestination",
      "POST",
      "/v2/email/configuration-sets/{}/event-destinations"),
  GET_CONFIGURATION_SET_EVENT_DESTINATIONS(
      SES,
      "GetConfigurationSetEventDestinations",
      "GET",
      "/v2/email/configuration-sets/{}/event-destinations"),
  UPDATE_CONFIGURATION_SET_EVENT_DESTINATION(
      SES,
      "UpdateConfigurationSetEventDestination",
      "PUT",
      "/v2/email/configuration-sets/{}/event-destinations/{}"),
  DELETE_CONFIGURATION_SET_EVENT_DESTINATION(
      SES,
      "DeleteConfigurationSetEventDestination",
      "DELETE",
      "/v2/email/configuration-sets/{}/event-destinations/{}"),
  CREATE_EMAIL_IDENTITY(SES, "CreateEmailIdentity", "POST", "/v2/email/identities"),
  GET_EMAIL_IDENTITY(SES, "GetEmailIdentity", "GET", "/v2/email/identities/{}"),
  DELETE_EMAIL_IDENTITY(SES, "DeleteEmailIdentity", "DELETE", "/v2/email/identities/{}"),

  SEND_TEXT_MESSAGE(SMS, "SendTextMessage"),
  PUT_MESSAGE_FEEDBACK(SMS, "PutMessageFeedback"),
  DESCRIBE_PHONE_NUMBERS(SMS, "DescribePhoneNumbers"),
  UPDATE_PHONE_NUMBER(SMS, "UpdatePhoneNumber"),
  CREATE_OPT_OUT_LIST(SMS, "CreateOptOutList"),
  DESCRIBE_OPT_OUT_LISTS(SMS, "DescribeOptOutLists"),
  PUT_OPTED_OUT_NUMBER(SMS, "PutOptedOutNumber"),
  DELETE_OPTED_OUT_NUMBER(SMS, "DeleteOptedOutNumber"),
  DESCRIBE_OPTED_OUT_NUMBERS(SMS, "DescribeOptedOutNumbers"),
  CREATE_SMS_CONFIGURATION_SET(SMS, "CreateConfigurationSet"),
  DESCRIBE_SMS_CONFIGURATION_SETS(SMS, "DescribeConfigurationSets"),
  DELETE_SMS_CONFIGURATION_SET(SMS, "DeleteConfigurationSet"),
  CREATE_SMS_EVENT_DESTINATION(SMS, "CreateEventDestination"),
  UPDATE_SMS_EVENT_DESTINATION(SMS, "UpdateEventDestination"),
  DELETE_SMS_EVENT_DESTINATION(SMS, "DeleteEventDestination"),
  DESCRIBE_ACCOUNT_ATTRIBUTES(SMS, "DescribeAccountAttributes"),
  DESCRIBE_SPEND_LIMITS(SMS, "DescribeSpendLimits"),

  SEND_WHATSAPP_MESSAGE(SOCIAL, "SendWhatsAppMessage", "POST", "/v1/whatsapp/send"),
  POST_WHATSAPP_MEDIA(SOCIAL, "PostWhatsAppMessageMedia", "POST", "/v1/whatsapp/media"),
  GET_WHATSAPP_MEDIA(SOCIAL, "GetWhatsAppMessageMedia", "POST", "/v1/whatsapp/media/get"),
  DELETE_WHATSAPP_MEDIA(SOCIAL, "DeleteWhatsAppMessageMedia", "DELETE", "/v1/whatsapp/media"),
  LIST_WHATSAPP_ACCOUNTS(
      SOCIAL, "ListLinkedWhatsAppBusinessAccounts", "GET", "/v1/whatsapp/waba/list"),
  GET_WHATSAPP_ACCOUNT(
      SOCIAL, "GetLinkedWhatsAppBusinessAccount", "GET", "/v1/whatsapp/waba/details"),
  GET_WHATSAPP_PHONE_NUMBER(
      SOCIAL,
      "GetLinkedWhatsAppBusinessAccountPhoneNumber",
      "GET",
      "/v1/whatsapp/waba/phone/details"),
  PUT_WHATSAPP_EVENT_DESTINATIONS(
      SOCIAL,
      "PutWhatsAppBusinessAccountEventDestinations",
      "PUT",
      "/v1/whatsapp/waba/eventdestinations"),
  CREATE_WHATSAPP_TEMPLATE(
      SOCIAL, "CreateWhatsAppMessageTemplate", "POST", "/v1/whatsapp/template/put"),
  LIST_WHATSAPP_TEMPLATES(
      SOCIAL, "ListWhatsAppMessageTemplates", "GET", "/v1/whatsapp/template/list"),
  GET_WHATSAPP_TEMPLATE(SOCIAL, "GetWhatsAppMessageTemplate", "GET", "/v1/whatsapp/template"),
  DELETE_WHATSAPP_TEMPLATE(
      SOCIAL, "DeleteWhatsAppMessageTemplate", "DELETE", "/v1/whatsapp/template"),

  CREATE_QUEUE(SQS, "CreateQueue"),
  GET_QUEUE_URL(SQS, "GetQueueUrl"),
  LIST_QUEUES(SQS, "ListQueues"),
  DELETE_QUEUE(SQS, "DeleteQueue"),
  PURGE_QUEUE(SQS, "PurgeQueue"),
  GET_QUEUE_ATTRIBUTES(SQS, "GetQueueAttributes"),
  SET_QUEUE_ATTRIBUTES(SQS, "SetQueueAttributes"),
  SEND_MESSAGE(SQS, "SendMessage"),
  RECEIVE_MESSAGE(SQS, "ReceiveMessage"),
  DELETE_MESSAGE(SQS, "DeleteMessage"),
  DELETE_MESSAGE_BATCH(SQS, "DeleteMessageBatch"),
  CHANGE_MESSAGE_VISIBILITY(SQS, "ChangeMessageVisibility"),

  CREATE_BUCKET(S3, "CreateBucket", "PUT", "/{}"),
  PUT_OBJECT(S3, "PutObject", "PUT", "/{}/{+}"),
  GET_OBJECT(S3, "GetObject", "GET", "/{}/{+}"),
  DELETE_OBJECT(S3, "DeleteObject", "DELETE", "/{}/{+}");

  /** Parameters that make no other operation of a request to S3. */
  private static final Pattern S3_PARAMETER = Pattern.compile("x-id|X-Amz-[A-Za-z0-9-]+");

  private static final Map<String, Operation> EXACT = new HashMap<>();

  static {
    for (Operation operation : values()) {
      if (!operation.line.contains("{}")) {
        EXACT.put(operation.line, operation);
      }
    }
  }

  private final Service service;
  private final String model;
  private final String line;
  private final Pattern pattern;

  /** An operation of a JSON protocol: everything is in the target and the body. */
  Operation(Service service, String model) {
    this(service, model, (service == SMS ? "PinpointSMSVoiceV2." : "AmazonSQS.") + model);
  }

  Operation(Service service, String model, String method, String path) {
    this(service, model, method + " " + path);
  }

  Operation(Service service, String model, String line) {
    this.service = service;
    this.model = model;
    this.line = line;
    this.pattern = Pattern.compile(line.replace("{}", "([^/]+)").replace("{+}", "(.+)"));
  }

  /** An operation, and the values of its path, decoded. */
  record Match(Operation operation, List<String> values) {
    Match {
      values = List.copyOf(values);
    }
  }

  static Optional<Match> find(Incoming request) {
    String target = request.header("x-amz-target");
    String line = target.isEmpty() ? request.method() + " " + request.rawPath() : target;
    boolean toS3 = Signatures.service(request).filter(S3::equals).isPresent();
    if (toS3
        && !Gate.query(request.rawQuery()).keySet().stream()
            .allMatch(name -> S3_PARAMETER.matcher(name).matches())) {
      return Optional.empty();
    }
    Operation exact = EXACT.get(line);
    if (exact != null && !toS3) {
      return Optional.of(new Match(exact, List.of()));
    }
    for (Operation operation : values()) {
      Matcher matcher = operation.pattern.matcher(line);
      if (operation.line.contains("{}") && toS3 == (operation.service == S3) && matcher.matches()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= matcher.groupCount(); i++) {
          values.add(
              URLDecoder.decode(matcher.group(i).replace("+", "%2B"), StandardCharsets.UTF_8));
        }
        return Optional.of(new Match(operation, values));
      }
    }
    return Optional.empty();
  }

  Service service() {
    return service;
  }

  /** What faults and records call it: {@code ses.SendEmail}, … */
  String label() {
    return service.label() + "." + model;
  }

  /**
   * The longest body, in bytes: an object is what people send, and SES takes 40 MB, which base64
   * makes a third longer.
   */
  int bodyLimit() {
    return switch (this) {
      case SEND_EMAIL -> 56 << 20;
      case PUT_OBJECT -> SocialMedia.BYTES_LIMIT;
      default -> 4 << 20;
    };
  }
}

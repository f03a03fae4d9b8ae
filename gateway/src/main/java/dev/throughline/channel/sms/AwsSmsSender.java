package dev.throughline.channel.sms;

import dev.throughline.channel.Channel;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsResult;
import dev.throughline.channel.aws.AwsVerdict;
import dev.throughline.message.Identity;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.pinpointsmsvoicev2.PinpointSmsVoiceV2Client;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.AccessDeniedException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ConflictException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ResourceNotFoundException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.SendTextMessageRequest;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.SendTextMessageResponse;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ServiceQuotaExceededException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ValidationException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ValidationExceptionField;

/** SendTextMessage of AWS End User Messaging SMS (spec providers.md §B.2.1). */
final class AwsSmsSender {
  /** Where our name of the message stands in {@code Context}, which comes back with each event. */
  static final String TAG = "throughline";

  private final AwsClients<PinpointSmsVoiceV2Client> clients;

  AwsSmsSender(AwsClients<PinpointSmsVoiceV2Client> clients) {
    this.clients = clients;
  }

  SendResult send(
      SmsMessage message,
      Identity recipient,
      String tag,
      SmsCredentials.Aws account,
      Duration deadline) {
    SendTextMessageRequest request = request(message, recipient, tag, account);
    AwsResult<SendTextMessageResponse> result =
        clients.call(account.aws(), deadline, client -> client.sendTextMessage(request));
    return AwsVerdict.of(
        result,
        answer -> Optional.ofNullable(answer.messageId()).stream().toList(),
        AwsSmsSender::reason);
  }

  /** Costs nothing. */
  Channel.Check check(SmsCredentials.Aws account, Duration deadline) {
    return AwsVerdict.check(
        clients.call(
            account.aws(), deadline, client -> client.describeAccountAttributes(all -> {})),
        _ -> Optional.empty());
  }

  private static SendTextMessageRequest request(
      SmsMessage message, Identity recipient, String tag, SmsCredentials.Aws account) {
    boolean promotional = message.promotional().orElse(account.promotional());
    SendTextMessageRequest.Builder request =
        SendTextMessageRequest.builder()
            .destinationPhoneNumber(SmsNumbers.international(recipient))
            .messageBody(message.text())
            .messageType(promotional ? SmsMessage.PROMOTIONAL : SmsMessage.TRANSACTIONAL)
            .context(Map.of(TAG, tag));
    message.sender().or(account::origination).ifPresent(request::originationIdentity);
    account.configurationSet().ifPresent(request::configurationSetName);
    account.maxPrice().ifPresent(request::maxPrice);
    account.protectConfiguration().ifPresent(request::protectConfigurationId);
    account.keyword().ifPresent(request::keyword);
    message.validity(account.validity()).ifPresent(time -> request.timeToLive(timeToLive(time)));
    if (!account.countryParameters().isEmpty()) {
      request.destinationCountryParametersWithStrings(account.countryParameters());
    }
    return request.build();
  }

  /** AWS takes 5 seconds to three days. */
  private static int timeToLive(Duration time) {
    return Math.clamp(time.toSeconds(), 5, 259_200);
  }

  /** What an error says by its own fields; AWS's sentence may repeat the number or the text. */
  private static Optional<Reason> reason(AwsResult.Refused<SendTextMessageResponse> refused) {
    return switch (refused.error()) {
      case ConflictException e -> Optional.of(named(e.reasonAsString()));
      case ValidationException e -> Optional.of(validation(e));
      case ServiceQuotaExceededException e -> Optional.of(named(e.reasonAsString()));
      case AccessDeniedException e when e.reasonAsString() != null ->
          Optional.of(named(e.reasonAsString()));
      case ResourceNotFoundException e ->
          Optional.of(
              configuration(
                  "AWS has no such "
                      + word(e.resourceTypeAsString(), "origination identity or set")
                      + ": check the account's settings."));
      default -> Optional.empty();
    };
  }

  private static Reason validation(ValidationException e) {
    String reason = word(e.reasonAsString(), "");
    if (!reason.equals("INVALID_PARAMETER") && !reason.equals("FIELD_VALIDATION_FAILED")) {
      return named(reason);
    }
    List<String> fields =
        e.hasFields()
            ? e.fields().stream()
                .map(ValidationExceptionField::name)
                .flatMap(name -> Stream.ofNullable(name))
                .map(name -> word(name, "?"))
                .toList()
            : List.of();
    if (fields.contains("DestinationPhoneNumber")) {
      return new Reason(
          Code.RECIPIENT_INVALID_CHANNEL_IDENTITY, "AWS takes no SMS to this phone number.");
    }
    if (fields.contains("MessageBody")) {
      return new Reason(Code.BAD_REQUEST, "AWS refuses the text of the message.");
    }
    return configuration(
        "AWS refuses "
            + (fields.isEmpty() ? "the request" : String.join(", ", fields))
            + ": check the account's settings.");
  }

  private static Reason named(String reason) {
    String name = word(reason, "no reason given");
    return switch (name) {
      case "DESTINATION_PHONE_NUMBER_OPTED_OUT" ->
          new Reason(
              Code.RECIPIENT_NOT_OPTED_IN, "The number is on the account's opt-out list at AWS.");
      case "DESTINATION_COUNTRY_BLOCKED",
          "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION",
          "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE" ->
          policy("The account's settings at AWS block this number or its country: " + name + ".");
      case "PRICE_OVER_THRESHOLD" ->
          policy("An SMS to this number costs more than the account's max_price.");
      case "COUNTRY_NOT_ENABLED", "INTERNATIONAL_SENDING_NOT_SUPPORTED" ->
          new Reason(
              Code.RECIPIENT_NOT_REACHABLE,
              "The account cannot send to this number's country: " + name + ".");
      case "DESTINATION_PHONE_NUMBER_NOT_VERIFIED" ->
          configuration(
              "The account is in AWS's sandbox, which sends to verified numbers only: verify the"
                  + " number, or leave the sandbox.");
      case "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT" ->
          new Reason(
              Code.CHANNEL_REJECT,
              "The account has spent its limit of this month for SMS: raise it at AWS.");
      case "ACCOUNT_DISABLED", "INSUFFICIENT_ACCOUNT_REPUTATION" ->
          new Reason(Code.NO_PERMISSION, "AWS does not let the account send: " + name + ".");
      case "RESOURCE_NOT_ACTIVE",
          "NO_ORIGINATION_IDENTITIES_FOUND",
          "MESSAGE_TYPE_MISMATCH",
          "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY",
          "SENDER_ID_NOT_REGISTERED",
          "SENDER_ID_NOT_SUPPORTED",
          "SENDER_ID_REQUIRES_REGISTRATION" ->
          configuration(
              "The account cannot send this from where it sends: "
                  + name
                  + "; check its origination identity at AWS.");
      default ->
          name.contains("BLOCKED_BY_PROTECT")
              ? policy("The account's settings at AWS block this number: " + name + ".")
              : name.startsWith("SENDER_ID_")
                  ? configuration("AWS refuses the sender id: " + name + ".")
                  : new Reason(Code.CHANNEL_REJECT, "AWS refused the message: " + name + ".");
    };
  }

  private static Reason policy(String sentence) {
    return new Reason(Code.DELIVERY_REJECTED_DUE_TO_POLICY, sentence);
  }

  private static Reason configuration(String sentence) {
    return new Reason(Code.CHANNEL_BAD_CONFIGURATION, sentence);
  }

  /** AWS's own names are words; anything else is not shown. */
  private static String word(@org.jspecify.annotations.Nullable String name, String otherwise) {
    return name != null && name.matches("[A-Za-z0-9_.-]{1,100}") ? name : otherwise;
  }
}

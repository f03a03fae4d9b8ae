package dev.throughline.channel.whatsapp;

import dev.throughline.channel.Channel;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsResult;
import dev.throughline.channel.aws.AwsVerdict;
import dev.throughline.message.Bytes;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;
import software.amazon.awssdk.services.socialmessaging.model.SendWhatsAppMessageResponse;
import tools.jackson.databind.node.ObjectNode;

/**
 * Meta's own messages over AWS (spec providers.md B.3.2). The id that AWS answers with is its own
 * and not Meta's, so receipts find their message by the tag only.
 */
final class SocialSender {
  private final AwsClients<SocialMessagingClient> clients;
  private final String apiVersion;

  /**
   * @param apiVersion of Meta's API, as {@link WhatsAppHost} has it
   */
  SocialSender(AwsClients<SocialMessagingClient> clients, String apiVersion) {
    this.clients = clients;
    this.apiVersion = apiVersion;
  }

  SendResult send(SocialCredentials account, Bytes message, Duration deadline) {
    return AwsVerdict.of(
        call(account, usual(message), deadline), SocialSender::ids, SocialSender::reason);
  }

  /** Whether the number is one of the account's. */
  Channel.Check check(SocialCredentials account, Duration deadline) {
    return AwsVerdict.check(
        clients.call(
            account.aws(),
            deadline,
            client ->
                client.getLinkedWhatsAppBusinessAccountPhoneNumber(
                    number -> number.id(account.originationId()))),
        refused ->
            refused.code().equals("ResourceNotFoundException")
                ? Optional.of(noNumber())
                : Optional.empty());
  }

  private static Reason noNumber() {
    return new Reason(
        Code.CHANNEL_BAD_CONFIGURATION,
        "AWS knows no such phone number: check origination_phone_number_id and region.");
  }

  /**
   * AWS has no call for marketing: such a template goes the usual way, as it would fall back to.
   */
  private static Bytes usual(Bytes message) {
    Optional<ObjectNode> json =
        WhatsAppJson.read(message).filter(body -> body.has(WhatsAppRendering.PRODUCT_POLICY));
    json.ifPresent(body -> body.remove(WhatsAppRendering.PRODUCT_POLICY));
    return json.map(WhatsAppJson::bytes).orElse(message);
  }

  private AwsResult<SendWhatsAppMessageResponse> call(
      SocialCredentials account, Bytes message, Duration deadline) {
    return clients.call(
        account.aws(),
        deadline,
        client ->
            client.sendWhatsAppMessage(request ->
                request
                    .originationPhoneNumberId(account.originationId())
                    .metaApiVersion(apiVersion)
                    .message(SdkBytes.fromByteArray(message.array()))));
  }

  private static List<String> ids(SendWhatsAppMessageResponse answer) {
    return Optional.ofNullable(answer.messageId()).map(List::of).orElse(List.of());
  }

  private static Optional<Reason> reason(AwsResult.Refused<SendWhatsAppMessageResponse> refused) {
    return switch (refused.code()) {
      case "ValidationException", "InvalidParametersException" ->
          Optional.of(
              new Reason(Code.BAD_REQUEST, "AWS or Meta refused the message as malformed."));
      case "ResourceNotFoundException" -> Optional.of(noNumber());
      case "AccessDeniedByMetaException" ->
          Optional.of(
              new Reason(
                  Code.NO_PERMISSION,
                  "Meta does not let AWS use this number: see the account at Meta."));
      default -> Optional.empty();
    };
  }
}

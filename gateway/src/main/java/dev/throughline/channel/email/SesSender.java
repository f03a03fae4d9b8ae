package dev.throughline.channel.email;

import dev.throughline.channel.Channel;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsResult;
import dev.throughline.channel.aws.AwsVerdict;
import dev.throughline.channel.email.EmailCredentials.Ses;
import dev.throughline.channel.email.MailContent.Body;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import jakarta.mail.internet.InternetAddress;
import java.io.UnsupportedEncodingException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sesv2.SesV2Client;
import software.amazon.awssdk.services.sesv2.model.Attachment;
import software.amazon.awssdk.services.sesv2.model.AttachmentContentDisposition;
import software.amazon.awssdk.services.sesv2.model.Content;
import software.amazon.awssdk.services.sesv2.model.EmailContent;
import software.amazon.awssdk.services.sesv2.model.EmailTemplateContent;
import software.amazon.awssdk.services.sesv2.model.MessageHeader;
import software.amazon.awssdk.services.sesv2.model.MessageTag;
import software.amazon.awssdk.services.sesv2.model.SendEmailRequest;
import software.amazon.awssdk.services.sesv2.model.SendEmailResponse;
import software.amazon.awssdk.services.sesv2.model.Template;
import tools.jackson.databind.node.ObjectNode;

/** SendEmail of Amazon SES v2 (spec providers.md §B.1.1): one recipient a call, once. */
final class SesSender {
  /** The email tag that names the mail in each event. */
  static final String TAG = "throughline";

  private static final String UTF_8 = "UTF-8";

  private final AwsClients<SesV2Client> clients;
  private final InstantSource clock;

  SesSender(AwsClients<SesV2Client> clients, InstantSource clock) {
    this.clients = clients;
    this.clock = clock;
  }

  SendResult send(MailContent mail, String recipient, Ses account, String tag, Duration deadline) {
    SendEmailRequest request = request(mail, recipient, account, tag);
    AwsResult<SendEmailResponse> result =
        clients.call(account.aws(), deadline, client -> client.sendEmail(request));
    return AwsVerdict.of(
        result,
        answer -> Optional.ofNullable(answer.messageId()).stream().toList(),
        SesSender::reason);
  }

  /** Costs nothing. */
  Channel.Check check(Ses account, Duration deadline) {
    return AwsVerdict.check(
        clients.call(account.aws(), deadline, client -> client.getAccount(all -> {})),
        _ -> Optional.empty());
  }

  private SendEmailRequest request(MailContent mail, String recipient, Ses account, String tag) {
    MailSender sender = account.sender();
    MailContent answered =
        mail.answeredAt(mail.replyTo().stream().findFirst().orElseGet(sender::answersTo));
    List<String> replyTo =
        mail.replyTo().isEmpty() ? sender.replyTo().stream().toList() : mail.replyTo();
    SendEmailRequest.Builder request =
        SendEmailRequest.builder()
            .fromEmailAddress(from(sender, mail.fromName().or(sender::name)))
            .destination(to -> to.toAddresses(recipient))
            .content(content(answered, recipient, sender, tag))
            .emailTags(MessageTag.builder().name(TAG).value(MailTag.code(tag)).build());
    if (!replyTo.isEmpty() && !(mail.body() instanceof Body.Raw)) {
      request.replyToAddresses(replyTo);
    }
    account.configurationSet().ifPresent(request::configurationSetName);
    return request.build();
  }

  /** With a name as RFC 2047 encodes it: SES wants seven bits. */
  private static String from(MailSender sender, Optional<String> name) {
    try {
      return name.isEmpty()
          ? sender.address()
          : new InternetAddress(sender.address(), name.get(), UTF_8).toString();
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException("this Java has no UTF-8", e);
    }
  }

  private EmailContent content(MailContent mail, String recipient, MailSender sender, String tag) {
    return switch (mail.body()) {
      case Body.Simple simple -> simple(simple);
      case Body.Raw _ ->
          EmailContent.builder()
              .raw(raw -> raw.data(bytes(mime(mail, recipient, sender, tag))))
              .build();
      case Body.Template(String json) ->
          EmailContent.builder().template(template(Json.object(Bytes.utf8(json)))).build();
    };
  }

  private Bytes mime(MailContent mail, String recipient, MailSender sender, String tag) {
    return MimeMail.of(mail, MimeMail.Envelope.of(sender, recipient, tag, clock.instant()));
  }

  private static EmailContent simple(Body.Simple simple) {
    return EmailContent.builder()
        .simple(message -> {
          message.subject(text(simple.subject()));
          message.body(body -> {
            if (!simple.html().isEmpty()) {
              body.html(text(simple.html()));
            }
            if (!simple.text().isEmpty()) {
              body.text(text(simple.text()));
            }
          });
          if (!simple.headers().isEmpty()) {
            message.headers(
                simple.headers().stream()
                    .map(field ->
                        MessageHeader.builder().name(field.name()).value(field.value()).build())
                    .toList());
          }
          if (!simple.attachments().isEmpty()) {
            message.attachments(simple.attachments().stream().map(SesSender::file).toList());
          }
        })
        .build();
  }

  private static Attachment file(MailContent.Attachment file) {
    return Attachment.builder()
        .fileName(file.fileName())
        .contentType(file.contentType())
        .contentDisposition(AttachmentContentDisposition.ATTACHMENT)
        .rawContent(bytes(file.bytes()))
        .build();
  }

  private static Template template(ObjectNode json) {
    Template.Builder template = Template.builder();
    Json.string(json, "TemplateName").ifPresent(template::templateName);
    Json.string(json, "TemplateArn").ifPresent(template::templateArn);
    Json.string(json, "TemplateData").ifPresent(template::templateData);
    if (json.path("TemplateContent") instanceof ObjectNode content) {
      EmailTemplateContent.Builder own = EmailTemplateContent.builder();
      Json.string(content, "Subject").ifPresent(own::subject);
      Json.string(content, "Text").ifPresent(own::text);
      Json.string(content, "Html").ifPresent(own::html);
      template.templateContent(own.build());
    }
    return template.build();
  }

  private static Content text(String text) {
    return Content.builder().data(text).charset(UTF_8).build();
  }

  private static SdkBytes bytes(Bytes bytes) {
    return SdkBytes.fromByteArray(bytes.array());
  }

  /** What SES's own errors mean (spec §B.1.1); its sentences may repeat an address. */
  private static Optional<Reason> reason(AwsResult.Refused<SendEmailResponse> refused) {
    return switch (refused.code()) {
      case "MessageRejected" ->
          Optional.of(
              new Reason(
                  Code.CHANNEL_REJECT,
                  "SES refused the mail: the sender's address or domain is not verified, or the"
                      + " account may send to verified addresses only."));
      case "MailFromDomainNotVerifiedException" ->
          configuration("SES has not verified the account's MAIL FROM domain.");
      case "AccountSuspendedException" ->
          configuration("SES has suspended sending for this AWS account for good.");
      case "SendingPausedException" ->
          configuration("Sending is paused at SES for the account or its configuration set.");
      case "NotFoundException" -> configuration("SES has no such template or configuration set.");
      case "LimitExceededException" ->
          Optional.of(
              new Reason(
                  Code.RATE_LIMITED, "The AWS account has used up what SES lets it send a day."));
      case "BadRequestException" ->
          Optional.of(new Reason(Code.BAD_REQUEST, "SES refuses the form of the mail."));
      default -> Optional.empty();
    };
  }

  private static Optional<Reason> configuration(String sentence) {
    return Optional.of(new Reason(Code.CHANNEL_BAD_CONFIGURATION, sentence));
  }
}

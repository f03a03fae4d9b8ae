package dev.throughline.channel.email;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.email.MailContent.Attachment;
import dev.throughline.channel.email.MailContent.Body;
import dev.throughline.channel.email.MailContent.Header;
import dev.throughline.contract.EmailAddresses;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.message.Bytes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What an app wrote for e-mail itself ({@code explicit_channel_message.EMAIL}): {@code {"Subject",
 * "Html", "Text"}}, or what SES's SendEmail takes as {@code Content}. What the gateway puts into a
 * head itself cannot be given: a mail goes to its recipient only, and comes from the account.
 */
final class EmailNative {
  private static final int MAX_TEXT = 1_000_000;
  private static final int MAX_FIELDS = 15;
  private static final int MAX_FILES = 20;
  private static final int MAX_FIELD_NAME = 126;
  private static final int MAX_FILE_NAME = 200;
  private static final int MAX_REPLY_TO = 10;

  private static final Pattern FIELD_NAME = Pattern.compile("[!-9;-~]+");
  private static final Pattern FIELD_VALUE = Pattern.compile("[ -~]*");
  private static final Pattern CONTENT_TYPE =
      Pattern.compile("[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+(; ?[a-z]+=[A-Za-z0-9._-]+)*");

  /** Those that this gateway or the account's server write. */
  private static final Set<String> OURS =
      Set.of(
          "from",
          "sender",
          "to",
          "cc",
          "bcc",
          "subject",
          "date",
          "message-id",
          "mime-version",
          "reply-to",
          "return-path",
          "received",
          "dkim-signature");

  private static final Set<String> PLAIN = Set.of("Subject", "Html", "Text");
  private static final Set<String> WHOLE =
      Set.of(MailContent.CONTENT, MailContent.FROM_NAME, MailContent.REPLY_TO);

  private EmailNative() {}

  static Rendered render(String text, Composed message) {
    Optional<JsonNode> json = Json.parse(Bytes.utf8(text)).filter(JsonNode::isObject);
    if (json.isEmpty()) {
      throw new ImpossibleMailException("The e-mail's own message must be a JSON object.");
    }
    try {
      return new Rendered.Ready(
          read(Fields.of(json.get().asObject()), new EmailProperties(message)).toBytes(),
          lost(message),
          false);
    } catch (WrongFieldException wrong) {
      throw new ImpossibleMailException("In the e-mail's own message, " + wrong.sentence());
    }
  }

  private static List<String> lost(Composed message) {
    return message.agent().isPresent()
        ? List.of("An e-mail's own message goes out as it is: the agent is not shown.")
        : List.of();
  }

  private static MailContent read(Fields json, EmailProperties properties) {
    if (json.json().propertyNames().stream().anyMatch(PLAIN::contains)) {
      only(json, PLAIN);
      Body.Simple plain =
          new Body.Simple(
              json.string("Subject", EmailProperties.MAX_LINE)
                  .map(PlainText::oneLine)
                  .or(properties::subject)
                  .orElseThrow(() -> json.wrong("Subject", "is required.")),
              json.string("Html", MAX_TEXT).orElse(""),
              json.string("Text", MAX_TEXT).orElse(""),
              properties.headers(),
              List.of());
      return new MailContent(said(plain, json), properties.fromName(), properties.replyTo());
    }
    only(json, WHOLE);
    List<String> replyTo = new ArrayList<>();
    for (String address : json.strings(MailContent.REPLY_TO, MAX_REPLY_TO)) {
      replyTo.add(
          EmailAddresses.normal(address)
              .orElseThrow(
                  () -> json.wrong(MailContent.REPLY_TO, "must be a list of e-mail addresses.")));
    }
    Fields content = json.requiredObject(MailContent.CONTENT);
    return new MailContent(
        body(content, properties),
        json.string(MailContent.FROM_NAME, EmailProperties.MAX_LINE)
            .map(PlainText::oneLine)
            .or(properties::fromName),
        replyTo.isEmpty() ? properties.replyTo() : replyTo);
  }

  private static Body body(Fields content, EmailProperties properties) {
    Optional<Fields> simple = content.object(MailContent.SIMPLE);
    Optional<Fields> raw = content.object(MailContent.RAW);
    Optional<Fields> template = content.object(MailContent.TEMPLATE);
    if (simple.stream().count() + raw.stream().count() + template.stream().count() != 1) {
      throw content.wrong("", "must have one of Simple, Raw and Template.");
    }
    if (simple.isPresent()) {
      return simple(simple.get(), properties);
    }
    if (raw.isPresent()) {
      return new Body.Raw(RawMail.checked(bytes(raw.get(), "Data"), raw.get()));
    }
    Fields named = template.orElseThrow();
    if (!named.has("TemplateName") && !named.has("TemplateArn") && !named.has("TemplateContent")) {
      throw named.wrong("TemplateName", "is required.");
    }
    return new Body.Template(Json.text(named.json()));
  }

  private static Body simple(Fields simple, EmailProperties properties) {
    Fields body = simple.requiredObject("Body");
    List<Header> headers = new ArrayList<>(headers(simple));
    Set<String> names = new HashSet<>();
    headers.forEach(field -> names.add(field.name().toLowerCase(Locale.ROOT)));
    properties.headers().stream()
        .filter(field -> names.add(field.name().toLowerCase(Locale.ROOT)))
        .forEach(headers::add);
    return said(
        new Body.Simple(
            PlainText.oneLine(
                simple.requiredObject("Subject").requiredString("Data", EmailProperties.MAX_LINE)),
            body.object("Html").flatMap(html -> html.string("Data", MAX_TEXT)).orElse(""),
            body.object("Text").flatMap(words -> words.string("Data", MAX_TEXT)).orElse(""),
            headers,
            files(simple)),
        body);
  }

  private static Body.Simple said(Body.Simple simple, Fields where) {
    if (simple.html().isEmpty() && simple.text().isEmpty()) {
      throw where.wrong("Html", "or Text is required.");
    }
    return simple;
  }

  private static List<Header> headers(Fields simple) {
    List<Header> headers = new ArrayList<>();
    for (Fields field : simple.objects("Headers", MAX_FIELDS)) {
      String name = field.requiredString("Name", MAX_FIELD_NAME);
      String value = field.string("Value", EmailProperties.MAX_LINE).orElse("");
      String folded = name.toLowerCase(Locale.ROOT);
      if (!FIELD_NAME.matcher(name).matches()) {
        throw field.wrong("Name", "must be the name of a header field.");
      }
      if (OURS.contains(folded) || folded.startsWith("content-") || folded.startsWith("resent-")) {
        throw field.wrong("Name", "must be another: this field is not the app's.");
      }
      if (!FIELD_VALUE.matcher(value).matches()) {
        throw field.wrong("Value", "must be printable ASCII characters on one line.");
      }
      headers.add(new Header(name, value));
    }
    return headers;
  }

  private static List<Attachment> files(Fields simple) {
    List<Attachment> files = new ArrayList<>();
    for (Fields file : simple.objects("Attachments", MAX_FILES)) {
      String type = file.string("ContentType", MAX_FILE_NAME).orElse("application/octet-stream");
      if (!CONTENT_TYPE.matcher(type.toLowerCase(Locale.ROOT)).matches()) {
        throw file.wrong("ContentType", "must be a media type, such as application/pdf.");
      }
      files.add(
          new Attachment(
              PlainText.oneLine(file.requiredString("FileName", MAX_FILE_NAME)),
              type,
              bytes(file, "RawContent")));
    }
    return files;
  }

  private static Bytes bytes(Fields fields, String name) {
    try {
      return Bytes.wrap(Base64.getDecoder().decode(fields.requiredString(name, MAX_TEXT)));
    } catch (IllegalArgumentException e) {
      throw fields.wrong(name, "must be base64.");
    }
  }

  private static void only(Fields json, Set<String> allowed) {
    for (String name : json.json().propertyNames()) {
      if (!allowed.contains(name)) {
        throw json.wrong(name, "is not known here.");
      }
    }
  }
}

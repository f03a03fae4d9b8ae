package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** SendEmail: what is refused, and the mail that is made of what is not. */
final class SesSending {
  private static final int RECIPIENTS_LIMIT = 50;
  private static final int MAIL_BYTES_LIMIT = 40 << 20;
  private static final int HEADERS_LIMIT = 15;
  private static final int HEADER_NAME_LIMIT = 126;
  private static final int HEADER_VALUE_LIMIT = 995;
  private static final int TEMPLATE_DATA_LIMIT = 262_144;
  private static final int TAG_LIMIT = 256;
  private static final int TAGS_LIMIT = 50;
  private static final String TAG = "[A-Za-z0-9_-]{1," + TAG_LIMIT + "}";
  private static final List<String> RESERVED =
      List.of("From", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "MIME-Version");

  private final Account account;
  private final SesState state;
  private final SesOutcomes outcomes;

  SesSending(Account account, SesState state, SesOutcomes outcomes) {
    this.account = account;
    this.state = state;
    this.outcomes = outcomes;
  }

  /** To whom, as the request or the raw mail has it. */
  private record Envelope(String from, List<String> to, List<String> cc, List<String> bcc) {
    List<String> all() {
      List<String> all = new ArrayList<>(to);
      all.addAll(cc);
      all.addAll(bcc);
      return all;
    }
  }

  Reply send(Call call) throws Refusal {
    SesState.Limits limits = state.limits();
    if (limits.suspended()) {
      throw new Refusal(
          400, "AccountSuspendedException", "Your account's ability to send is suspended.");
    }
    if (!limits.enabled()) {
      throw SesErrors.paused();
    }
    JsonNode content = call.at("Content");
    int kinds = 0;
    for (String kind : List.of("Simple", "Raw", "Template")) {
      kinds += content.has(kind) ? 1 : 0;
    }
    if (kinds != 1) {
      throw SesErrors.bad("Content must have exactly one of Simple, Raw and Template.");
    }
    if (call.json().has("ListManagementOptions")) {
      throw SesErrors.notFound("The contact list does not exist.");
    }
    String raw = content.has("Raw") ? raw(content.path("Raw")) : "";
    List<SesMail.Field> rawFields = SesMail.header(raw);
    Envelope envelope = envelope(call, rawFields);
    check(envelope);
    String set = set(call, rawFields);
    Map<String, String> tags = tags(call, rawFields);
    String id = "0100" + account.ids.hex(12) + "-" + account.ids.uuid() + "-000000";
    String failure = "";
    Bytes mime = Bytes.NONE;
    try {
      mime =
          content.has("Raw")
              ? SesMail.stamp(
                  raw,
                  own(id),
                  List.of(
                      "Date",
                      "Message-ID",
                      "Bcc",
                      "Return-Path",
                      "X-SES-CONFIGURATION-SET",
                      "X-SES-MESSAGE-TAGS"))
              : compose(call, content, envelope, id);
    } catch (SesTemplate.Unrenderable e) {
      failure = e.words();
    }
    if (mime.length() > MAIL_BYTES_LIMIT) {
      throw SesErrors.rejected("Message length is more than " + MAIL_BYTES_LIMIT + " bytes long.");
    }
    state.admit(envelope.all().size());
    SesOutcomes.Sent sent =
        new SesOutcomes.Sent(id, envelope.from, envelope.all(), set, tags, account.now(), mime);
    account.accepted.add(
        new AcceptedMessage(
            account.now(),
            Service.SES.label(),
            id,
            envelope.from,
            envelope.all(),
            mime.text(),
            tags));
    outcomes.accepted(sent, failure, content.path("Template"));
    return Reply.ok(Json.object().put("MessageId", id));
  }

  private static String raw(JsonNode raw) throws Refusal {
    try {
      byte[] bytes = Base64.getDecoder().decode(Json.text(raw, "Data").orElse(""));
      if (bytes.length == 0) {
        throw SesErrors.bad("Raw has Data.");
      }
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException e) {
      throw SesErrors.bad("Data is not base64.");
    }
  }

  private static Envelope envelope(Call call, List<SesMail.Field> raw) throws Refusal {
    String from = call.text("FromEmailAddress").or(() -> SesMail.value(raw, "From")).orElse("");
    if (from.isEmpty()) {
      throw SesErrors.bad("Missing required header 'From'.");
    }
    JsonNode destination = call.at("Destination");
    List<String> to = addresses(destination.path("ToAddresses"));
    List<String> cc = addresses(destination.path("CcAddresses"));
    List<String> bcc = addresses(destination.path("BccAddresses"));
    if (to.isEmpty() && cc.isEmpty() && bcc.isEmpty() && !raw.isEmpty()) {
      to = SesMail.addresses(SesMail.value(raw, "To").orElse(""));
      cc = SesMail.addresses(SesMail.value(raw, "Cc").orElse(""));
      bcc = SesMail.addresses(SesMail.value(raw, "Bcc").orElse(""));
    }
    return new Envelope(SesMail.address(from), to, cc, bcc);
  }

  private static List<String> addresses(JsonNode array) {
    List<String> addresses = new ArrayList<>();
    array.forEach(one -> addresses.add(SesMail.address(one.stringValue(""))));
    return addresses;
  }

  private void check(Envelope envelope) throws Refusal {
    List<String> all = envelope.all();
    if (all.isEmpty()) {
      throw SesErrors.bad("At least one recipient is required.");
    }
    if (all.size() > RECIPIENTS_LIMIT) {
      throw SesErrors.rejected("Recipient count exceeds " + RECIPIENTS_LIMIT + ".");
    }
    for (String address : all) {
      if (!address.matches("[^@\\s\\p{Cntrl}]+@[^@\\s\\p{Cntrl}]+")) {
        throw SesErrors.bad("Invalid email address");
      }
    }
    List<String> unverified = new ArrayList<>();
    if (!state.verified(envelope.from)) {
      unverified.add(envelope.from);
    }
    if (!account.config.mailing().production()) {
      all.stream()
          .filter(one -> !state.verified(one) && !one.endsWith(SesOutcomes.SIMULATOR))
          .forEach(unverified::add);
    }
    if (!unverified.isEmpty()) {
      throw SesErrors.rejected(
          "Email address is not verified. The following identities failed the check in region "
              + account.config.region().toUpperCase(Locale.ROOT)
              + ": "
              + String.join(", ", unverified));
    }
  }

  private String set(Call call, List<SesMail.Field> raw) throws Refusal {
    String set =
        call.text("ConfigurationSetName")
            .or(() -> SesMail.value(raw, "X-SES-CONFIGURATION-SET"))
            .orElse("");
    if (!set.isEmpty() && !state.sets.exists(set)) {
      throw SesErrors.notFound("Configuration set <" + set + "> does not exist.");
    }
    return set;
  }

  private static Map<String, String> tags(Call call, List<SesMail.Field> raw) throws Refusal {
    Map<String, String> tags = new LinkedHashMap<>();
    for (String pair : SesMail.value(raw, "X-SES-MESSAGE-TAGS").orElse("").split(",")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        tags.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
      }
    }
    for (JsonNode tag : call.at("EmailTags")) {
      tags.put(Json.text(tag, "Name").orElse(""), Json.text(tag, "Value").orElse(""));
    }
    if (tags.size() > TAGS_LIMIT) {
      throw SesErrors.bad("There are at most " + TAGS_LIMIT + " tags.");
    }
    for (var tag : tags.entrySet()) {
      if (!tag.getKey().matches(TAG) || !tag.getValue().matches(TAG)) {
        throw SesErrors.bad("Invalid tag: names and values are " + TAG + ".");
      }
    }
    return tags;
  }

  private List<SesMail.Field> own(String id) {
    return List.of(
        new SesMail.Field("Date", SesMail.date(account.now())),
        new SesMail.Field("Message-ID", "<" + id + "@email.amazonses.com>"));
  }

  private Bytes compose(Call call, JsonNode content, Envelope envelope, String id)
      throws Refusal, SesTemplate.Unrenderable {
    JsonNode kind = content.has("Simple") ? content.path("Simple") : content.path("Template");
    List<SesMail.Field> fields = new ArrayList<>(own(id));
    fields.add(new SesMail.Field("From", call.text("FromEmailAddress").orElse(envelope.from)));
    list(fields, "To", envelope.to);
    list(fields, "Cc", envelope.cc);
    list(fields, "Reply-To", addresses(call.at("ReplyToAddresses")));
    fields.addAll(headers(kind.path("Headers")));
    List<SesMail.Attachment> attachments = attachments(kind.path("Attachments"));
    if (content.has("Simple")) {
      JsonNode body = kind.path("Body");
      Optional<String> text = Json.text(body.path("Text"), "Data");
      Optional<String> html = Json.text(body.path("Html"), "Data");
      Optional<String> subject = Json.text(kind.path("Subject"), "Data");
      if (subject.isEmpty() || (text.isEmpty() && html.isEmpty())) {
        throw SesErrors.bad("A simple message has a Subject, and Text or Html.");
      }
      return SesMail.compose(new SesMail.Parts(fields, subject.get(), text, html, attachments), id);
    }
    return template(kind, fields, attachments, id);
  }

  private Bytes template(
      JsonNode kind, List<SesMail.Field> fields, List<SesMail.Attachment> attachments, String id)
      throws Refusal, SesTemplate.Unrenderable {
    String data = Json.text(kind, "TemplateData").orElse("{}");
    if (data.length() > TEMPLATE_DATA_LIMIT) {
      throw SesErrors.bad("TemplateData is at most " + TEMPLATE_DATA_LIMIT + " characters.");
    }
    SesState.Template template = find(kind);
    JsonNode values;
    try {
      values = Json.parse(data.getBytes(StandardCharsets.UTF_8));
    } catch (Json.Unparsable e) {
      throw SesErrors.bad("TemplateData is not JSON.");
    }
    String html = SesTemplate.render(template.html(), values, true);
    String text = SesTemplate.render(template.text(), values, false);
    return SesMail.compose(
        new SesMail.Parts(
            fields,
            SesTemplate.render(template.subject(), values, false),
            Optional.of(text).filter(words -> !words.isEmpty()),
            Optional.of(html).filter(words -> !words.isEmpty()),
            attachments),
        id);
  }

  private SesState.Template find(JsonNode kind) throws Refusal {
    if (kind.path("TemplateContent") instanceof ObjectNode content) {
      return SesApi.template("", content, account.now());
    }
    String arn = Json.text(kind, "TemplateArn").orElse("");
    String name = Json.text(kind, "TemplateName").orElse(arn.substring(arn.lastIndexOf('/') + 1));
    return state
        .template(name)
        .orElseThrow(() -> SesErrors.notFound("Template " + name + " does not exist."));
  }

  private static void list(List<SesMail.Field> fields, String name, List<String> addresses) {
    if (!addresses.isEmpty()) {
      fields.add(new SesMail.Field(name, String.join(", ", addresses)));
    }
  }

  private static List<SesMail.Field> headers(JsonNode array) throws Refusal {
    List<SesMail.Field> fields = new ArrayList<>();
    for (JsonNode one : array) {
      String name = Json.text(one, "Name").orElse("");
      String value = Json.text(one, "Value").orElse("");
      if (!name.matches("[!-9;-~]{1," + HEADER_NAME_LIMIT + "}")
          || !value.matches("[ -~]{1," + HEADER_VALUE_LIMIT + "}")
          || RESERVED.stream().anyMatch(name::equalsIgnoreCase)) {
        throw SesErrors.bad("Invalid header " + name + ".");
      }
      fields.add(new SesMail.Field(name, value));
    }
    if (fields.size() > HEADERS_LIMIT) {
      throw SesErrors.bad("There are at most " + HEADERS_LIMIT + " headers.");
    }
    return fields;
  }

  private static List<SesMail.Attachment> attachments(JsonNode array) throws Refusal {
    List<SesMail.Attachment> attachments = new ArrayList<>();
    for (JsonNode one : array) {
      String name = Json.text(one, "FileName").orElse("");
      if (name.isEmpty()) {
        throw SesErrors.bad("An attachment has a FileName.");
      }
      try {
        attachments.add(
            new SesMail.Attachment(
                name,
                Json.text(one, "ContentType").orElse("application/octet-stream"),
                Json.text(one, "ContentDisposition").orElse("ATTACHMENT"),
                Json.text(one, "ContentId").orElse(""),
                Bytes.of(Base64.getDecoder().decode(Json.text(one, "RawContent").orElse("")))));
      } catch (IllegalArgumentException e) {
        throw SesErrors.bad("RawContent is not base64.");
      }
    }
    return attachments;
  }
}

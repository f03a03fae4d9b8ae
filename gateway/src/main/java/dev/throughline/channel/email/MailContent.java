package dev.throughline.channel.email;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A rendered mail: what SES's SendEmail takes, without sender, recipient and account ({@code
 * Content}, {@code ReplyToAddresses}), and {@code FromName}, which stands before the account's
 * address. Its JSON is what is kept of an attempt, what {@code messages:transcode} shows, and what
 * {@code explicit_channel_message} may give.
 */
record MailContent(Body body, Optional<String> fromName, List<String> replyTo) {
  /**
   * Stands in links by which one answers, for an address that only the account knows. The domain is
   * one that never exists (RFC 2606).
   */
  static final String REPLY_PLACEHOLDER = "reply@throughline.invalid";

  static final String CONTENT = "Content";
  static final String FROM_NAME = "FromName";
  static final String REPLY_TO = "ReplyToAddresses";
  static final String SIMPLE = "Simple";
  static final String RAW = "Raw";
  static final String TEMPLATE = "Template";

  private static final String DATA = "Data";
  private static final String UTF_8 = "UTF-8";

  MailContent {
    replyTo = List.copyOf(replyTo);
  }

  /** What is said, in one of three forms. */
  sealed interface Body {
    /**
     * @param html empty, or {@code text} is, but not both
     */
    record Simple(
        String subject,
        String html,
        String text,
        List<Header> headers,
        List<Attachment> attachments)
        implements Body {
      public Simple {
        headers = List.copyOf(headers);
        attachments = List.copyOf(attachments);
      }
    }

    /** A whole MIME message. */
    record Raw(Bytes mime) implements Body {}

    /** A template that SES keeps, with what fills it; {@code json} is SES's own object. */
    record Template(String json) implements Body {}
  }

  /** A header field on one line. */
  record Header(String name, String value) {}

  record Attachment(String fileName, String contentType, Bytes bytes) {}

  /** With the address that answers go to, where links to answer by stand. */
  MailContent answeredAt(String address) {
    if (!(body instanceof Body.Simple simple)) {
      return this;
    }
    String encoded = MailBody.percent(address).replace("%40", "@");
    return new MailContent(
        new Body.Simple(
            simple.subject(),
            simple.html().replace(REPLY_PLACEHOLDER, encoded),
            simple.text(),
            simple.headers(),
            simple.attachments()),
        fromName,
        replyTo);
  }

  Bytes toBytes() {
    ObjectNode json = Json.object();
    ObjectNode content = json.putObject(CONTENT);
    switch (body) {
      case Body.Simple simple -> content.set(SIMPLE, simple(simple));
      case Body.Raw(Bytes mime) -> content.putObject(RAW).put(DATA, base64(mime));
      case Body.Template(String template) ->
          content.set(TEMPLATE, Json.object(Bytes.utf8(template)));
    }
    fromName.ifPresent(name -> json.put(FROM_NAME, name));
    if (!replyTo.isEmpty()) {
      replyTo.forEach(json.putArray(REPLY_TO)::add);
    }
    return Json.bytes(json);
  }

  private static ObjectNode simple(Body.Simple simple) {
    ObjectNode json = Json.object();
    data(json.putObject("Subject"), simple.subject());
    ObjectNode body = json.putObject("Body");
    if (!simple.html().isEmpty()) {
      data(body.putObject("Html"), simple.html());
    }
    if (!simple.text().isEmpty()) {
      data(body.putObject("Text"), simple.text());
    }
    if (!simple.headers().isEmpty()) {
      ArrayNode headers = json.putArray("Headers");
      simple
          .headers()
          .forEach(
              field -> headers.addObject().put("Name", field.name()).put("Value", field.value()));
    }
    if (!simple.attachments().isEmpty()) {
      ArrayNode files = json.putArray("Attachments");
      simple
          .attachments()
          .forEach(file ->
              files
                  .addObject()
                  .put("FileName", file.fileName())
                  .put("ContentType", file.contentType())
                  .put("RawContent", base64(file.bytes())));
    }
    return json;
  }

  private static void data(ObjectNode into, String text) {
    into.put(DATA, text).put("Charset", UTF_8);
  }

  /** Reads what {@link #toBytes} wrote. */
  static MailContent of(Bytes rendered) {
    ObjectNode json = Json.object(rendered);
    JsonNode content = json.path(CONTENT);
    List<String> replyTo = new ArrayList<>();
    json.path(REPLY_TO).forEach(address -> replyTo.add(address.asString("")));
    return new MailContent(body(content), Json.string(json, FROM_NAME), replyTo);
  }

  private static Body body(JsonNode content) {
    if (content.path(TEMPLATE) instanceof ObjectNode template) {
      return new Body.Template(Json.text(template));
    }
    if (content.path(RAW) instanceof ObjectNode raw) {
      return new Body.Raw(decoded(raw.path(DATA).asString("")));
    }
    JsonNode simple = content.path(SIMPLE);
    List<Header> headers = new ArrayList<>();
    simple
        .path("Headers")
        .forEach(field ->
            headers.add(
                new Header(field.path("Name").asString(""), field.path("Value").asString(""))));
    List<Attachment> files = new ArrayList<>();
    simple
        .path("Attachments")
        .forEach(file ->
            files.add(
                new Attachment(
                    file.path("FileName").asString(""),
                    file.path("ContentType").asString(""),
                    decoded(file.path("RawContent").asString("")))));
    return new Body.Simple(
        simple.path("Subject").path(DATA).asString(""),
        simple.path("Body").path("Html").path(DATA).asString(""),
        simple.path("Body").path("Text").path(DATA).asString(""),
        headers,
        files);
  }

  private static String base64(Bytes bytes) {
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static Bytes decoded(String base64) {
    return Bytes.wrap(Base64.getDecoder().decode(base64));
  }

  /** Shows nothing of what it says. */
  @Override
  public String toString() {
    return "MailContent[" + body.getClass().getSimpleName() + "]";
  }
}

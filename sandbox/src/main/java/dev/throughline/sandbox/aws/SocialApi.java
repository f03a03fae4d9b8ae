package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The operations around WhatsApp; sending is {@link SocialSending}'s. */
final class SocialApi {
  private final Account account;
  private final SocialState state;
  private final SocialSending sending;
  private final SocialMedia media;
  private final Topics topics;

  SocialApi(
      Account account, SocialState state, SocialSending sending, SocialMedia media, Topics topics) {
    this.account = account;
    this.state = state;
    this.sending = sending;
    this.media = media;
    this.topics = topics;
  }

  Reply answer(Call call) throws Refusal, InterruptedException {
    return switch (call.operation()) {
      case SEND_WHATSAPP_MESSAGE -> sending.send(call);
      case POST_WHATSAPP_MEDIA -> media.post(call);
      case GET_WHATSAPP_MEDIA -> media.get(call);
      case DELETE_WHATSAPP_MEDIA -> media.delete(call);
      case LIST_WHATSAPP_ACCOUNTS -> accounts();
      case GET_WHATSAPP_ACCOUNT -> account(state.linked(call.query("id")));
      case GET_WHATSAPP_PHONE_NUMBER -> number(state.requireNumber(call.query("id")));
      case PUT_WHATSAPP_EVENT_DESTINATIONS -> destinations(call);
      case CREATE_WHATSAPP_TEMPLATE -> createTemplate(call);
      case LIST_WHATSAPP_TEMPLATES -> templates(state.linked(call.query("id")));
      case GET_WHATSAPP_TEMPLATE -> template(call);
      case DELETE_WHATSAPP_TEMPLATE -> deleteTemplates(call);
      default -> throw Refusal.unknownOperation(Service.SOCIAL);
    };
  }

  static Refusal notFound(String sentence) {
    return new Refusal(404, "ResourceNotFoundException", sentence);
  }

  static Refusal invalid(String sentence) {
    return new Refusal(400, "ValidationException", sentence);
  }

  static String required(Call call, String name) throws Refusal {
    return call.text(name)
        .filter(text -> !text.isEmpty())
        .orElseThrow(() -> invalid(name + " is required."));
  }

  private ObjectNode summary(SocialState.Linked linked) {
    ObjectNode json = Json.object().put("arn", linked.arn()).put("id", linked.id());
    json.put("wabaId", linked.account().wabaId()).put("registrationStatus", "COMPLETE");
    json.put("linkDate", linked.at().getEpochSecond()).put("wabaName", linked.account().name());
    ArrayNode all = json.putArray("eventDestinations");
    state.destinations(linked.id()).forEach(arn -> all.addObject().put("eventDestinationArn", arn));
    return json;
  }

  private Reply accounts() {
    ObjectNode body = Json.object();
    ArrayNode all = body.putArray("linkedAccounts");
    state.linked().forEach(linked -> all.add(summary(linked)));
    return Reply.ok(body);
  }

  private ObjectNode number(AwsConfig.WhatsAppNumber number) {
    return Json.object()
        .put("arn", state.arn(number))
        .put("phoneNumber", number.number())
        .put("phoneNumberId", number.phoneNumberId())
        .put("metaPhoneNumberId", number.metaPhoneNumberId())
        .put("displayPhoneNumberName", number.displayName())
        .put("displayPhoneNumber", number.number())
        .put("qualityRating", "GREEN");
  }

  private Reply account(SocialState.Linked linked) {
    ObjectNode json = summary(linked);
    ArrayNode numbers = json.putArray("phoneNumbers");
    linked.account().numbers().forEach(one -> numbers.add(number(one)));
    ObjectNode body = Json.object();
    body.set("account", json);
    return Reply.ok(body);
  }

  private Reply number(SocialState.Owned owned) {
    ObjectNode body = Json.object();
    body.set("phoneNumber", number(owned.number()));
    return Reply.ok(body.put("linkedWhatsAppBusinessAccountId", owned.account().id()));
  }

  private Reply destinations(Call call) throws Refusal {
    SocialState.Linked linked = state.linked(required(call, "id"));
    List<String> arns = new ArrayList<>();
    for (JsonNode one : call.at("eventDestinations")) {
      arns.add(Json.text(one, "eventDestinationArn").orElse(""));
    }
    if (arns.size() > 1) {
      throw new Refusal(400, "InvalidParametersException", "An account has one event destination.");
    }
    for (String arn : arns) {
      if (!topics.exists(arn)) {
        throw new Refusal(400, "InvalidParametersException", "There is no topic " + arn + ".");
      }
    }
    state.destinations(linked.id(), arns);
    return Reply.ok();
  }

  private Reply createTemplate(Call call) throws Refusal {
    SocialState.Linked linked = state.linked(required(call, "id"));
    ObjectNode definition;
    try {
      byte[] bytes = Base64.getDecoder().decode(required(call, "templateDefinition"));
      if (!(Json.parse(bytes) instanceof ObjectNode object)) {
        throw invalid("templateDefinition is not a JSON object.");
      }
      definition = object;
    } catch (IllegalArgumentException | Json.Unparsable e) {
      throw invalid("templateDefinition is not JSON in base64.");
    }
    String name = Json.text(definition, "name").orElse("");
    if (!name.matches("[a-z0-9_]{1,512}")) {
      throw new Refusal(400, "InvalidParametersException", "A template's name is [a-z0-9_].");
    }
    SocialState.Template template =
        new SocialState.Template(
            account.ids.decimal(),
            name,
            Json.text(definition, "language").orElse("en_US"),
            Json.text(definition, "category").orElse("UTILITY"),
            definition);
    state.put(linked.id(), template);
    return Reply.ok(
        Json.object()
            .put("metaTemplateId", template.metaId())
            .put("templateStatus", "APPROVED")
            .put("category", template.category()));
  }

  private Reply templates(SocialState.Linked linked) {
    ObjectNode body = Json.object();
    ArrayNode all = body.putArray("templates");
    for (SocialState.Template one : state.templates(linked.id())) {
      all.addObject()
          .put("templateName", one.name())
          .put("metaTemplateId", one.metaId())
          .put("templateStatus", "APPROVED")
          .put("templateQualityScore", "UNKNOWN")
          .put("templateLanguage", one.language())
          .put("templateCategory", one.category());
    }
    return Reply.ok(body);
  }

  private Reply template(Call call) throws Refusal {
    String id = call.query("metaTemplateId");
    SocialState.Template template =
        state.templates(state.linked(call.query("id")).id()).stream()
            .filter(one -> one.metaId().equals(id))
            .findFirst()
            .orElseThrow(() -> notFound("There is no template " + id + "."));
    ObjectNode shown = template.json().deepCopy();
    shown.put("id", template.metaId()).put("status", "APPROVED");
    return Reply.ok(Json.object().put("template", Json.string(shown)));
  }

  private Reply deleteTemplates(Call call) throws Refusal {
    SocialState.Linked linked = state.linked(call.query("id"));
    String name = call.query("templateName");
    String id = call.query("metaTemplateId");
    boolean all = call.query("deleteAllTemplates").equals("true");
    List<SocialState.Template> gone =
        state.templates(linked.id()).stream()
            .filter(one -> one.name().equals(name))
            .filter(one -> all || id.isEmpty() || one.metaId().equals(id))
            .toList();
    if (gone.isEmpty()) {
      throw notFound("There is no template " + name + ".");
    }
    boolean _ = state.removeTemplates(linked.id(), gone);
    return Reply.ok();
  }
}

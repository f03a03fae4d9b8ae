package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The operations that set SES up; sending is {@link SesSending}'s. */
final class SesApi {
  private static final int DESTINATIONS_LIMIT = 10;
  private static final String NAME = "[A-Za-z0-9_-]{1,64}";

  private final Account account;
  private final SesState state;
  private final SesSending sending;
  private final Topics topics;

  SesApi(Account account, SesState state, SesSending sending, Topics topics) {
    this.account = account;
    this.state = state;
    this.sending = sending;
    this.topics = topics;
  }

  Reply answer(Call call) throws Refusal {
    return switch (call.operation()) {
      case SEND_EMAIL -> sending.send(call);
      case GET_ACCOUNT -> account();
      case CREATE_EMAIL_TEMPLATE -> createTemplate(call);
      case LIST_EMAIL_TEMPLATES -> templates();
      case GET_EMAIL_TEMPLATE -> showTemplate(requireTemplate(call.value()));
      case UPDATE_EMAIL_TEMPLATE -> updateTemplate(call);
      case DELETE_EMAIL_TEMPLATE -> {
        boolean _ = state.removeTemplate(call.value());
        yield Reply.ok();
      }
      case TEST_RENDER_EMAIL_TEMPLATE -> render(call);
      case PUT_SUPPRESSED_DESTINATION -> suppress(call);
      case LIST_SUPPRESSED_DESTINATIONS -> suppressed(call);
      case GET_SUPPRESSED_DESTINATION -> suppressedOne(call.value());
      case DELETE_SUPPRESSED_DESTINATION -> {
        if (!state.unsuppress(call.value())) {
          throw noSuppressed(call.value());
        }
        yield Reply.ok();
      }
      case CREATE_CONFIGURATION_SET -> createSet(call);
      case LIST_CONFIGURATION_SETS -> sets();
      case GET_CONFIGURATION_SET -> set(requireSet(call));
      case DELETE_CONFIGURATION_SET -> {
        boolean _ = state.sets.remove(requireSet(call));
        yield Reply.ok();
      }
      case CREATE_CONFIGURATION_SET_EVENT_DESTINATION -> createDestination(call);
      case GET_CONFIGURATION_SET_EVENT_DESTINATIONS -> destinations(requireSet(call));
      case UPDATE_CONFIGURATION_SET_EVENT_DESTINATION -> updateDestination(call);
      case DELETE_CONFIGURATION_SET_EVENT_DESTINATION -> {
        if (!state.sets.remove(requireSet(call), call.values().get(1))) {
          throw noDestination(call.values().get(1));
        }
        yield Reply.ok();
      }
      case CREATE_EMAIL_IDENTITY -> createIdentity(call);
      case GET_EMAIL_IDENTITY -> identity(call.value());
      case DELETE_EMAIL_IDENTITY -> {
        boolean _ = state.identities().remove(call.value().toLowerCase(Locale.ROOT));
        yield Reply.ok();
      }
      default -> throw Refusal.unknownOperation(Service.SES);
    };
  }

  private static String required(Call call, String name) throws Refusal {
    return call.text(name)
        .filter(text -> !text.isEmpty())
        .orElseThrow(() -> SesErrors.bad(name + " is required."));
  }

  private Reply account() {
    SesState.Limits limits = state.limits();
    ObjectNode body = Json.object();
    body.put("DedicatedIpAutoWarmupEnabled", false);
    body.put("EnforcementStatus", limits.suspended() ? "SHUTDOWN" : "HEALTHY");
    body.put("ProductionAccessEnabled", account.config.mailing().production());
    body.putObject("SendQuota")
        .put("Max24HourSend", limits.max24HourSend())
        .put("MaxSendRate", limits.maxSendRate())
        .put("SentLast24Hours", (double) state.sentLast24Hours());
    body.put("SendingEnabled", limits.enabled() && !limits.suspended());
    body.putObject("SuppressionAttributes")
        .putArray("SuppressedReasons")
        .add("BOUNCE")
        .add("COMPLAINT");
    return Reply.ok(body);
  }

  static SesState.Template template(String name, ObjectNode content, Instant created) {
    return new SesState.Template(
        name,
        Json.text(content, "Subject").orElse(""),
        Json.text(content, "Text").orElse(""),
        Json.text(content, "Html").orElse(""),
        created);
  }

  private SesState.Template requireTemplate(String name) throws Refusal {
    return state
        .template(name)
        .orElseThrow(() -> SesErrors.notFound("Template " + name + " does not exist."));
  }

  private static ObjectNode content(Call call) throws Refusal {
    if (call.at("TemplateContent") instanceof ObjectNode content
        && Json.text(content, "Subject").isPresent()) {
      return content;
    }
    throw SesErrors.bad("TemplateContent with a Subject is required.");
  }

  private Reply createTemplate(Call call) throws Refusal {
    String name = required(call, "TemplateName");
    if (state.template(name).isPresent()) {
      throw SesErrors.exists("Template " + name + " already exists.");
    }
    state.put(template(name, content(call), account.now()));
    return Reply.ok();
  }

  private Reply updateTemplate(Call call) throws Refusal {
    SesState.Template old = requireTemplate(call.value());
    state.put(template(old.name(), content(call), old.created()));
    return Reply.ok();
  }

  private Reply templates() {
    ObjectNode body = Json.object();
    ArrayNode all = body.putArray("TemplatesMetadata");
    for (SesState.Template one : state.templates()) {
      all.addObject()
          .put("TemplateName", one.name())
          .put("CreatedTimestamp", one.created().getEpochSecond());
    }
    return Reply.ok(body);
  }

  private static Reply showTemplate(SesState.Template template) {
    ObjectNode body = Json.object().put("TemplateName", template.name());
    body.putObject("TemplateContent")
        .put("Subject", template.subject())
        .put("Text", template.text())
        .put("Html", template.html());
    return Reply.ok(body);
  }

  private Reply render(Call call) throws Refusal {
    SesState.Template template = requireTemplate(call.value());
    try {
      JsonNode data = Json.parse(required(call, "TemplateData").getBytes(StandardCharsets.UTF_8));
      SesMail.Parts parts =
          new SesMail.Parts(
              List.of(),
              SesTemplate.render(template.subject(), data, false),
              Optional.of(SesTemplate.render(template.text(), data, false)),
              Optional.of(SesTemplate.render(template.html(), data, true)),
              List.of());
      String mime = SesMail.compose(parts, account.ids.hex(16)).text();
      return Reply.ok(Json.object().put("RenderedTemplate", mime));
    } catch (Json.Unparsable e) {
      throw SesErrors.bad("TemplateData is not JSON.");
    } catch (SesTemplate.Unrenderable e) {
      throw SesErrors.bad(e.words());
    }
  }

  private static Refusal noSuppressed(String address) {
    return SesErrors.notFound(
        "Email address " + address + " does not exist on your suppression list.");
  }

  private Reply suppress(Call call) throws Refusal {
    String reason = required(call, "Reason");
    if (!reason.equals("BOUNCE") && !reason.equals("COMPLAINT")) {
      throw SesErrors.bad("Reason is BOUNCE or COMPLAINT.");
    }
    state.suppress(required(call, "EmailAddress"), reason, "");
    return Reply.ok();
  }

  private static ObjectNode suppressed(SesState.Suppressed one) {
    return Json.object()
        .put("EmailAddress", one.address())
        .put("Reason", one.reason())
        .put("LastUpdateTime", one.at().toEpochMilli() / 1000.0);
  }

  private Reply suppressed(Call call) {
    String reason = call.query("Reason");
    ObjectNode body = Json.object();
    ArrayNode all = body.putArray("SuppressedDestinationSummaries");
    state.suppressed().stream()
        .filter(one -> reason.isEmpty() || one.reason().equals(reason))
        .forEach(one -> all.add(suppressed(one)));
    return Reply.ok(body);
  }

  private Reply suppressedOne(String address) throws Refusal {
    SesState.Suppressed one = state.suppressed(address).orElseThrow(() -> noSuppressed(address));
    ObjectNode destination = suppressed(one);
    if (!one.messageId().isEmpty()) {
      destination.putObject("Attributes").put("MessageId", one.messageId());
    }
    ObjectNode body = Json.object();
    body.set("SuppressedDestination", destination);
    return Reply.ok(body);
  }

  private String requireSet(Call call) throws Refusal {
    if (!state.sets.exists(call.value())) {
      throw SesErrors.notFound("Configuration set <" + call.value() + "> does not exist.");
    }
    return call.value();
  }

  private Reply createSet(Call call) throws Refusal {
    String name = required(call, "ConfigurationSetName");
    if (!name.matches(NAME)) {
      throw SesErrors.bad("A configuration set's name is " + NAME + ".");
    }
    if (!state.sets.add(name)) {
      throw SesErrors.exists("Configuration set <" + name + "> already exists.");
    }
    return Reply.ok();
  }

  private Reply sets() {
    ObjectNode body = Json.object();
    ArrayNode names = body.putArray("ConfigurationSets");
    state.sets.names().forEach(names::add);
    return Reply.ok(body);
  }

  private static Reply set(String name) {
    ObjectNode body = Json.object().put("ConfigurationSetName", name);
    body.putObject("SendingOptions").put("SendingEnabled", true);
    return Reply.ok(body);
  }

  private static Refusal noDestination(String name) {
    return SesErrors.notFound("Event destination <" + name + "> does not exist.");
  }

  private Reply createDestination(Call call) throws Refusal {
    String set = requireSet(call);
    String name = required(call, "EventDestinationName");
    if (state.sets.of(set, name).isPresent()) {
      throw SesErrors.exists("Event destination <" + name + "> already exists.");
    }
    if (state.sets.of(set).size() >= DESTINATIONS_LIMIT) {
      throw new Refusal(
          400, "LimitExceededException", "A set has at most " + DESTINATIONS_LIMIT + ".");
    }
    return putDestination(set, name, call.at("EventDestination"));
  }

  private Reply updateDestination(Call call) throws Refusal {
    String set = requireSet(call);
    String name = call.values().get(1);
    if (state.sets.of(set, name).isEmpty()) {
      throw noDestination(name);
    }
    return putDestination(set, name, call.at("EventDestination"));
  }

  private Reply putDestination(String set, String name, JsonNode given) throws Refusal {
    if (!(given instanceof ObjectNode definition)) {
      throw SesErrors.bad("EventDestination is required.");
    }
    Set<String> types = new HashSet<>();
    for (JsonNode type : definition.path("MatchingEventTypes")) {
      if (!SesEvents.matchable().contains(type.stringValue(""))) {
        throw SesErrors.bad("There is no event type " + type + ".");
      }
      types.add(type.stringValue(""));
    }
    if (types.isEmpty()) {
      throw SesErrors.bad("MatchingEventTypes is required.");
    }
    EventDestinations.Destination destination =
        new EventDestinations.Destination(
            name, definition.path("Enabled").booleanValue(false), types, definition);
    Optional<String> topic = destination.topic();
    if (topic.isPresent() && !topics.exists(topic.get())) {
      throw SesErrors.bad("The SNS topic <" + topic.get() + "> does not exist.");
    }
    state.sets.put(set, destination);
    return Reply.ok();
  }

  private Reply destinations(String set) {
    ObjectNode body = Json.object();
    ArrayNode all = body.putArray("EventDestinations");
    for (EventDestinations.Destination one : state.sets.of(set)) {
      ObjectNode json = all.addObject();
      json.setAll(one.definition());
      json.put("Name", one.name()).put("Enabled", one.enabled());
    }
    return Reply.ok(body);
  }

  private Reply createIdentity(Call call) throws Refusal {
    String name = required(call, "EmailIdentity").toLowerCase(Locale.ROOT);
    if (!state.identities().add(name)) {
      throw SesErrors.exists("Email identity " + name + " already exists.");
    }
    return Reply.ok(identityJson(name));
  }

  private Reply identity(String name) throws Refusal {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!state.identities().contains(lower)) {
      throw SesErrors.notFound("Email identity " + name + " does not exist.");
    }
    return Reply.ok(identityJson(lower).put("VerificationStatus", "SUCCESS"));
  }

  private static ObjectNode identityJson(String name) {
    return Json.object()
        .put("IdentityType", name.contains("@") ? "EMAIL_ADDRESS" : "DOMAIN")
        .put("VerifiedForSendingStatus", true);
  }
}

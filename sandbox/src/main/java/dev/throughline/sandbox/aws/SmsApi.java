package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The operations that set End User Messaging SMS up; sending is {@link SmsSending}'s. */
final class SmsApi {
  private static final int SETS_LIMIT = 25;
  private static final int DESTINATIONS_LIMIT = 5;
  private static final String NAME = "[A-Za-z0-9_-]{1,64}";

  private final Account account;
  private final SmsState state;
  private final SmsSending sending;
  private final Topics topics;

  SmsApi(Account account, SmsState state, SmsSending sending, Topics topics) {
    this.account = account;
    this.state = state;
    this.sending = sending;
    this.topics = topics;
  }

  Reply answer(Call call) throws Refusal {
    return switch (call.operation()) {
      case SEND_TEXT_MESSAGE -> sending.send(call);
      case PUT_MESSAGE_FEEDBACK -> sending.feedback(call);
      case DESCRIBE_PHONE_NUMBERS -> numbers(call);
      case UPDATE_PHONE_NUMBER -> update(call);
      case CREATE_OPT_OUT_LIST -> createList(required(call, "OptOutListName"));
      case DESCRIBE_OPT_OUT_LISTS -> lists();
      case PUT_OPTED_OUT_NUMBER -> optOut(call);
      case DELETE_OPTED_OUT_NUMBER -> optIn(call);
      case DESCRIBE_OPTED_OUT_NUMBERS -> optedOut(call);
      case CREATE_SMS_CONFIGURATION_SET -> createSet(required(call, "ConfigurationSetName"));
      case DESCRIBE_SMS_CONFIGURATION_SETS -> sets(call);
      case DELETE_SMS_CONFIGURATION_SET -> deleteSet(required(call, "ConfigurationSetName"));
      case CREATE_SMS_EVENT_DESTINATION -> createDestination(call);
      case UPDATE_SMS_EVENT_DESTINATION -> updateDestination(call);
      case DELETE_SMS_EVENT_DESTINATION -> deleteDestination(call);
      case DESCRIBE_ACCOUNT_ATTRIBUTES -> attributes();
      case DESCRIBE_SPEND_LIMITS -> limits();
      default -> throw Refusal.unknownOperation(Service.SMS);
    };
  }

  static String required(Call call, String name) throws Refusal {
    return call.text(name)
        .filter(text -> !text.isEmpty())
        .orElseThrow(() -> SmsErrors.missing(name));
  }

  private Reply numbers(Call call) throws Refusal {
    Set<String> ids = new HashSet<>();
    for (JsonNode id : call.at("PhoneNumberIds")) {
      ids.add(state.number(id.stringValue("")).id());
    }
    ObjectNode body = Json.object();
    ArrayNode numbers = body.putArray("PhoneNumbers");
    state.numbers().stream()
        .filter(one -> ids.isEmpty() || ids.contains(one.id()))
        .forEach(one -> numbers.add(one.json()));
    return Reply.ok(body);
  }

  private Reply update(Call call) throws Refusal {
    SmsNumber old = state.number(required(call, "PhoneNumberId"));
    Optional<String> topic = call.text("TwoWayChannelArn").or(old::twoWayTopic);
    boolean twoWay = call.at("TwoWayEnabled").booleanValue(old.twoWay());
    if (twoWay && topic.isEmpty()) {
      throw SmsErrors.invalid(
          "TWO_WAY_CHANNEL_NOT_PRESENT", "TwoWayChannelArn", "A two-way number has a topic.");
    }
    if (topic.isPresent() && !topics.exists(topic.get())) {
      throw SmsErrors.notFound("two-way-channel", topic.get());
    }
    String list = call.text("OptOutListName").orElse(old.optOutList());
    state.requireList(list);
    SmsNumber changed =
        new SmsNumber(
            old.id(),
            old.arn(),
            old.number(),
            old.promotional(),
            topic,
            twoWay,
            call.at("SelfManagedOptOutsEnabled").booleanValue(old.selfManaged()),
            list,
            call.at("InternationalSendingEnabled").booleanValue(old.international()),
            call.at("DeletionProtectionEnabled").booleanValue(old.deletionProtected()),
            old.created());
    state.put(changed);
    return Reply.ok(changed.json());
  }

  private Reply createList(String name) throws Refusal {
    if (!name.matches(NAME)) {
      throw SmsErrors.badField("OptOutListName", "A name is like " + NAME);
    }
    if (!state.createList(name)) {
      throw SmsErrors.conflict("RESOURCE_ALREADY_EXISTS", "opt-out-list", name);
    }
    return Reply.ok(list(name));
  }

  private ObjectNode list(String name) {
    return Json.object()
        .put("OptOutListArn", account.config.arn("sms-voice", "opt-out-list/" + name))
        .put("OptOutListName", name)
        .put("CreatedTimestamp", state.started().getEpochSecond());
  }

  private Reply lists() {
    ObjectNode body = Json.object();
    ArrayNode lists = body.putArray("OptOutLists");
    state.lists().forEach(name -> lists.add(list(name)));
    return Reply.ok(body);
  }

  private Reply optOut(Call call) throws Refusal {
    String list = required(call, "OptOutListName");
    String number = SmsState.destination(required(call, "OptedOutNumber"), "OptedOutNumber");
    state.requireList(list);
    SmsState.OptOut out = state.optOut(list, number, false);
    return Reply.ok(change(list, number, out));
  }

  private Reply optIn(Call call) throws Refusal {
    String list = required(call, "OptOutListName");
    String number = SmsState.destination(required(call, "OptedOutNumber"), "OptedOutNumber");
    state.requireList(list);
    SmsState.OptOut out =
        state.optIn(list, number).orElseThrow(() -> SmsErrors.notFound("opted-out-number", number));
    return Reply.ok(change(list, number, out));
  }

  private ObjectNode change(String list, String number, SmsState.OptOut out) {
    return Json.object()
        .put("OptOutListArn", account.config.arn("sms-voice", "opt-out-list/" + list))
        .put("OptOutListName", list)
        .put("OptedOutNumber", number)
        .put("OptedOutTimestamp", out.at().toEpochMilli() / 1000.0)
        .put("EndUserOptedOut", out.byTheirOwn());
  }

  private Reply optedOut(Call call) throws Refusal {
    String list = required(call, "OptOutListName");
    state.requireList(list);
    Set<String> asked = new HashSet<>();
    for (JsonNode number : call.at("OptedOutNumbers")) {
      asked.add(SmsState.destination(number.stringValue(""), "OptedOutNumbers"));
    }
    Map<String, SmsState.OptOut> all = new LinkedHashMap<>(state.optedOut(list));
    for (String number : asked) {
      if (!all.containsKey(number)) {
        throw SmsErrors.notFound("opted-out-number", number);
      }
    }
    ObjectNode body = Json.object();
    body.put("OptOutListArn", account.config.arn("sms-voice", "opt-out-list/" + list));
    body.put("OptOutListName", list);
    ArrayNode numbers = body.putArray("OptedOutNumbers");
    all.forEach((number, out) -> {
      if (asked.isEmpty() || asked.contains(number)) {
        numbers
            .addObject()
            .put("OptedOutNumber", number)
            .put("OptedOutTimestamp", out.at().toEpochMilli() / 1000.0)
            .put("EndUserOptedOut", out.byTheirOwn());
      }
    });
    return Reply.ok(body);
  }

  private ObjectNode set(String name) {
    return Json.object()
        .put("ConfigurationSetArn", account.config.arn("sms-voice", "configuration-set/" + name))
        .put("ConfigurationSetName", name)
        .put("CreatedTimestamp", state.started().getEpochSecond());
  }

  private Reply createSet(String name) throws Refusal {
    if (!name.matches(NAME)) {
      throw SmsErrors.badField("ConfigurationSetName", "A name is like " + NAME);
    }
    if (state.sets.names().size() >= SETS_LIMIT) {
      throw SmsErrors.quota("CONFIGURATION_SETS_PER_ACCOUNT");
    }
    if (!state.sets.add(name)) {
      throw SmsErrors.conflict("RESOURCE_ALREADY_EXISTS", "configuration-set", name);
    }
    return Reply.ok(set(name));
  }

  private Reply sets(Call call) throws Refusal {
    Set<String> asked = new HashSet<>();
    for (JsonNode name : call.at("ConfigurationSetNames")) {
      asked.add(requireSet(name.stringValue("")));
    }
    ObjectNode body = Json.object();
    ArrayNode sets = body.putArray("ConfigurationSets");
    for (String name : state.sets.names()) {
      if (asked.isEmpty() || asked.contains(name)) {
        ObjectNode set = set(name);
        ArrayNode destinations = set.putArray("EventDestinations");
        state.sets.of(name).forEach(one -> destinations.add(destination(one)));
        sets.add(set);
      }
    }
    return Reply.ok(body);
  }

  /** A set is called by its name or its ARN. */
  private String requireSet(String nameOrArn) throws Refusal {
    return state.set(nameOrArn);
  }

  private Reply deleteSet(String nameOrArn) throws Refusal {
    String name = requireSet(nameOrArn);
    ObjectNode body = set(name);
    boolean _ = state.sets.remove(name);
    return Reply.ok(body);
  }

  private static ObjectNode destination(EventDestinations.Destination one) {
    ObjectNode json = Json.object().put("EventDestinationName", one.name());
    json.put("Enabled", one.enabled());
    ArrayNode types = json.putArray("MatchingEventTypes");
    one.types().stream().sorted().forEach(types::add);
    for (String kind :
        List.of("SnsDestination", "KinesisFirehoseDestination", "CloudWatchLogsDestination")) {
      if (one.definition().has(kind)) {
        json.set(kind, one.definition().path(kind));
      }
    }
    return json;
  }

  private Reply createDestination(Call call) throws Refusal {
    String set = requireSet(required(call, "ConfigurationSetName"));
    String name = required(call, "EventDestinationName");
    if (state.sets.of(set, name).isPresent()) {
      throw SmsErrors.conflict("RESOURCE_ALREADY_EXISTS", "event-destination", name);
    }
    if (state.sets.of(set).size() >= DESTINATIONS_LIMIT) {
      throw SmsErrors.quota("EVENT_DESTINATIONS_PER_CONFIGURATION_SET");
    }
    return put(set, name, true, types(call), call.json());
  }

  private Reply updateDestination(Call call) throws Refusal {
    String set = requireSet(required(call, "ConfigurationSetName"));
    String name = required(call, "EventDestinationName");
    EventDestinations.Destination old =
        state.sets.of(set, name).orElseThrow(() -> SmsErrors.notFound("event-destination", name));
    boolean same = call.at("SnsDestination").isMissingNode();
    return put(
        set,
        name,
        call.at("Enabled").booleanValue(old.enabled()),
        call.at("MatchingEventTypes").isMissingNode() ? old.types() : types(call),
        same ? old.definition() : call.json());
  }

  private Reply put(
      String set, String name, boolean enabled, Set<String> types, ObjectNode definition)
      throws Refusal {
    EventDestinations.Destination destination =
        new EventDestinations.Destination(name, enabled, types, definition);
    Optional<String> topic = destination.topic();
    if (topic.isPresent() && !topics.exists(topic.get())) {
      throw SmsErrors.invalid("INVALID_ARN", "SnsDestination", "There is no such topic.");
    }
    state.sets.put(set, destination);
    ObjectNode body = set(set);
    body.set("EventDestination", destination(destination));
    return Reply.ok(body);
  }

  private static Set<String> types(Call call) throws Refusal {
    Set<String> types = new HashSet<>();
    for (JsonNode type : call.at("MatchingEventTypes")) {
      if (!SmsEvents.known(type.stringValue(""))) {
        throw SmsErrors.badField("MatchingEventTypes", "There is no type " + type + ".");
      }
      types.add(type.stringValue(""));
    }
    if (types.isEmpty()) {
      throw SmsErrors.missing("MatchingEventTypes");
    }
    return types;
  }

  private Reply deleteDestination(Call call) throws Refusal {
    String set = requireSet(required(call, "ConfigurationSetName"));
    String name = required(call, "EventDestinationName");
    EventDestinations.Destination old =
        state.sets.of(set, name).orElseThrow(() -> SmsErrors.notFound("event-destination", name));
    boolean _ = state.sets.remove(set, name);
    ObjectNode body = set(set);
    body.set("EventDestination", destination(old));
    return Reply.ok(body);
  }

  private static Reply attributes() {
    ObjectNode body = Json.object();
    body.putArray("AccountAttributes")
        .addObject()
        .put("Name", "ACCOUNT_TIER")
        .put("Value", "PRODUCTION");
    return Reply.ok(body);
  }

  private Reply limits() {
    ObjectNode body = Json.object();
    long limit = (long) state.spendLimit();
    body.putArray("SpendLimits")
        .addObject()
        .put("Name", "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT")
        .put("EnforcedLimit", limit)
        .put("MaxLimit", limit)
        .put("Overridden", false);
    return Reply.ok(body);
  }
}

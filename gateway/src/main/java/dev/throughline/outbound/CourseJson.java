package dev.throughline.outbound;

import dev.throughline.channel.Channel.Quote;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Assurance;
import dev.throughline.message.ChannelName;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.PlannedStep.BeyondCeiling;
import dev.throughline.message.PlannedStep.OnUnknown;
import dev.throughline.message.Reason;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.Course.Note;
import dev.throughline.outbound.Course.Terms;
import dev.throughline.outbound.Course.Timer;
import dev.throughline.outbound.plan.Delivery;
import dev.throughline.outbound.plan.Delivery.Phase;
import dev.throughline.outbound.plan.Delivery.Progress;
import dev.throughline.outbound.plan.Delivery.StepState;
import dev.throughline.outbound.plan.DeliveryPlan;
import dev.throughline.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A course as it is kept. */
final class CourseJson {
  private CourseJson() {}

  static ObjectNode toJson(Course course) {
    ObjectNode json = Json.object();
    Delivery delivery = course.delivery();
    put(json, "expires", delivery.plan().expires());
    json.put("phase", delivery.phase().name());
    json.put("current", delivery.current());
    json.put("told", delivery.told().name());
    // Most steps say the same: it is kept once.
    List<ObjectNode> contents = new ArrayList<>();
    ArrayNode steps = json.putArray("steps");
    for (int i = 0; i < course.legs().size(); i++) {
      ObjectNode step = steps.addObject();
      put(step, delivery.plan().steps().get(i));
      put(step, delivery.steps().get(i));
      put(step, course.legs().get(i), contents);
    }
    contents.forEach(json.putArray("contents")::add);
    Terms terms = course.terms();
    ObjectNode properties = json.putObject("properties");
    terms.properties().forEach(properties::put);
    json.put("priority", terms.priority().name());
    json.put("planned", terms.planned());
    put(json, "not_before", terms.notBefore());
    course
        .timer()
        .ifPresent(timer ->
            json.putObject("timer")
                .put("task", timer.task().toString())
                .put("at", timer.at().toEpochMilli()));
    ArrayNode notes = json.putArray("notes");
    course.notes().forEach(note -> put(notes.addObject(), note));
    return json;
  }

  private static void put(ObjectNode json, DeliveryPlan.Step step) {
    json.put("channel", step.channel().value());
    json.put("until", step.until().name());
    json.put("within_ms", step.within().toMillis());
    json.put("on_unknown", step.onUnknown().name());
    json.put("beyond_ceiling", step.beyondCeiling().name());
    json.put("ceiling", step.ceiling().name());
  }

  private static void put(ObjectNode json, StepState state) {
    json.put("progress", state.progress().name());
    state.reached().ifPresent(level -> json.put("reached", level.name()));
    json.put("in_doubt", state.inDoubt());
    put(json, "deadline", state.deadline());
    state.why().ifPresent(reason -> put(json, "why", reason));
  }

  private static void put(ObjectNode json, Leg leg, List<ObjectNode> contents) {
    json.put("recipient", leg.recipient().value());
    leg.account().ifPresent(id -> json.put("account", id.toString()));
    if (!contents.contains(leg.content())) {
      contents.add(leg.content());
    }
    json.put("content", contents.indexOf(leg.content()));
    leg.filled().ifPresent(filled -> json.set("filled", filled));
    leg.unsaid().ifPresent(reason -> put(json, "unsaid", reason));
    leg.quote()
        .ifPresent(quote -> {
          switch (quote) {
            case Quote.By(String token) -> json.put("quote", token);
            case Quote.Impossible() -> json.put("quote_impossible", true);
          }
        });
    ArrayNode keys = json.putArray("keys");
    leg.keys().forEach(key -> keys.add(key.toString()));
    leg.task().ifPresent(task -> json.put("task", task.toString()));
    put(json, "began", leg.began());
  }

  private static void put(ObjectNode json, Note note) {
    json.put("at", note.at().toEpochMilli());
    json.put("index", note.index());
    json.put("kind", note.kind());
    json.put("channel", note.channel());
    note.status().ifPresent(status -> json.put("status", status));
    note.reason().ifPresent(reason -> put(json, "reason", reason));
    put(json, "until", note.until());
  }

  private static void put(ObjectNode json, String name, Reason reason) {
    json.putObject(name).put("code", reason.code().name()).put("description", reason.description());
  }

  private static void put(ObjectNode json, String name, Optional<Instant> time) {
    time.ifPresent(at -> json.put(name, at.toEpochMilli()));
  }

  static Course of(ObjectNode json) {
    List<ObjectNode> contents = new ArrayList<>();
    json.path("contents").forEach(each -> contents.add((ObjectNode) each));
    List<DeliveryPlan.Step> steps = new ArrayList<>();
    List<StepState> states = new ArrayList<>();
    List<Leg> legs = new ArrayList<>();
    for (JsonNode step : json.path("steps")) {
      steps.add(step(step));
      states.add(state(step));
      legs.add(leg(step, contents));
    }
    Delivery delivery =
        new Delivery(
            new DeliveryPlan(steps, time(json, "expires")),
            Phase.valueOf(text(json, "phase")),
            json.path("current").asInt(),
            states,
            DeliveryStatus.valueOf(text(json, "told")));
    Map<String, String> properties = new HashMap<>();
    json.path("properties")
        .properties()
        .forEach(property -> properties.put(property.getKey(), property.getValue().asString("")));
    Optional<Timer> timer =
        json.path("timer") instanceof ObjectNode kept
            ? Optional.of(new Timer(id(kept, "task").orElseThrow(), time(kept, "at").orElseThrow()))
            : Optional.empty();
    List<Note> notes = new ArrayList<>();
    json.path("notes").forEach(note -> notes.add(note(note)));
    return new Course(
        delivery,
        legs,
        new Terms(
            properties,
            Task.Priority.valueOf(Json.string(json, "priority").orElse("SINGLE")),
            json.path("planned").asBoolean(false),
            time(json, "not_before")),
        timer,
        notes);
  }

  private static DeliveryPlan.Step step(JsonNode json) {
    return new DeliveryPlan.Step(
        new ChannelName(text(json, "channel")),
        Assurance.valueOf(text(json, "until")),
        Duration.ofMillis(json.path("within_ms").asLong()),
        OnUnknown.valueOf(text(json, "on_unknown")),
        BeyondCeiling.valueOf(text(json, "beyond_ceiling")),
        Assurance.valueOf(text(json, "ceiling")));
  }

  private static StepState state(JsonNode json) {
    return new StepState(
        Progress.valueOf(text(json, "progress")),
        Json.string(json, "reached").map(Assurance::valueOf),
        json.path("in_doubt").asBoolean(false),
        time(json, "deadline"),
        reason(json, "why"));
  }

  private static Leg leg(JsonNode json, List<ObjectNode> contents) {
    List<Ulid> keys = new ArrayList<>();
    json.path("keys").forEach(key -> Ulids.parse(key.asString("")).ifPresent(keys::add));
    Optional<Quote> quote =
        json.path("quote_impossible").asBoolean(false)
            ? Optional.of(new Quote.Impossible())
            : Json.string(json, "quote").map(Quote.By::new);
    return new Leg(
        new Identity(new ChannelName(text(json, "channel")), text(json, "recipient")),
        id(json, "account").map(AccountId::new),
        contents.get(json.path("content").asInt()),
        json.path("filled") instanceof ObjectNode filled ? Optional.of(filled) : Optional.empty(),
        reason(json, "unsaid"),
        quote,
        keys,
        id(json, "task"),
        time(json, "began"));
  }

  static Note note(JsonNode json) {
    return new Note(
        time(json, "at").orElseThrow(),
        json.path("index").asLong(),
        text(json, "kind"),
        text(json, "channel"),
        Json.string(json, "status"),
        reason(json, "reason"),
        time(json, "until"));
  }

  private static Optional<Reason> reason(JsonNode json, String name) {
    return Json.string(json, name, "code")
        .map(code ->
            new Reason(
                Reason.Code.valueOf(code), Json.string(json, name, "description").orElse("")));
  }

  private static Optional<Instant> time(JsonNode json, String name) {
    return json.has(name)
        ? Optional.of(Instant.ofEpochMilli(json.path(name).asLong()))
        : Optional.empty();
  }

  private static Optional<Ulid> id(JsonNode json, String name) {
    return Json.string(json, name).flatMap(Ulids::parse);
  }

  private static String text(JsonNode json, String name) {
    return Json.string(json, name)
        .orElseThrow(() -> new IllegalStateException("a plan without " + name));
  }
}

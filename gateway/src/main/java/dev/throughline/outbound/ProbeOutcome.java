package dev.throughline.outbound;

import dev.throughline.contract.Json;
import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.Reason;
import dev.throughline.task.Task;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The first part of an {@code outcome} entry of a probe. */
final class ProbeOutcome {
  private static final String FIT = "FIT";
  private static final String UNFIT = "UNFIT";
  private static final String LATER = "LATER";

  private ProbeOutcome() {}

  static ObjectNode toJson(Probed probed, Task task, MessageId message) {
    ObjectNode json = Json.object();
    json.put("task", task.id().toString());
    json.put("kind", ProbeHandler.KIND);
    json.put("message", message.toString());
    switch (probed) {
      case Probed.Fit(Map<String, MediaFacts> media) -> {
        json.put("result", FIT);
        ObjectNode all = json.putObject("media");
        media.forEach((url, facts) -> all.set(url, json(facts)));
      }
      case Probed.Unfit(Reason reason) -> put(json, UNFIT, reason);
      case Probed.Later(Reason reason) -> put(json, LATER, reason);
    }
    return json;
  }

  static Probed of(ObjectNode json) {
    String result = Json.string(json, "result").orElse(LATER);
    if (result.equals(FIT)) {
      Map<String, MediaFacts> media = new HashMap<>();
      json.path("media")
          .properties()
          .forEach(found -> media.put(found.getKey(), facts(found.getValue())));
      return new Probed.Fit(media);
    }
    Reason reason =
        new Reason(
            Reason.Code.valueOf(
                Json.string(json, "reason", "code").orElse(Reason.Code.UNKNOWN.name())),
            Json.string(json, "reason", "description").orElse(""));
    return result.equals(UNFIT) ? new Probed.Unfit(reason) : new Probed.Later(reason);
  }

  private static void put(ObjectNode json, String result, Reason reason) {
    json.put("result", result);
    json.putObject("reason")
        .put("code", reason.code().name())
        .put("description", reason.description());
  }

  private static ObjectNode json(MediaFacts facts) {
    ObjectNode json = Json.object();
    json.put("kind", facts.kind().name());
    facts.bytes().ifPresent(bytes -> json.put("bytes", bytes));
    facts.duration().ifPresent(time -> json.put("duration_ms", time.toMillis()));
    facts.shown().ifPresent(url -> json.put("shown", url));
    facts.preview().ifPresent(url -> json.put("preview", url));
    return json;
  }

  private static MediaFacts facts(JsonNode json) {
    return new MediaFacts(
        MediaFacts.Kind.valueOf(json.path("kind").asString(MediaFacts.Kind.FILE.name())),
        json.has("bytes") ? Optional.of(json.path("bytes").asLong()) : Optional.empty(),
        json.has("duration_ms")
            ? Optional.of(Duration.ofMillis(json.path("duration_ms").asLong()))
            : Optional.empty(),
        Json.string(json, "shown"),
        Json.string(json, "preview"));
  }
}

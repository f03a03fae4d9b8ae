package dev.throughline.api;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Which of an app's contacts a broadcast goes to; none of it given: all that can be reached. */
final class ContactFilters {
  private static final int MAX_LANGUAGE = 16;
  private static final int MAX_TIME = 40;

  private ContactFilters() {}

  static ObjectNode read(Fields fields) {
    ObjectNode kept = Json.object();
    var channels = SendRequests.channels(fields, "channels");
    if (!channels.isEmpty()) {
      ArrayNode names = kept.putArray("channels");
      channels.forEach(channel -> names.add(channel.value()));
    }
    fields
        .string("language", MAX_LANGUAGE)
        .filter(language -> !language.isEmpty())
        .ifPresent(language -> kept.put("language", language));
    fields.bool("friends").filter(yes -> yes).ifPresent(yes -> kept.put("friends", true));
    for (String name : List.of("created_from", "created_until")) {
      time(fields, name).ifPresent(time -> kept.put(name, time.toString()));
    }
    return kept;
  }

  static Optional<Instant> time(Fields fields, String name) {
    return fields
        .string(name, MAX_TIME)
        .filter(text -> !text.isEmpty())
        .map(text -> {
          try {
            return Instant.parse(text);
          } catch (DateTimeParseException e) {
            throw fields.wrong(name, "must be a time, such as 2026-11-21T09:00:00Z.");
          }
        });
  }
}

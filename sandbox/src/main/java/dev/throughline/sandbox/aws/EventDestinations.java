package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Configuration sets and where each sends its events; SES and SMS each have their own. */
final class EventDestinations {

  /**
   * @param definition as the request gave it; SNS is the only kind that anything is sent to
   */
  record Destination(String name, boolean enabled, Set<String> types, ObjectNode definition) {
    Destination {
      types = Set.copyOf(types);
    }

    Optional<String> topic() {
      return Json.text(definition.path("SnsDestination"), "TopicArn");
    }
  }

  private final Map<String, Map<String, Destination>> sets = new LinkedHashMap<>();

  synchronized boolean add(String set) {
    return sets.putIfAbsent(set, new LinkedHashMap<>()) == null;
  }

  synchronized boolean remove(String set) {
    return sets.remove(set) != null;
  }

  synchronized boolean exists(String set) {
    return sets.containsKey(set);
  }

  synchronized List<String> names() {
    return List.copyOf(sets.keySet());
  }

  synchronized List<Destination> of(String set) {
    return List.copyOf(sets.getOrDefault(set, Map.of()).values());
  }

  synchronized Optional<Destination> of(String set, String name) {
    return Optional.ofNullable(sets.getOrDefault(set, Map.of()).get(name));
  }

  synchronized void put(String set, Destination destination) {
    Map<String, Destination> destinations = sets.get(set);
    if (destinations != null) {
      destinations.put(destination.name, destination);
    }
  }

  synchronized boolean remove(String set, String name) {
    return sets.getOrDefault(set, new LinkedHashMap<>()).remove(name) != null;
  }

  /** The topics that hear of an event of one of these types. */
  synchronized List<String> topics(String set, String... types) {
    return sets.getOrDefault(set, Map.of()).values().stream()
        .filter(Destination::enabled)
        .filter(one -> List.of(types).stream().anyMatch(one.types::contains))
        .flatMap(one -> one.topic().stream())
        .toList();
  }
}

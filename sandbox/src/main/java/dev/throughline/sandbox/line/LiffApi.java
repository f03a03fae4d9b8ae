package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** LIFF apps of the channel. */
final class LiffApi {
  private static final int LIMIT = 30;
  private static final int ID_DIGITS = 8;
  private static final Set<String> SIZES = Set.of("compact", "tall", "full");
  private static final Set<String> SCOPES =
      Set.of("openid", "email", "profile", "chat_message.write");
  private static final Set<String> PROMPTS = Set.of("normal", "aggressive", "none");

  private final World world;
  private final String channelId;
  private final LinkedHashMap<String, ObjectNode> apps = new LinkedHashMap<>();

  LiffApi(World world, String channelId) {
    this.world = world;
    this.channelId = channelId;
  }

  synchronized Answer answer(Call call) {
    return switch (call.endpoint()) {
      case LIFF_ADD -> add(call.json());
      case LIFF_LIST -> list();
      case LIFF_UPDATE -> update(call.first(), call.json());
      default -> {
        boolean there = apps.remove(call.first()) != null;
        world.changed("settings", "");
        yield there ? Answer.nothing() : unknown();
      }
    };
  }

  private Answer add(JsonNode body) {
    Optional<Answer> refusal = refusal(body, true);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (apps.size() >= LIMIT) {
      return Answer.error(400, "A channel has at most " + LIMIT + " LIFF apps");
    }
    String id = channelId + "-" + world.ids.hex(ID_DIGITS);
    apps.put(id, Json.object().put("liffId", id).setAll((ObjectNode) body.deepCopy()));
    world.changed("settings", "");
    return Answer.ok(Json.object().put("liffId", id));
  }

  private Answer list() {
    if (apps.isEmpty()) {
      return unknown();
    }
    ObjectNode body = Json.object();
    ArrayNode array = body.putArray("apps");
    apps.values().forEach(array::add);
    return Answer.ok(body);
  }

  private Answer update(String id, JsonNode body) {
    ObjectNode app = apps.get(id);
    if (app == null) {
      return unknown();
    }
    Optional<Answer> refusal = refusal(body, false);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    for (var entry : body.properties()) {
      if (entry.getValue() instanceof ObjectNode change
          && app.path(entry.getKey()) instanceof ObjectNode old) {
        old.setAll(change);
      } else {
        app.set(entry.getKey(), entry.getValue());
      }
    }
    world.changed("settings", "");
    return Answer.nothing();
  }

  private static Optional<Answer> refusal(JsonNode body, boolean whole) {
    JsonNode view = body.path("view");
    String size = view.path("type").stringValue("");
    boolean sized = SIZES.contains(size) || (!whole && size.isEmpty());
    boolean placed = view.has("url") ? https(view.path("url").stringValue("")) : !whole;
    boolean scoped = true;
    for (JsonNode scope : body.path("scope")) {
      scoped &= SCOPES.contains(scope.stringValue(""));
    }
    boolean prompted =
        !body.has("botPrompt") || PROMPTS.contains(body.path("botPrompt").stringValue(""));
    return sized && placed && scoped && prompted
        ? Optional.empty()
        : Optional.of(Answer.error(400, "invalid request body"));
  }

  private static boolean https(String url) {
    try {
      URI uri = URI.create(url);
      return "https".equals(uri.getScheme()) && uri.getHost() != null && uri.getFragment() == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Answer unknown() {
    return Answer.error(404, "not found");
  }

  record Saved(Map<String, ObjectNode> apps) {}

  synchronized Saved save() {
    LinkedHashMap<String, ObjectNode> copies = new LinkedHashMap<>();
    apps.forEach((id, app) -> copies.put(id, app.deepCopy()));
    return new Saved(copies);
  }

  synchronized void restore(Saved saved) {
    apps.putAll(saved.apps);
  }
}

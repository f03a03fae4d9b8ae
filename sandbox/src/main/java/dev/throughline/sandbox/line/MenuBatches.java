package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What LINE does to many people's rich menus after it has answered: bulk links and batches. Each
 * takes a moment of the emulator's clock.
 */
final class MenuBatches {
  static final Duration TAKES = Duration.ofSeconds(1);
  static final Duration KEPT = Duration.ofDays(14);
  private static final int REMEMBERED = 1000;

  /**
   * @param done how many operations had their effect
   */
  record Batch(
      String requestId,
      Optional<String> resumeKey,
      Instant acceptedAt,
      Optional<Instant> completedAt,
      String phase,
      int done) {}

  private final World world;
  private final RichMenus menus;
  private final Timers timers;
  private final LinkedHashMap<String, Batch> batches = new LinkedHashMap<>();
  private boolean failNext;

  MenuBatches(World world, RichMenus menus, Timers timers) {
    this.world = world;
    this.menus = menus;
    this.timers = timers;
  }

  /** The next batch stops halfway, as one can at LINE. */
  synchronized void failNext() {
    failNext = true;
  }

  void link(List<String> userIds, String menuId) {
    later(() -> userIds.forEach(userId -> menus.link(userId, menuId)));
  }

  void unlink(List<String> userIds) {
    later(() -> userIds.forEach(menus::unlink));
  }

  private void later(Runnable work) {
    timers.at(world.clock.instant().plus(TAKES), work);
  }

  synchronized void start(String requestId, JsonNode body) {
    Optional<String> key = Json.text(body, "resumeRequestKey");
    Instant now = world.clock.instant();
    // A batch that failed under this key goes on where it stopped.
    int skip =
        batches.values().stream()
            .filter(batch -> key.isPresent() && batch.resumeKey.equals(key))
            .filter(batch -> batch.phase.equals("failed"))
            .filter(batch -> !now.isAfter(batch.acceptedAt.plus(KEPT)))
            .mapToInt(Batch::done)
            .max()
            .orElse(0);
    Batch batch = new Batch(requestId, key, now, Optional.empty(), "ongoing", skip);
    remember(batch);
    List<JsonNode> operations = List.copyOf(body.path("operations").values());
    later(() -> work(batch, operations));
  }

  private synchronized void work(Batch batch, List<JsonNode> operations) {
    boolean fails = failNext;
    failNext = false;
    int until = fails ? operations.size() / 2 : operations.size();
    // All at once by what each person had before: a link a→b does not feed a link b→c.
    Map<String, Optional<String>> moves = new LinkedHashMap<>();
    for (JsonNode operation : operations.subList(Math.min(batch.done, until), until)) {
      String type = operation.path("type").stringValue("");
      if (type.equals("unlinkAll")) {
        menus.relink(menu -> Optional.empty());
      } else {
        moves.put(operation.path("from").stringValue(""), Json.text(operation, "to"));
      }
    }
    if (!moves.isEmpty()) {
      menus.relink(menu -> moves.getOrDefault(menu.orElse(""), menu).flatMap(this::there));
    }
    remember(
        new Batch(
            batch.requestId,
            batch.resumeKey,
            batch.acceptedAt,
            Optional.of(world.clock.instant()),
            fails ? "failed" : "succeeded",
            until));
  }

  private Optional<String> there(String menuId) {
    return menus.find(menuId).map(RichMenus.Menu::id);
  }

  synchronized Optional<ObjectNode> progress(String requestId) {
    Batch batch = batches.get(requestId);
    if (batch == null || world.clock.instant().isAfter(batch.acceptedAt.plus(KEPT))) {
      return Optional.empty();
    }
    ObjectNode json = Json.object().put("phase", batch.phase);
    json.put("acceptedTime", Narrowcasts.iso(batch.acceptedAt));
    batch.completedAt.ifPresent(at -> json.put("completedTime", Narrowcasts.iso(at)));
    return Optional.of(json);
  }

  private void remember(Batch batch) {
    batches.put(batch.requestId, batch);
    if (batches.size() > REMEMBERED) {
      batches.remove(batches.firstEntry().getKey());
    }
    world.changed("richmenus", "");
  }

  record Saved(List<Batch> batches) {}

  synchronized Saved save() {
    return new Saved(List.copyOf(batches.values()));
  }

  /** A batch that was under way when the emulator stopped has failed. */
  synchronized void restore(Saved saved) {
    for (Batch batch : saved.batches) {
      boolean stopped = batch.phase.equals("ongoing");
      batches.put(
          batch.requestId,
          new Batch(
              batch.requestId,
              batch.resumeKey,
              batch.acceptedAt,
              stopped ? Optional.of(world.clock.instant()) : batch.completedAt,
              stopped ? "failed" : batch.phase,
              batch.done));
    }
  }
}

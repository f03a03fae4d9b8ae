package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the consoles of LINE do, and LINE itself, beyond settings and faults. Safe for many threads.
 */
public final class ConsoleControl {
  private final World world;
  private final MenuBatches batches;

  ConsoleControl(World world, MenuBatches batches) {
    this.world = world;
    this.batches = batches;
  }

  /** Rich menus as LINE's API shows them, with or without a picture. */
  public List<ObjectNode> richMenus() {
    return world.richMenus.all().stream()
        .map(menu -> menu.json().put("_picture", menu.imageType().isPresent()))
        .toList();
  }

  /** Alias to menu. */
  public Map<String, String> richMenuAliases() {
    return world.richMenus.aliases();
  }

  /** Sets a default rich menu in the OA Manager, or takes it away; the API cannot see it. */
  public void managerMenu(boolean there) {
    world.richMenus.managerHasOne(there);
  }

  /** The next rich menu batch stops halfway. */
  public void failNextBatch() {
    batches.failNext();
  }

  ObjectNode menus() {
    ObjectNode json = Json.object();
    var array = json.putArray("richMenus");
    richMenus().forEach(array::add);
    world.richMenus.byDefault().ifPresent(menuId -> json.put("default", menuId));
    ObjectNode aliases = json.putObject("aliases");
    richMenuAliases().forEach(aliases::put);
    return json.put("manager", world.richMenus.managerHasOne());
  }
}

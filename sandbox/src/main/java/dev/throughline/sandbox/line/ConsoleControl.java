package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the consoles of LINE do, and LINE itself, beyond settings and faults. Safe for many threads.
 */
public final class ConsoleControl {
  private final World world;
  private final Audiences audiences;
  private final MenuBatches batches;

  ConsoleControl(World world, Audiences audiences, MenuBatches batches) {
    this.world = world;
    this.audiences = audiences;
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

  /** Switches "Chat" on or off; {@code /v2/bot/info} tells of it. */
  public void chat(boolean on) {
    world.chatOn(on);
  }

  /** The next rich menu batch stops halfway. */
  public void failNextBatch() {
    batches.failNext();
  }

  /**
   * An audience of the OA Manager, ready at once.
   *
   * @param owner the account that shared it, if it is not this one
   */
  public void audience(
      long audienceGroupId, String description, Set<String> userIds, Optional<String> owner) {
    audiences.define(audienceGroupId, description, userIds, owner);
  }

  /**
   * The templates of notification messages that this account may use.
   *
   * @param templates the keys of items and buttons by template key; without any template, every key
   *     will do
   */
  public void templates(Map<String, Set<String>> templates) {
    world.notifications.templates(templates);
  }

  /** Offers a paid membership. */
  public void membership(
      long membershipId, String title, String description, List<String> benefits, double price)
      throws ControlRefusal {
    world.memberships.plan(membershipId, title, description, benefits, price);
  }

  /** The manager of the account agrees to attach the module: what its redirect URL is given. */
  public String moduleCode() {
    return world.modules.code();
  }

  /** The account is deleted, which detaches the module. */
  public LineControl.Done botDeleted() {
    return new LineControl.Done("", world.modules.botDeleted().id());
  }

  /** The account is suspended, or works again. */
  public LineControl.Done suspended(boolean now) {
    return new LineControl.Done("", world.modules.suspended(now).id());
  }

  /**
   * Another module takes a chat over; events in it come on standby.
   *
   * @param ttl until when; empty = until this channel acquires it
   * @param locked whether acquiring is answered 423
   */
  public LineControl.Done otherModule(String chat, Optional<Duration> ttl, boolean locked)
      throws ControlRefusal {
    if (world.user(chat).isEmpty() && world.group(chat).isEmpty()) {
      throw new ControlRefusal(404, "There is no such chat.");
    }
    return new LineControl.Done("", world.modules.otherTakes(chat, ttl, locked).id());
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

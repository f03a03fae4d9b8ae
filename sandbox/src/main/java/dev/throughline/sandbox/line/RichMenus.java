package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Blobs;
import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rich menus, their pictures and aliases, and who sees which: a person's own before the default of
 * the API, that before the one of the OA Manager.
 */
final class RichMenus {
  static final int MENUS_LIMIT = 1000;
  static final int ALIASES_LIMIT = 1000;
  private static final int ID_DIGITS = 32;

  /**
   * @param object as it was made, without its id
   * @param imageType empty until a picture was uploaded
   */
  record Menu(String id, ObjectNode object, Optional<String> imageType) {
    ObjectNode json() {
      ObjectNode json = Json.object().put("richMenuId", id);
      object.properties().forEach(entry -> json.set(entry.getKey(), entry.getValue()));
      return json;
    }
  }

  /** What a phone shows, and by what: {@code user}, {@code default} or {@code manager}. */
  record Seen(Optional<Menu> menu, String by) {}

  private final World world;
  private final Blobs blobs;
  private final LinkedHashMap<String, Menu> menus = new LinkedHashMap<>();
  private final LinkedHashMap<String, String> aliases = new LinkedHashMap<>();
  private final LinkedHashMap<String, String> linked = new LinkedHashMap<>();
  private Optional<String> byDefault = Optional.empty();
  private boolean managerHasOne;

  RichMenus(World world, Blobs blobs) {
    this.world = world;
    this.blobs = blobs;
  }

  private void changed() {
    world.changed("richmenus", "");
  }

  // ---- menus

  synchronized Optional<Menu> create(ObjectNode object) {
    if (menus.size() >= MENUS_LIMIT) {
      return Optional.empty();
    }
    String id = "richmenu-" + world.ids.hex(ID_DIGITS);
    Menu menu = new Menu(id, object.deepCopy(), Optional.empty());
    menus.put(id, menu);
    changed();
    return Optional.of(menu);
  }

  synchronized Optional<Menu> find(String id) {
    return Optional.ofNullable(menus.get(id));
  }

  synchronized List<Menu> all() {
    return List.copyOf(menus.values());
  }

  /** Its links go with it, its aliases stay and point nowhere. */
  synchronized boolean delete(String id) {
    if (menus.remove(id) == null) {
      return false;
    }
    blobs.delete(id);
    linked.values().removeIf(id::equals);
    if (byDefault.filter(id::equals).isPresent()) {
      byDefault = Optional.empty();
    }
    changed();
    return true;
  }

  synchronized void picture(Menu menu, String type, Bytes bytes) {
    blobs.put(menu.id, bytes);
    menus.computeIfPresent(menu.id, (id, old) -> new Menu(id, old.object, Optional.of(type)));
    changed();
  }

  Optional<Answer.Media> picture(Menu menu) {
    return menu.imageType.flatMap(
        type -> blobs.get(menu.id).map(bytes -> new Answer.Media(type, bytes)));
  }

  // ---- who sees which

  synchronized Optional<String> byDefault() {
    return byDefault;
  }

  synchronized void byDefault(Optional<String> menuId) {
    byDefault = menuId;
    changed();
  }

  /** Whether somebody set a default in the OA Manager; the API cannot see more of it. */
  synchronized boolean managerHasOne() {
    return managerHasOne;
  }

  synchronized void managerHasOne(boolean has) {
    managerHasOne = has;
    changed();
  }

  synchronized Optional<String> of(String userId) {
    return Optional.ofNullable(linked.get(userId));
  }

  /** Without effect for people who are not friends, as LINE documents it. */
  void link(String userId, String menuId) {
    if (!friend(userId)) {
      return;
    }
    synchronized (this) {
      linked.put(userId, menuId);
    }
    changed();
  }

  /** Asked before this object's own lock is taken: the world saves menus under its lock. */
  private boolean friend(String userId) {
    return world.user(userId).filter(user -> user.friendship() == Friendship.FRIEND).isPresent();
  }

  synchronized void unlink(String userId) {
    linked.remove(userId);
    changed();
  }

  /** Gives everybody who has a menu of their own another one, or none where this says empty. */
  synchronized void relink(UnaryOperator<Optional<String>> change) {
    Map<String, String> next = new LinkedHashMap<>();
    linked.forEach((userId, menuId) ->
        change.apply(Optional.of(menuId)).ifPresent(other -> next.put(userId, other)));
    linked.clear();
    linked.putAll(next);
    changed();
  }

  Seen seenBy(String userId) {
    return friend(userId) ? seenByFriend(userId) : new Seen(Optional.empty(), "");
  }

  private synchronized Seen seenByFriend(String userId) {
    if (linked.containsKey(userId)) {
      return new Seen(of(userId).flatMap(this::find), "user");
    }
    if (byDefault.isPresent()) {
      return new Seen(byDefault.flatMap(this::find), "default");
    }
    return new Seen(Optional.empty(), managerHasOne ? "manager" : "");
  }

  // ---- aliases

  enum Aliased {
    DONE,
    CONFLICT,
    UNKNOWN_ALIAS,
    UNKNOWN_MENU,
    NO_PICTURE,
    TOO_MANY
  }

  synchronized Aliased createAlias(String aliasId, String menuId) {
    if (aliases.containsKey(aliasId)) {
      return Aliased.CONFLICT;
    }
    return aliases.size() >= ALIASES_LIMIT ? Aliased.TOO_MANY : point(aliasId, menuId);
  }

  synchronized Aliased updateAlias(String aliasId, String menuId) {
    return aliases.containsKey(aliasId) ? point(aliasId, menuId) : Aliased.UNKNOWN_ALIAS;
  }

  private Aliased point(String aliasId, String menuId) {
    Menu menu = menus.get(menuId);
    if (menu == null) {
      return Aliased.UNKNOWN_MENU;
    }
    if (menu.imageType.isEmpty()) {
      return Aliased.NO_PICTURE;
    }
    aliases.put(aliasId, menuId);
    changed();
    return Aliased.DONE;
  }

  synchronized boolean deleteAlias(String aliasId) {
    boolean there = aliases.remove(aliasId) != null;
    changed();
    return there;
  }

  synchronized Optional<String> alias(String aliasId) {
    return Optional.ofNullable(aliases.get(aliasId));
  }

  synchronized Map<String, String> aliases() {
    return new LinkedHashMap<>(aliases);
  }

  /** Somebody taps a switch; what became of it, in the words of the postback. */
  String switchTo(String userId, String aliasId) {
    Optional<String> menuId = alias(aliasId);
    if (menuId.isEmpty()) {
      return "RICHMENU_ALIAS_ID_NOTFOUND";
    }
    Optional<Menu> menu = menuId.flatMap(this::find);
    if (menu.isEmpty()) {
      return "RICHMENU_NOTFOUND";
    }
    link(userId, menu.get().id);
    return of(userId).filter(menu.get().id::equals).isPresent() ? "SUCCESS" : "FAILED";
  }

  // ---- between two runs

  record Saved(
      List<Menu> menus,
      Map<String, String> aliases,
      Map<String, String> linked,
      Optional<String> byDefault,
      boolean managerHasOne) {}

  synchronized Saved save() {
    return new Saved(
        new ArrayList<>(menus.values()),
        new LinkedHashMap<>(aliases),
        new LinkedHashMap<>(linked),
        byDefault,
        managerHasOne);
  }

  synchronized void restore(Saved saved) {
    saved.menus.forEach(menu -> menus.put(menu.id, menu));
    aliases.putAll(saved.aliases);
    linked.putAll(saved.linked);
    byDefault = saved.byDefault;
    managerHasOne = saved.managerHasOne;
  }
}

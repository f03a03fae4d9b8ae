package dev.throughline.account;

import dev.throughline.channel.line.account.LineAccount;
import dev.throughline.channel.line.account.LineCall;
import dev.throughline.channel.line.account.LineReply;
import dev.throughline.channel.line.account.Operations;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ulids;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Copies rich menus from one account to another: the objects, their images, the aliases that lead
 * to them, and which of them is the default. LINE has no call for it (spec line.md §4.3).
 *
 * <p>LINE's creating is not safe to repeat. So the menus that the other account had before are
 * written down first; a menu that is not among them, is nobody's copy yet and is equal to the one
 * at hand, was made by a step that a crash kept from telling, and is taken for the copy.
 */
final class MenuClone implements JobWork {
  /** A hundred is what LINE lets create in an hour; more are named in several jobs. */
  static final int MAX_MENUS = 100;

  static final String TO = "to";
  static final String MENUS = "rich_menu_ids";
  static final String ALIASES = "aliases";
  static final String DEFAULT = "default";

  private static final String ID = "richMenuId";
  private static final String ALIAS = "richMenuAliasId";

  private final AccountCalls calls;
  private final Directory directory;

  MenuClone(AccountCalls calls, Directory directory) {
    this.calls = calls;
    this.directory = directory;
  }

  /** Where a job goes: the other account. */
  private record Goal(Account account, LineAccount known) {}

  /** A call of a step did not do what it was made for; what becomes of the step is known. */
  private static final class Unfinished extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Step step;

    Unfinished(Step step) {
      super("a call of the step was not done", null, false, false);
      this.step = step;
    }
  }

  @Override
  public Step step(Doing doing) throws InterruptedException {
    Job job = doing.job();
    Optional<Account> account =
        Json.string(job.input(), TO)
            .flatMap(Ulids::parse)
            .map(AccountId::new)
            .flatMap(directory::account);
    Optional<LineAccount> known = account.flatMap(calls::of);
    if (known.isEmpty()) {
      return Step.failed(job, "The account to copy to has no usable credentials any more.");
    }
    Goal goal = new Goal(account.get(), known.get());
    ObjectNode at = job.at();
    try {
      return switch (Json.string(at, "phase").orElse("look")) {
        case "menus" -> menu(doing, goal, at);
        case "aliases" -> alias(doing, goal, at);
        case "default" -> makeDefault(doing, goal, at);
        default -> look(doing, goal, at);
      };
    } catch (Unfinished unfinished) {
      return unfinished.step;
    }
  }

  /** What there is to copy, and what the other account has already. */
  private Step look(Doing doing, Goal goal, ObjectNode at) throws InterruptedException, Unfinished {
    Job job = doing.job();
    Set<String> wanted = new HashSet<>();
    job.input().path(MENUS).forEach(id -> wanted.add(id.asString("")));
    ArrayNode plan = at.putArray("plan");
    for (JsonNode menu : menus(job, doing.known(), "the account's menus")) {
      String id = menu.path(ID).asString("");
      if (wanted.isEmpty() || wanted.remove(id)) {
        plan.add(id);
      }
    }
    if (!wanted.isEmpty()) {
      return Step.failed(job, "The account has no rich menu " + wanted.iterator().next() + ".");
    }
    if (plan.size() > MAX_MENUS) {
      return Step.failed(
          job,
          "The account has "
              + plan.size()
              + " rich menus; a job copies "
              + MAX_MENUS
              + ": name them in rich_menu_ids.");
    }
    ArrayNode before = at.putArray("before");
    menus(job, goal.known(), "the other account's menus")
        .forEach(menu -> before.add(menu.path(ID).asString("")));
    ArrayNode aliases = at.putArray(ALIASES);
    if (job.input().path(ALIASES).asBoolean(true)) {
      ObjectNode listed =
          done(job, doing.known(), LineCall.of(Operations.ALIAS_LIST), "the account's aliases");
      listed.path("aliases").forEach(alias -> aliases.addObject().setAll(only(alias, ALIAS, ID)));
    }
    ObjectNode note = note("look", "rich_menus", plan.size());
    if (job.input().path(DEFAULT).asBoolean(true)) {
      note.put("default", lookDefault(job, doing.known(), at));
    }
    at.putObject("copies");
    at.put("phase", "menus");
    ObjectNode progress = job.progress();
    progress.put("rich_menus", plan.size());
    progress.put("copied", 0);
    progress.put("aliases", aliases.size());
    progress.put("linked", 0);
    return Step.on(job, at, progress, List.of(note));
  }

  private String lookDefault(Job job, LineAccount from, ObjectNode at)
      throws InterruptedException, Unfinished {
    LineReply reply = calls.look(from, LineCall.of(Operations.RICH_MENU_DEFAULT_GET));
    return switch (reply) {
      case LineReply.Done done -> {
        String id = done.json().path(ID).asString("");
        at.put("default", id);
        yield id;
      }
      case LineReply.Refused refused when refused.status() == 404 -> "none";
      case LineReply.Refused refused when refused.status() == 403 ->
          "set in LINE's manager, where no call can read it";
      case LineReply.Refused _, LineReply.Limited _, LineReply.Unreachable _, LineReply.Unknown _ ->
          throw new Unfinished(Step.after(job, reply, "the account's default"));
    };
  }

  private Step menu(Doing doing, Goal goal, ObjectNode at) throws InterruptedException, Unfinished {
    Job job = doing.job();
    ObjectNode copies = (ObjectNode) at.path("copies");
    int next = copies.size() + at.path("skipped").asInt(0);
    if (next >= at.path("plan").size()) {
      at.put("phase", "aliases");
      return Step.on(job, at, job.progress(), List.of());
    }
    String id = at.path("plan").get(next).asString();
    LineReply found = calls.look(doing.known(), LineCall.of(Operations.RICH_MENU_GET).at(ID, id));
    if (found instanceof LineReply.Refused refused && refused.status() == 404) {
      at.put("skipped", at.path("skipped").asInt(0) + 1);
      ObjectNode gone = note("rich_menu", "from", id);
      gone.put("skipped", "it was deleted meanwhile");
      return Step.on(job, at, job.progress(), List.of(gone));
    }
    if (!(found instanceof LineReply.Done done)) {
      throw new Unfinished(Step.after(job, found, "rich menu " + id));
    }
    ObjectNode menu = done.json();
    menu.remove(ID);
    Optional<String> made = madeBefore(job, goal, at, menu);
    String copy = made.isPresent() ? made.get() : create(job, goal, menu);
    ObjectNode note = note("rich_menu", "from", id);
    note.put("to", copy);
    note.put("name", menu.path("name").asString(""));
    note.put("image", image(job, doing, goal, id, copy, made.isPresent()));
    copies.put(id, copy);
    ObjectNode progress = job.progress();
    progress.put("copied", copies.size());
    return Step.on(job, at, progress, List.of(note));
  }

  /** The copy that an earlier try made without being able to tell. */
  private Optional<String> madeBefore(Job job, Goal goal, ObjectNode at, ObjectNode menu)
      throws InterruptedException, Unfinished {
    Set<String> known = new HashSet<>();
    at.path("before").forEach(id -> known.add(id.asString("")));
    at.path("copies").forEach(id -> known.add(id.asString("")));
    for (JsonNode there : menus(job, goal.known(), "the other account's menus")) {
      ObjectNode candidate = (ObjectNode) there;
      String id = candidate.path(ID).asString("");
      candidate.remove(ID);
      if (!known.contains(id) && candidate.equals(menu)) {
        return Optional.of(id);
      }
    }
    return Optional.empty();
  }

  private String create(Job job, Goal goal, ObjectNode menu)
      throws InterruptedException, Unfinished {
    LineCall call = LineCall.of(Operations.RICH_MENU_CREATE).json(Json.bytes(menu));
    LineReply reply = calls.perform(goal.account(), goal.known(), call);
    if (reply instanceof LineReply.Done done) {
      return done.json().path(ID).asString("");
    }
    throw new Unfinished(Step.after(job, reply, "creating a rich menu"));
  }

  private String image(Job job, Doing doing, Goal goal, String from, String to, boolean maybeThere)
      throws InterruptedException, Unfinished {
    // An image cannot be replaced: LINE refuses a second one.
    if (maybeThere
        && calls.look(goal.known(), LineCall.of(Operations.RICH_MENU_IMAGE_GET).at(ID, to))
            instanceof LineReply.Done) {
      return "was there";
    }
    LineReply read =
        calls.look(doing.known(), LineCall.of(Operations.RICH_MENU_IMAGE_GET).at(ID, from));
    if (read instanceof LineReply.Refused refused && refused.status() == 404) {
      return "the menu has none";
    }
    if (!(read instanceof LineReply.Done image)) {
      throw new Unfinished(Step.after(job, read, "the image of rich menu " + from));
    }
    LineReply written =
        calls.perform(
            goal.account(),
            goal.known(),
            LineCall.of(Operations.RICH_MENU_IMAGE_SET)
                .at(ID, to)
                .body(image.body(), image.contentType()));
    if (written instanceof LineReply.Done) {
      return "copied";
    }
    throw new Unfinished(Step.after(job, written, "the image of the copy " + to));
  }

  /** An alias that the other account has already leads to the copy from now on. */
  private Step alias(Doing doing, Goal goal, ObjectNode at)
      throws InterruptedException, Unfinished {
    Job job = doing.job();
    int next = at.path("next_alias").asInt(0);
    JsonNode aliases = at.path(ALIASES);
    while (next < aliases.size() && copy(at, aliases.get(next).path(ID).asString("")).isEmpty()) {
      next++;
    }
    if (next >= aliases.size()) {
      at.put("phase", "default");
      return Step.on(job, at, job.progress(), List.of());
    }
    String alias = aliases.get(next).path(ALIAS).asString();
    String menu = copy(at, aliases.get(next).path(ID).asString()).orElseThrow();
    LineReply there = calls.look(goal.known(), LineCall.of(Operations.ALIAS_GET).at(ALIAS, alias));
    ObjectNode note = note("alias", "alias", alias);
    note.put("to", menu);
    LineCall call;
    if (there instanceof LineReply.Done done) {
      note.put("led_to", done.json().path(ID).asString(""));
      call =
          LineCall.of(Operations.ALIAS_UPDATE)
              .at(ALIAS, alias)
              .json(Json.bytes(Json.object().put(ID, menu)));
    } else if (there instanceof LineReply.Refused refused && refused.status() == 404) {
      call =
          LineCall.of(Operations.ALIAS_CREATE)
              .json(Json.bytes(Json.object().put(ALIAS, alias).put(ID, menu)));
    } else {
      throw new Unfinished(Step.after(job, there, "alias " + alias));
    }
    done(job, goal, call, "alias " + alias);
    at.put("next_alias", next + 1);
    ObjectNode progress = job.progress();
    progress.put("linked", progress.path("linked").asInt(0) + 1);
    return Step.on(job, at, progress, List.of(note));
  }

  private Step makeDefault(Doing doing, Goal goal, ObjectNode at)
      throws InterruptedException, Unfinished {
    Job job = doing.job();
    Optional<String> copy = Json.string(at, "default").flatMap(id -> copy(at, id));
    if (copy.isEmpty()) {
      return Step.done(job, at, job.progress(), List.of(note("default", "to", "left as it was")));
    }
    done(
        job,
        goal,
        LineCall.of(Operations.RICH_MENU_DEFAULT_SET).at(ID, copy.get()),
        "the other account's default");
    ObjectNode progress = job.progress();
    progress.put("default", copy.get());
    return Step.done(job, at, progress, List.of(note("default", "to", copy.get())));
  }

  private JsonNode menus(Job job, LineAccount account, String what)
      throws InterruptedException, Unfinished {
    return done(job, account, LineCall.of(Operations.RICH_MENU_LIST), what).path("richmenus");
  }

  private ObjectNode done(Job job, LineAccount account, LineCall call, String what)
      throws InterruptedException, Unfinished {
    LineReply reply = calls.look(account, call);
    if (reply instanceof LineReply.Done done) {
      return done.json();
    }
    throw new Unfinished(Step.after(job, reply, what));
  }

  private void done(Job job, Goal goal, LineCall call, String what)
      throws InterruptedException, Unfinished {
    LineReply reply = calls.perform(goal.account(), goal.known(), call);
    if (!(reply instanceof LineReply.Done)) {
      throw new Unfinished(Step.after(job, reply, what));
    }
  }

  private static Optional<String> copy(ObjectNode at, String id) {
    return Json.string(at.path("copies"), id);
  }

  private static ObjectNode only(JsonNode from, String... names) {
    ObjectNode some = Json.object();
    for (String name : names) {
      some.put(name, from.path(name).asString(""));
    }
    return some;
  }

  private static ObjectNode note(String step, String name, String value) {
    return Json.object().put("step", step).put(name, value);
  }

  private static ObjectNode note(String step, String name, int value) {
    return Json.object().put("step", step).put(name, value);
  }
}

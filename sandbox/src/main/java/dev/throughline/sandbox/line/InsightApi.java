package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.Insight.Reach;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What became of what was sent, in numbers; small ones are not told. */
final class InsightApi {
  private static final LocalDate FIRST_DAY = LocalDate.of(2017, 3, 1);
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd");
  private static final int FEWEST_TOLD = 20;
  private static final int UNIT_DAYS = 30;
  private static final int MENU_DAYS = 366;
  private static final int[] QUARTERS = {25, 50, 75, 100};

  private final World world;

  InsightApi(World world) {
    this.world = world;
  }

  Answer answer(Call call) {
    return switch (call.endpoint()) {
      case INSIGHT_DELIVERY -> delivery(call);
      case INSIGHT_FOLLOWERS -> followers(call);
      case INSIGHT_DEMOGRAPHIC -> Answer.ok(demographic());
      case INSIGHT_EVENT -> event(call);
      case INSIGHT_UNIT -> unit(call);
      default -> menu(call);
    };
  }

  private Answer delivery(Call call) {
    Optional<LocalDate> day = day(call, "date");
    if (day.isEmpty()) {
      return Answer.wrongParameter("date");
    }
    ObjectNode body = status(day.get());
    if (body.path("status").stringValue("").equals("ready")) {
      Map<String, String> names = new LinkedHashMap<>();
      names.put("apiBroadcast", "broadcast");
      names.put("apiPush", "push");
      names.put("apiMulticast", "multicast");
      names.put("apiNarrowcast", "narrowcast");
      names.put("apiReply", "reply");
      names.forEach((name, via) -> body.put(name, world.counts.onDay(via, day.get())));
    }
    return Answer.ok(body);
  }

  private Answer followers(Call call) {
    LocalDate yesterday = today().minusDays(1);
    Optional<LocalDate> asked =
        call.query("date").isEmpty() ? Optional.of(yesterday) : day(call, "date");
    if (asked.isEmpty()) {
      return Answer.wrongParameter("date");
    }
    ObjectNode body = status(asked.get());
    if (body.path("status").stringValue("").equals("ready")) {
      Instant end = asked.get().plusDays(1).atStartOfDay(Counts.ZONE).toInstant();
      List<LineUser> ever =
          world.users().stream()
              .filter(user ->
                  user.friendship() == Friendship.FRIEND || user.friendship() == Friendship.BLOCKED)
              .filter(user -> user.friendSince().map(since -> since.isBefore(end)).orElse(true))
              .toList();
      long blocks = ever.stream().filter(user -> user.friendship() == Friendship.BLOCKED).count();
      body.put("followers", ever.size());
      body.put("targetedReaches", ever.size() - blocks);
      body.put("blocks", blocks);
    }
    return Answer.ok(body);
  }

  private ObjectNode status(LocalDate day) {
    String status =
        day.isBefore(FIRST_DAY) ? "out_of_service" : day.isBefore(today()) ? "ready" : "unready";
    return Json.object().put("status", status);
  }

  private ObjectNode demographic() {
    List<LineUser> friends =
        world.users().stream().filter(user -> user.friendship() == Friendship.FRIEND).toList();
    ObjectNode body = Json.object();
    boolean available = !friends.isEmpty() && friends.size() >= fewest();
    body.put("available", available);
    if (!available) {
      return body;
    }
    share(body, "genders", "gender", friends, user -> user.attributes().gender().orElse("unknown"));
    share(body, "ages", "age", friends, user -> age(user.attributes().age()));
    share(body, "areas", "area", friends, user -> user.attributes().area().orElse("unknown"));
    share(
        body, "appTypes", "appType", friends, user -> user.attributes().appType().orElse("others"));
    Instant now = world.clock.instant();
    share(
        body,
        "subscriptionPeriods",
        "subscriptionPeriod",
        friends,
        user -> period(user.friendSince(), now));
    return body;
  }

  private static void share(
      ObjectNode body,
      String list,
      String name,
      List<LineUser> friends,
      Function<LineUser, String> value) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    friends.forEach(user -> counts.merge(value.apply(user), 1, Integer::sum));
    ArrayNode tiles = body.putArray(list);
    counts.forEach((one, count) ->
        tiles
            .addObject()
            .put(name, one)
            .put("percentage", Math.round(1000.0 * count / friends.size()) / 10.0));
  }

  /** {@code age_20} is from20to24. */
  private static String age(Optional<String> attribute) {
    if (attribute.isEmpty() || !attribute.get().matches("age_[1-7][05]")) {
      return "unknown";
    }
    int from = Integer.parseInt(attribute.get().substring("age_".length()));
    return from >= 70 ? "from70" : from < 15 ? "from0to14" : "from" + from + "to" + (from + 4);
  }

  private static String period(Optional<Instant> since, Instant now) {
    if (since.isEmpty()) {
      return "unknown";
    }
    long days = Duration.between(since.get(), now).toDays();
    for (int limit : new int[] {7, 30, 90, 180, 365}) {
      if (days <= limit) {
        return "within" + limit + "days";
      }
    }
    return "over365days";
  }

  private Answer event(Call call) {
    if (call.query("requestId").isEmpty()) {
      return Answer.wrongParameter("requestId");
    }
    Optional<Reach> found =
        world
            .insight
            .find(call.query("requestId"))
            .filter(reach -> reach.via().equals("broadcast") || reach.via().equals("narrowcast"));
    if (found.isEmpty()) {
      return Answer.notFound();
    }
    Reach reach = found.get();
    ObjectNode body = Json.object();
    ObjectNode overview = body.putObject("overview");
    overview.put("requestId", reach.requestId());
    overview.put("timestamp", reach.at().getEpochSecond());
    overview.put("delivered", reach.delivered());
    overview(overview, List.of(reach));
    messages(body, List.of(reach), false);
    clicks(body, List.of(reach));
    return Answer.ok(body);
  }

  private Answer unit(Call call) {
    String unit = call.query("customAggregationUnit");
    if (!unit.matches("[a-zA-Z0-9_]{1,30}")) {
      return Answer.wrongParameter("customAggregationUnit");
    }
    Optional<LocalDate> from = day(call, "from");
    Optional<LocalDate> to = day(call, "to");
    if (from.isEmpty()) {
      return Answer.wrongParameter("from");
    }
    if (to.isEmpty() || !between(from.get(), to.get(), UNIT_DAYS)) {
      return Answer.wrongParameter("to");
    }
    List<Reach> reaches = world.insight.ofUnit(unit, from.get(), to.get());
    ObjectNode body = Json.object();
    overview(body.putObject("overview"), reaches);
    messages(body, reaches, true);
    clicks(body, reaches);
    return Answer.ok(body);
  }

  private void overview(ObjectNode overview, List<Reach> reaches) {
    tell(overview, "uniqueImpression", people(reaches, "seen").size());
    tell(overview, "uniqueClick", people(reaches, "click").size());
    tell(overview, "uniqueMediaPlayed", people(reaches, "played").size());
    Set<String> toTheEnd = new HashSet<>();
    for (Reach reach : reaches) {
      for (int seq = 1; seq <= reach.messageIds().size(); seq++) {
        toTheEnd.addAll(reach.who("played " + seq + " 100"));
      }
    }
    tell(overview, "uniqueMediaPlayed100Percent", toTheEnd.size());
  }

  private static Set<String> people(List<Reach> reaches, String kind) {
    Set<String> people = new HashSet<>();
    reaches.forEach(reach -> people.addAll(reach.anybody(kind)));
    return people;
  }

  private void messages(ObjectNode body, List<Reach> reaches, boolean unique) {
    ArrayNode array = body.putArray("messages");
    int most = reaches.stream().mapToInt(reach -> reach.messageIds().size()).max().orElse(0);
    for (int seq = 1; seq <= most; seq++) {
      ObjectNode message = array.addObject().put("seq", seq);
      List<String> seen = who(reaches, "seen " + seq);
      tell(message, "impression", seen.size());
      if (unique) {
        tell(message, "uniqueImpression", new HashSet<>(seen).size());
      }
      played(message, "ediaPlayed", who(reaches, "played " + seq));
      for (int quarter : QUARTERS) {
        played(
            message,
            "ediaPlayed" + quarter + "Percent",
            who(reaches, "played " + seq + " " + quarter));
      }
    }
  }

  private void played(ObjectNode message, String name, List<String> who) {
    tell(message, "m" + name, who.size());
    tell(message, "uniqueM" + name, new HashSet<>(who).size());
  }

  private static List<String> who(List<Reach> reaches, String mark) {
    List<String> who = new ArrayList<>();
    reaches.forEach(reach -> who.addAll(reach.who(mark)));
    return who;
  }

  private void clicks(ObjectNode body, List<Reach> reaches) {
    ArrayNode array = body.putArray("clicks");
    Set<String> links = new LinkedHashSet<>();
    for (Reach reach : reaches) {
      reach.marks().keySet().stream().filter(mark -> mark.startsWith("click ")).forEach(links::add);
    }
    for (String link : links) {
      String[] parts = link.split(" ", 3);
      List<String> who = who(reaches, link);
      ObjectNode click = array.addObject();
      click.put("seq", Integer.parseInt(parts[1])).put("url", parts[2]);
      tell(click, "click", who.size());
      tell(click, "uniqueClick", new HashSet<>(who).size());
      tell(click, "uniqueClickOfRequest", people(reaches, "click").size());
    }
  }

  private Answer menu(Call call) {
    Optional<RichMenus.Menu> menu = world.richMenus.find(call.first());
    if (menu.isEmpty()) {
      return Answer.notFound();
    }
    Optional<LocalDate> from = day(call, "from");
    Optional<LocalDate> to = day(call, "to");
    if (from.isEmpty()) {
      return Answer.wrongParameter("from");
    }
    if (to.isEmpty() || !between(from.get(), to.get(), MENU_DAYS)) {
      return Answer.wrongParameter("to");
    }
    boolean daily = call.endpoint() == Endpoint.INSIGHT_MENU_DAILY;
    List<LocalDate> days = from.get().datesUntil(to.get().plusDays(1)).toList();
    ObjectNode body = Json.object().put("richMenuId", call.first());
    Set<String> viewers = new HashSet<>();
    days.forEach(day -> viewers.addAll(world.insight.menu(call.first(), day, -1)));
    if (viewers.size() < fewest()) {
      return Answer.ok(body.putNull("metricsFrom").putNull("metricsTo"));
    }
    body.put("metricsFrom", call.query("from")).put("metricsTo", call.query("to"));
    metrics(body.putObject("impression"), call.first(), days, -1, daily);
    ArrayNode clicks = body.putArray("clicks");
    int area = 0;
    for (JsonNode one : menu.get().object().path("areas")) {
      ObjectNode click = clicks.addObject();
      click.set("bounds", one.path("bounds"));
      metrics(click, call.first(), days, area++, daily);
    }
    return Answer.ok(body);
  }

  private void metrics(
      ObjectNode holder, String menuId, List<LocalDate> days, int area, boolean daily) {
    if (daily) {
      ArrayNode array = holder.putArray("metrics");
      for (LocalDate day : days) {
        List<String> who = world.insight.menu(menuId, day, area);
        if (!who.isEmpty()) {
          count(array.addObject().put("date", DAY.format(day)), who);
        }
      }
      return;
    }
    List<String> who = new ArrayList<>();
    days.forEach(day -> who.addAll(world.insight.menu(menuId, day, area)));
    count(holder.putObject("metrics"), who);
  }

  private static void count(ObjectNode metrics, List<String> who) {
    metrics.put("count", who.size()).put("uniqueUsers", new HashSet<>(who).size());
  }

  private void tell(ObjectNode json, String name, int value) {
    if (value < fewest()) {
      json.putNull(name);
    } else {
      json.put(name, value);
    }
  }

  /** A sandbox of three friends may lower LINE's minimums. */
  private int fewest() {
    return Math.min(FEWEST_TOLD, world.settings().narrowcastMinimum());
  }

  private LocalDate today() {
    return LocalDate.ofInstant(world.clock.instant(), Counts.ZONE);
  }

  private static boolean between(LocalDate from, LocalDate to, int days) {
    return !to.isBefore(from) && !to.isAfter(from.plusDays(days));
  }

  private static Optional<LocalDate> day(Call call, String name) {
    try {
      return Optional.of(LocalDate.parse(call.query(name), DAY));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}

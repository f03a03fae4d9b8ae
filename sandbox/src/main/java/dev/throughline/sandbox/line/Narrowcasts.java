package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Timers;
import dev.throughline.sandbox.line.rules.Finding;
import dev.throughline.sandbox.line.rules.MessageRules;
import dev.throughline.sandbox.line.rules.MessageRules.Chat;
import dev.throughline.sandbox.line.rules.MessageRules.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Narrowcasts: accepted at once, sent a little later, and watched by request id for 14 days. Until
 * it is sent, a narrowcast waits; both steps take a moment of the emulator's clock.
 */
final class Narrowcasts {
  static final Duration PROGRESS_LIFE = Duration.ofDays(14);
  static final Duration WAITING = Duration.ofMillis(500);
  private static final int FILTER_REACH = 100;
  private static final int CONDITIONS_LIMIT = 10;
  private static final int REMEMBERED = 1000;
  private static final int TOO_FEW = 2;
  private static final int AUDIENCE_TOO_SMALL = 4;
  private static final int PARTIAL_FORBIDDEN = 5;

  /**
   * @param errorCode 0 if it did not fail
   */
  record Progress(
      String requestId,
      Instant acceptedAt,
      String phase,
      int targetCount,
      int successCount,
      Optional<Instant> completedAt,
      int errorCode,
      List<String> reached) {}

  private final World world;
  private final Sending sending;
  private final Audiences audiences;
  private final Timers timers;
  private final LinkedHashMap<String, Progress> progress = new LinkedHashMap<>();

  Narrowcasts(World world, Sending sending, Audiences audiences, Timers timers) {
    this.world = world;
    this.sending = sending;
    this.audiences = audiences;
    this.timers = timers;
  }

  Answer start(Call call) {
    List<Finding> findings = new ArrayList<>();
    JsonNode body = call.json();
    Selection selection = new Selection(findings);
    Set<String> targets = selection.recipients(body.path("recipient"), "recipient");
    Set<String> filtered = selection.filtered(targets, body.path("filter").path("demographic"));
    int max = limit(body.path("limit"), findings);
    Optional<Answer> refusal =
        SendApi.refusal(findings, MessageRules.check(body, Kind.NARROWCAST, NOWHERE));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    LineSettings settings = world.settings();
    // Below the minimum both rules are off together: a sandbox has three friends, not a hundred.
    int reachNeeded = Math.min(FILTER_REACH, 2 * settings.narrowcastMinimum());
    if (body.path("filter").has("demographic") && targets.size() < reachNeeded) {
      return Answer.error(403, "Your account does not have enough friends");
    }
    Instant now = world.clock.instant();
    List<String> chosen = filtered.stream().limit(max).toList();
    boolean partial = false;
    Optional<Long> quota = settings.monthlyQuota();
    if (quota.isPresent()) {
      long left = Math.max(0, quota.get() - world.counts.inMonth(now));
      if (chosen.size() > left) {
        if (!body.path("limit").path("upToRemainingQuota").booleanValue(false)) {
          return Answer.monthlyLimit();
        }
        chosen = chosen.subList(0, (int) left);
        partial = true;
      }
    }
    boolean small = selection.smallest < settings.narrowcastMinimum();
    return accept(call, chosen, small, partial, now);
  }

  private Answer accept(
      Call call, List<String> chosen, boolean small, boolean partial, Instant now) {
    boolean forbidden =
        partial && call.json().path("limit").path("forbidPartialDelivery").booleanValue(false);
    int error =
        forbidden
            ? PARTIAL_FORBIDDEN
            : small
                ? AUDIENCE_TOO_SMALL
                : chosen.size() < world.settings().narrowcastMinimum() ? TOO_FEW : 0;
    world.lock.lock();
    try {
      if (call.retryKey().isPresent()) {
        var first = world.retryKeys.find(call.retryKey().get(), now);
        if (first.isPresent()) {
          return Answer.alreadyAccepted(first.get());
        }
        world.retryKeys.accept(
            new RetryKeys.Accepted(call.retryKey().get(), now, call.requestId(), List.of()));
      }
    } finally {
      world.lock.unlock();
    }
    remember(
        new Progress(
            call.requestId(), now, "waiting", chosen.size(), 0, Optional.empty(), 0, List.of()));
    if (error == 0) {
      // The quota is reserved now, for the whole reach.
      world.counts.sent("narrowcast", chosen.size(), now);
    }
    timers.at(now.plus(WAITING), () -> finish(call, chosen, error, now));
    return Answer.accepted202();
  }

  private void finish(Call call, List<String> chosen, int error, Instant acceptedAt) {
    Instant done = world.clock.instant();
    if (error != 0) {
      remember(
          new Progress(
              call.requestId(),
              acceptedAt,
              "failed",
              chosen.size(),
              0,
              Optional.of(done),
              error,
              List.of()));
      return;
    }
    // Whoever sees the message finds the narrowcast done, and the other way round.
    world.lock.lock();
    try {
      sending.send(
          new Sending.Request(
              Endpoint.NARROWCAST,
              call.requestId(),
              call.retryKey(),
              Optional.empty(),
              List.of(),
              Optional.of(new LinkedHashSet<>(chosen)),
              Optional.empty(),
              List.copyOf(call.json().path("messages").values())));
      remember(
          new Progress(
              call.requestId(),
              acceptedAt,
              "succeeded",
              chosen.size(),
              chosen.size(),
              Optional.of(done),
              0,
              chosen));
    } finally {
      world.lock.unlock();
    }
  }

  Answer progress(Call call) {
    String requestId = call.query().getOrDefault("requestId", "");
    if (requestId.isEmpty()) {
      return Answer.wrongParameter("requestId");
    }
    Progress found;
    world.lock.lock();
    try {
      synchronized (progress) {
        found = progress.get(requestId);
      }
    } finally {
      world.lock.unlock();
    }
    if (found == null || world.clock.instant().isAfter(found.acceptedAt.plus(PROGRESS_LIFE))) {
      return Answer.notFound();
    }
    ObjectNode body = Json.object().put("phase", found.phase);
    if (!found.phase.equals("waiting")) {
      body.put("successCount", found.successCount);
      body.put("failureCount", found.targetCount - found.successCount);
      body.put("targetCount", found.targetCount);
    }
    if (found.errorCode != 0) {
      body.put("errorCode", found.errorCode);
      body.put(
          "failedDescription",
          switch (found.errorCode) {
            case TOO_FEW -> "There weren't enough recipients";
            case AUDIENCE_TOO_SMALL -> "The audience is too small";
            default -> "Partial delivery is forbidden";
          });
    }
    body.put("acceptedTime", iso(found.acceptedAt));
    found.completedAt.ifPresent(at -> body.put("completedTime", iso(at)));
    return Answer.ok(body);
  }

  static String iso(Instant at) {
    return DateTimeFormatter.ISO_INSTANT.format(Instant.ofEpochMilli(at.toEpochMilli()));
  }

  List<Progress> saved() {
    synchronized (progress) {
      return List.copyOf(progress.values());
    }
  }

  void restore(List<Progress> saved) {
    saved.forEach(this::remember);
  }

  private void remember(Progress next) {
    synchronized (progress) {
      progress.put(next.requestId, next);
      if (progress.size() > REMEMBERED) {
        progress.remove(progress.firstEntry().getKey());
      }
    }
    world.changed("requests", "");
  }

  private static int limit(JsonNode limit, List<Finding> findings) {
    if (limit.isMissingNode() || limit.isNull()) {
      return Integer.MAX_VALUE;
    }
    if (limit.path("forbidPartialDelivery").booleanValue(false)
        && !limit.path("upToRemainingQuota").booleanValue(false)) {
      findings.add(new Finding("upToRemainingQuota must be true", "limit.forbidPartialDelivery"));
    }
    JsonNode max = limit.path("max");
    if (max.isMissingNode() || max.isNull()) {
      return Integer.MAX_VALUE;
    }
    if (!max.canConvertToInt() || max.intValue(0) < 1) {
      findings.add(new Finding("must be greater than or equal to 1", "limit.max"));
      return 1;
    }
    return max.intValue();
  }

  /** Who is meant: a tree of audiences, earlier narrowcasts, and, or, not; then demographics. */
  private final class Selection {
    private final List<Finding> findings;
    private int conditions;

    /** How many people the smallest audience has. */
    private int smallest = Integer.MAX_VALUE;

    Selection(List<Finding> findings) {
      this.findings = findings;
    }

    private Set<String> friends() {
      Set<String> friends = new LinkedHashSet<>();
      for (LineUser user : world.users()) {
        if (user.friendship() == Friendship.FRIEND) {
          friends.add(user.userId());
        }
      }
      return friends;
    }

    Set<String> recipients(JsonNode node, String path) {
      if (node.isMissingNode() || node.isNull()) {
        return friends();
      }
      Set<String> chosen = new LinkedHashSet<>(select(node, path));
      chosen.retainAll(friends());
      return chosen;
    }

    private Set<String> select(JsonNode node, String path) {
      switch (node.path("type").stringValue("")) {
        case "audience" -> {
          count(path);
          JsonNode id = node.path("audienceGroupId");
          Optional<Set<String>> audience =
              id.isIntegralNumber() ? audiences.ready(id.longValue()) : Optional.empty();
          if (audience.isEmpty()) {
            findings.add(new Finding("Audience not found", path + ".audienceGroupId"));
          }
          smallest = Math.min(smallest, audience.map(Set::size).orElse(0));
          return audience.orElse(Set.of());
        }
        case "redelivery" -> {
          count(path);
          Progress earlier;
          synchronized (progress) {
            earlier = progress.get(node.path("requestId").stringValue(""));
          }
          boolean usable =
              earlier != null
                  && earlier.phase.equals("succeeded")
                  && !world.clock.instant().isAfter(earlier.acceptedAt.plus(PROGRESS_LIFE));
          if (!usable || earlier == null) {
            findings.add(new Finding("Request not found", path + ".requestId"));
            return Set.of();
          }
          return Set.copyOf(earlier.reached);
        }
        case "operator" -> {
          return operate(node, path);
        }
        default -> {
          findings.add(
              new Finding(
                  "Must be one of the following values: [audience, redelivery, operator]",
                  path + ".type"));
          return Set.of();
        }
      }
    }

    private Set<String> operate(JsonNode node, String path) {
      if (node.has("not")) {
        Set<String> rest = friends();
        rest.removeAll(select(node.path("not"), path + ".not"));
        return rest;
      }
      String name = node.has("and") ? "and" : "or";
      JsonNode parts = node.path(name);
      if (!parts.isArray() || parts.isEmpty()) {
        findings.add(new Finding("must be specified", path + "." + name));
        return Set.of();
      }
      Set<String> result = new LinkedHashSet<>(select(parts.path(0), path + "." + name + "[0]"));
      for (int i = 1; i < parts.size(); i++) {
        Set<String> next = select(parts.path(i), path + "." + name + "[" + i + "]");
        if (name.equals("and")) {
          result.retainAll(next);
        } else {
          result.addAll(next);
        }
      }
      return result;
    }

    private void count(String path) {
      conditions++;
      if (conditions == CONDITIONS_LIMIT + 1) {
        findings.add(new Finding("Size must be between 1 and " + CONDITIONS_LIMIT, path));
      }
    }

    Set<String> filtered(Set<String> targets, JsonNode demographic) {
      if (demographic.isMissingNode() || demographic.isNull()) {
        return targets;
      }
      Set<String> matching = new LinkedHashSet<>();
      for (LineUser user : world.users()) {
        if (targets.contains(user.userId()) && matches(user, demographic, "filter.demographic")) {
          matching.add(user.userId());
        }
      }
      return matching;
    }

    private boolean matches(LineUser user, JsonNode node, String path) {
      LineUser.Attributes about = user.attributes();
      return switch (node.path("type").stringValue("")) {
        case "gender" -> among(node, about.gender());
        case "appType" -> among(node, about.appType());
        case "area" -> among(node, about.area());
        case "age" -> between(node, about.age().map(Selection::number));
        case "subscriptionPeriod" ->
            between(
                node,
                user.friendSince()
                    .map(since -> (int) Duration.between(since, world.clock.instant()).toDays()));
        case "operator" -> {
          if (node.has("not")) {
            yield !matches(user, node.path("not"), path + ".not");
          }
          boolean and = node.has("and");
          boolean result = and;
          for (JsonNode part : node.path(and ? "and" : "or")) {
            boolean one = matches(user, part, path);
            result = and ? result && one : result || one;
          }
          yield result;
        }
        default -> {
          Finding finding = new Finding("Unknown demographic filter", path + ".type");
          if (!findings.contains(finding)) {
            findings.add(finding);
          }
          yield false;
        }
      };
    }

    private static boolean among(JsonNode node, Optional<String> value) {
      for (JsonNode one : node.path("oneOf")) {
        if (value.isPresent() && one.stringValue("").equals(value.get())) {
          return true;
        }
      }
      return false;
    }

    /** {@code gte} ≤ value &lt; {@code lt}, each optional. */
    private static boolean between(JsonNode node, Optional<Integer> value) {
      return value.isPresent()
          && (!node.has("gte") || value.get() >= number(node.path("gte").stringValue("")))
          && (!node.has("lt") || value.get() < number(node.path("lt").stringValue("")));
    }

    /** 20 of {@code age_20}, 30 of {@code day_30}. */
    private static int number(String value) {
      try {
        return Integer.parseInt(value.substring(value.indexOf('_') + 1));
      } catch (NumberFormatException e) {
        return -1;
      }
    }
  }

  private static final Chat NOWHERE =
      new Chat() {
        @Override
        public boolean group() {
          return false;
        }

        @Override
        public boolean member(String userId) {
          return false;
        }

        @Override
        public boolean quotable(String quoteToken) {
          return false;
        }
      };
}

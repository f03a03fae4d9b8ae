package dev.throughline.app.crash;

import dev.throughline.app.crash.CallbackTarget.Reported;
import dev.throughline.app.crash.Platforms.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says what was wrong with what became of messages under plans, from what the platforms saw and
 * what the app was told. Pure.
 */
final class PlannedJudge {
  private static final List<String> ORDER =
      List.of(Platforms.LINE, Platforms.WHATSAPP, Platforms.SMS);

  /** An answer is folded by then. */
  private static final Duration SETTLED = Duration.ofMillis(1_500);

  /**
   * An answer that came so long before or after a kill was not lost by it, on a slow machine
   * either: a request of a process that is gone may be read later.
   */
  private static final Duration SAFE = Duration.ofSeconds(8);

  private final List<Seen> seen;
  private final List<Instant> kills;
  private final List<String> violations = new ArrayList<>();

  /**
   * What the API says of a message in the end.
   *
   * @param attempts of each channel, as the timeline tells them
   */
  record End(String status, Map<String, Long> attempts) {
    End {
      attempts = Map.copyOf(attempts);
    }
  }

  private PlannedJudge(List<Seen> seen, List<Instant> kills) {
    this.seen = seen;
    this.kills = kills;
  }

  /**
   * @param seen requests, of each channel in the order in which they came
   * @param reported in the order in which the app was told
   * @param ends by message id
   */
  static List<String> violations(
      List<PlannedSend> sends,
      List<Seen> seen,
      List<Instant> kills,
      List<Reported> reported,
      Map<String, End> ends) {
    PlannedJudge judge = new PlannedJudge(seen, kills);
    Map<String, List<Reported>> told = new HashMap<>();
    reported.forEach(
        report -> told.computeIfAbsent(report.messageId(), _ -> new ArrayList<>()).add(report));
    Set<Integer> known = new HashSet<>();
    for (PlannedSend send : sends) {
      known.add(send.number());
      judge.requests(send);
      judge.end(send, told, ends);
    }
    seen.stream()
        .filter(one -> !known.contains(one.number()))
        .forEach(one -> judge.violations.add("sent though nobody asked for it: " + one));
    return judge.violations;
  }

  private List<Seen> of(PlannedSend send, String channel) {
    return seen.stream()
        .filter(one -> one.number() == send.number() && one.channel().equals(channel))
        .toList();
  }

  private void requests(PlannedSend send) {
    line(send, of(send, Platforms.LINE));
    for (String channel : List.of(Platforms.WHATSAPP, Platforms.SMS)) {
      if (!send.resend()) {
        once(send, of(send, channel));
      }
    }
    Optional<Instant> before = Optional.empty();
    for (String channel : ORDER) {
      Optional<Instant> first = of(send, channel).stream().map(Seen::at).findFirst();
      if (before.isPresent() && first.isPresent() && first.get().isBefore(before.get())) {
        wrong("sent by " + channel + " after the channels behind it", send);
      }
      before = first.isPresent() ? first : before;
    }
    afterTheGoal(send);
  }

  /** A push is repeated under its own key, and so accepted once, whatever was asked for. */
  private void line(PlannedSend send, List<Seen> pushes) {
    if (pushes.stream().map(Seen::retryKey).distinct().count() > 1) {
      wrong("pushed under several keys", send);
    }
    if (pushes.stream().anyMatch(push -> push.retryKey().isEmpty())) {
      wrong("pushed without a key", send);
    }
    if (pushes.stream().filter(Seen::accepted).count() > 1) {
      wrong("LINE accepted it more than once", send);
    }
  }

  /** What may have been taken is not sent again. */
  private void once(PlannedSend send, List<Seen> requests) {
    for (int i = 0; i + 1 < requests.size(); i++) {
      if (!requests.get(i).surelyRefused()) {
        wrong("sent again by " + requests.get(i).channel() + " though it may be there", send);
      }
    }
  }

  /** LINE's step is over with its 200, if the gateway lived on to keep it. */
  private void afterTheGoal(PlannedSend send) {
    for (Seen push : of(send, Platforms.LINE)) {
      Instant settled = push.at().plus(SETTLED);
      boolean lived =
          kills.stream()
              .noneMatch(kill -> Duration.between(kill, push.at()).abs().compareTo(SAFE) < 0);
      boolean wentOn =
          seen.stream()
              .anyMatch(one ->
                  one.number() == send.number()
                      && !one.channel().equals(Platforms.LINE)
                      && one.at().isAfter(settled));
      if (push.status() == 200 && lived && wentOn) {
        wrong("sent by another channel though LINE had taken it", send);
      }
    }
  }

  private void end(PlannedSend send, Map<String, List<Reported>> told, Map<String, End> ends) {
    if (send.messageIds().size() > 1) {
      wrong("one Idempotency-Key, several messages", send);
    }
    if (send.messageIds().size() != 1) {
      return;
    }
    String id = send.messageIds().getFirst();
    End end = ends.get(id);
    if (end == null) {
      wrong("answered 200, and not there", send);
      return;
    }
    List<Reported> reports = told.getOrDefault(id, List.of());
    if (reports.isEmpty()) {
      wrong("answered 200, and then nothing was ever told of it", send);
      return;
    }
    Reported last = reports.getLast();
    if (!last.status().equals(end.status())) {
      wrong("told last " + last.status() + ", and it is " + end.status(), send);
    }
    boolean anywhere = false;
    for (String channel : ORDER) {
      List<Seen> requests = of(send, channel);
      anywhere |= requests.stream().anyMatch(Seen::accepted);
      if (requests.size() > end.attempts().getOrDefault(channel, 0L)) {
        wrong("sent by " + channel + " more often than there are attempts", send);
      }
    }
    switch (end.status()) {
      case "DELIVERED", "READ" -> {
        if (!anywhere) {
          wrong("is " + end.status() + ", and no channel took it", send);
        }
      }
      case "QUEUED_ON_CHANNEL" -> {
        if (!anywhere && last.reason().isEmpty()) {
          wrong("is with no channel, and nobody was told so", send);
        }
      }
      case "FAILED" -> {
        if (of(send, Platforms.LINE).stream().anyMatch(Seen::accepted)) {
          wrong("FAILED, and LINE has it", send);
        }
        if (of(send, Platforms.SMS).stream().anyMatch(Seen::accepted)) {
          wrong("FAILED, and it went by SMS", send);
        }
      }
      default -> wrong("never ended: " + end.status(), send);
    }
  }

  private void wrong(String what, PlannedSend send) {
    violations.add(
        what
            + ": "
            + send
            + " "
            + seen.stream().filter(one -> one.number() == send.number()).toList());
  }
}

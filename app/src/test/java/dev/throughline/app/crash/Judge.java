package dev.throughline.app.crash;

import dev.throughline.app.crash.CallbackTarget.Heard;
import dev.throughline.app.crash.CallbackTarget.Reported;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must hold after all kills, by the records of LINE and of the app alone. A pure function of
 * them; each violation is a sentence.
 */
final class Judge {

  /**
   * A send that LINE accepted, in the order in which it did.
   *
   * @param retryKey empty for a reply
   */
  record Accepted(String text, String to, String via, String retryKey) {}

  private final List<String> violations = new ArrayList<>();

  private Judge() {}

  /**
   * Every event that was answered 200 is called back under exactly one message id, with the same
   * words each time; no event under two; each person is one contact in one conversation; what a
   * person said in order is heard in order.
   */
  static List<String> inbound(List<Said> said, List<Heard> heard) {
    Judge judge = new Judge();
    Map<String, List<Heard>> byText = new HashMap<>();
    heard.forEach(one -> byText.computeIfAbsent(one.text(), t -> new ArrayList<>()).add(one));
    Set<String> known = new HashSet<>();
    for (Said event : said) {
      known.add(event.text());
      judge.event(event, byText.getOrDefault(event.text(), List.of()));
    }
    byText.keySet().stream()
        .filter(text -> !known.contains(text))
        .forEach(text -> judge.violations.add("called back, but nobody said it: " + text));
    judge.people(heard);
    judge.order(said, heard);
    return judge.violations;
  }

  /**
   * Nothing was accepted twice; whatever was answered 200 has one message id and was accepted once,
   * or is reported as failed or unknown; what a person was sent in order was accepted in order.
   */
  static List<String> outbound(
      List<Asked> asked, List<Accepted> accepted, List<Reported> reported) {
    Judge judge = new Judge();
    Map<String, List<Accepted>> byText = new HashMap<>();
    Map<String, Integer> byKey = new HashMap<>();
    for (Accepted one : accepted) {
      byText.computeIfAbsent(one.text(), t -> new ArrayList<>()).add(one);
      if (!one.retryKey().isEmpty() && byKey.merge(one.retryKey(), 1, Integer::sum) > 1) {
        judge.violations.add("accepted twice under one retry key: " + one);
      }
    }
    Map<String, Reported> last = new HashMap<>();
    reported.forEach(report -> last.put(report.messageId(), report));
    Set<String> ids = new HashSet<>();
    Set<String> known = new HashSet<>();
    for (Asked send : asked) {
      known.add(send.text());
      for (String id : send.messageIds()) {
        if (!ids.add(id)) {
          judge.violations.add("two sends were answered with one message id: " + send);
        }
      }
      judge.send(send, byText.getOrDefault(send.text(), List.of()), last);
    }
    byText.keySet().stream()
        .filter(text -> !known.contains(text))
        .forEach(text -> judge.violations.add("LINE was sent what nobody asked for: " + text));
    judge.sendOrder(asked, accepted);
    return judge.violations;
  }

  private void event(Said event, List<Heard> heard) {
    Set<String> ids = new LinkedHashSet<>();
    Set<String> digests = new LinkedHashSet<>();
    boolean taken = false;
    for (Heard one : heard) {
      ids.add(one.messageId());
      digests.add(one.digest());
      taken |= one.status() == 200;
      if (!one.userId().equals(event.person().userId())) {
        violations.add("called back as said by somebody else: " + event);
      }
    }
    if (ids.size() > 1) {
      violations.add("called back under several ids: " + event + " " + ids);
    } else if (digests.size() > 1) {
      violations.add("called back with changed words: " + event + " " + ids);
    }
    if (event.answered() && !taken) {
      violations.add("answered 200, but never called back: " + event);
    }
  }

  private void people(List<Heard> heard) {
    Map<String, Set<String>> contacts = new HashMap<>();
    Map<String, String> textOfId = new HashMap<>();
    for (Heard one : heard) {
      contacts
          .computeIfAbsent(one.userId(), u -> new LinkedHashSet<>())
          .add(one.contactId() + " in " + one.conversationId());
      String other = textOfId.putIfAbsent(one.messageId(), one.text());
      if (other != null && !other.equals(one.text())) {
        violations.add("one message id for two events: " + one.text() + " and " + other);
      }
    }
    contacts.forEach((user, found) -> {
      if (found.size() > 1) {
        violations.add("one person, several contacts: " + user + " " + found);
      }
    });
  }

  private void order(List<Said> said, List<Heard> heard) {
    Map<String, Said> byText = new HashMap<>();
    said.stream()
        .filter(event -> event.ordered() && event.answered())
        .forEach(event -> byText.put(event.text(), event));
    Map<Person, Said> previous = new HashMap<>();
    Set<String> first = new HashSet<>();
    for (Heard one : heard) {
      Said event = byText.get(one.text());
      if (event != null && first.add(one.text())) {
        Said before = previous.put(event.person(), event);
        if (before != null && before.number() > event.number()) {
          violations.add("called back in the wrong order: " + before + " before " + event);
        }
      }
    }
  }

  private void send(Asked send, List<Accepted> accepted, Map<String, Reported> last) {
    if (accepted.size() > 1) {
      violations.add("accepted " + accepted.size() + " times: " + send + " " + accepted);
    }
    if (send.messageIds().isEmpty()) {
      return;
    }
    if (send.messageIds().size() > 1) {
      violations.add("one Idempotency-Key, several messages: " + send);
      return;
    }
    Reported report = last.get(send.messageIds().getFirst());
    if (report == null) {
      violations.add("answered 200, and then nothing was ever heard of it: " + send);
      return;
    }
    boolean shown =
        switch (report.status()) {
          case "QUEUED_ON_CHANNEL" -> report.reason().equals("UNKNOWN") || accepted.size() == 1;
          case "FAILED" -> accepted.isEmpty();
          default -> false;
        };
    if (!shown) {
      violations.add(
          "reported as "
              + report.status()
              + " "
              + report.reason()
              + ", but accepted "
              + accepted.size()
              + " times: "
              + send);
    }
  }

  private void sendOrder(List<Asked> asked, List<Accepted> accepted) {
    Map<String, Asked> byText = new HashMap<>();
    asked.forEach(send -> byText.put(send.text(), send));
    Map<Person, Asked> previous = new HashMap<>();
    for (Accepted one : accepted) {
      Asked send = byText.get(one.text());
      if (send != null) {
        Asked before = previous.put(send.person(), send);
        if (before != null && before.number() > send.number()) {
          violations.add("sent in the wrong order: " + before + " before " + send);
        }
      }
    }
  }
}

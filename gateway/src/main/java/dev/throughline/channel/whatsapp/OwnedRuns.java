package dev.throughline.channel.whatsapp;

import dev.throughline.channel.Channel.OwnedRun;
import dev.throughline.channel.whatsapp.WebhookScan.Change;
import dev.throughline.channel.whatsapp.WebhookScan.Element;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a webhook body by owner: each message, status and contact belongs to the person that it
 * names, and the rest to the account. Of a notification of SNS, where Meta's JSON lies in a string,
 * all belongs to the person if it is about one only.
 */
final class OwnedRuns {
  private final byte[] body;
  private final List<OwnedRun> runs = new ArrayList<>();
  private int from;
  private int to;
  private @Nullable Identity owner;

  private OwnedRuns(byte[] body) {
    this.body = body;
  }

  static List<OwnedRun> of(Bytes body) {
    Optional<Bytes> inner = SnsMessage.webhook(body);
    OwnedRuns cut = new OwnedRuns(body.array());
    if (inner.isPresent()) {
      Set<Identity> people =
          elements(inner.get()).stream()
              .flatMap(element -> element.owner().stream())
              .collect(Collectors.toSet());
      cut.extend(body.length(), people.size() == 1 ? people.iterator().next() : null);
    } else {
      for (Element element : elements(body)) {
        if (element.owner().isPresent()) {
          cut.extend(element.range().from(), null);
          cut.extend(element.range().to(), element.owner().get());
        }
      }
      cut.extend(body.length(), null);
    }
    cut.finish();
    return cut.runs;
  }

  private static List<Element> elements(Bytes body) {
    return WebhookScan.of(body.array()).changes().stream()
        .map(Change::elements)
        .flatMap(List::stream)
        .sorted(Comparator.comparingInt(element -> element.range().from()))
        .toList();
  }

  /** Bytes from where we are up to {@code next} belong to that owner. */
  private void extend(int next, @Nullable Identity whose) {
    if (next == to) {
      return;
    }
    if (to > from && !Objects.equals(whose, owner)) {
      finish();
    }
    owner = whose;
    to = next;
  }

  private void finish() {
    if (to > from) {
      if (!runs.isEmpty() && OwnedRun.isPunctuation(body, from, to)) {
        OwnedRun before = runs.removeLast();
        runs.add(new OwnedRun(before.from(), to, before.owner()));
      } else {
        runs.add(new OwnedRun(from, to, Optional.ofNullable(owner)));
      }
    }
    from = to;
  }
}

package dev.throughline.channel.line;

import dev.throughline.channel.Channel.OwnedRun;
import dev.throughline.message.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a webhook body by owner. The owner of a byte is the {@code userId} of the innermost JSON
 * object that names one; else, inside an event, the event's {@code source.userId}, else its group
 * or room; else the account. The account's own user id, as {@code destination} gives it, names
 * nobody: a mention of the bot belongs to whoever wrote it. Of a name that an object gives twice,
 * the last counts.
 *
 * <p>Bytes between two owned objects that only end and separate values go with the object before
 * them: each part costs a commitment and a seal, and these say nothing of anybody. Runs are never
 * empty, and concatenated they are the body.
 */
final class OwnedRuns {
  private final byte[] body;
  private final List<OwnedRun> runs = new ArrayList<>();
  private int from;
  private int to;
  private @Nullable String owner;

  /** The objects that we are inside of, outermost first: where each ends, and whose it is. */
  private final int[] ends = new int[WebhookScan.MAX_DEPTH];

  private final String[] owners = new String[WebhookScan.MAX_DEPTH];
  private int depth;

  private OwnedRuns(byte[] body) {
    this.body = body;
  }

  static List<OwnedRun> of(Bytes body) {
    OwnedRuns cut = new OwnedRuns(body.array());
    WebhookScan scan = WebhookScan.of(cut.body);
    if (scan.understood()) {
      cut.objects(scan);
    }
    cut.extend(body.length(), null);
    cut.finish();
    return cut.runs;
  }

  private void objects(WebhookScan scan) {
    WebhookScan.Ranges objects = scan.objects();
    for (int i = 0; i < objects.size(); i++) {
      String named = scan.owner(i);
      if (named == null) {
        continue;
      }
      int start = objects.from(i);
      leaveUntil(start);
      extend(start, depth == 0 ? null : owners[depth - 1]);
      ends[depth] = objects.to(i);
      owners[depth] = named;
      depth++;
    }
    leaveUntil(Integer.MAX_VALUE);
  }

  private void leaveUntil(int start) {
    while (depth > 0 && ends[depth - 1] <= start) {
      depth--;
      extend(ends[depth], owners[depth]);
    }
  }

  /** Bytes from where we are up to {@code next} belong to that owner. */
  private void extend(int next, @Nullable String whose) {
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
        runs.add(new OwnedRun(from, to, LineIds.identity(owner)));
      }
    }
    from = to;
  }
}

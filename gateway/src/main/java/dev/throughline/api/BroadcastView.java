package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.conversation.MadeMessages;
import dev.throughline.message.Bytes;
import dev.throughline.outbound.broadcast.Broadcast;
import dev.throughline.outbound.broadcast.BroadcastDesk;
import dev.throughline.outbound.broadcast.LeftOut;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Broadcasts as the API shows them. */
final class BroadcastView {
  private static final int PAGE = 500;
  private static final String SINGLE = "SINGLE";
  private static final String REJECTED = "REJECTED_";

  private final BroadcastDesk desk;
  private final MadeMessages made;

  BroadcastView(BroadcastDesk desk, MadeMessages made) {
    this.desk = desk;
    this.made = made;
  }

  ObjectNode shown(Broadcast broadcast) {
    Broadcast.Standing standing = broadcast.standing();
    ObjectNode json = Json.object();
    json.put("id", broadcast.id().toString());
    json.put("name", broadcast.order().name());
    json.put("app_id", standing.app().toString());
    json.put("state", broadcast.state().name());
    json.put("created_time", standing.created().toString());
    json.put("updated_time", standing.updated().toString());
    json.put("recipients", desk.preflight(broadcast).people());
    ObjectNode progress = json.putObject("progress");
    progress.put("chunks", standing.chunks());
    progress.put("chunks_done", standing.done());
    progress.put("stage", standing.stage() + 1);
    progress.put("stages", broadcast.order().stages(standing.chunks()).size());
    ObjectNode results = json.putObject("results");
    results(broadcast).forEach(results::put);
    responses(json, broadcast);
    standing
        .stopped()
        .ifPresent(at -> {
          ObjectNode stopped = json.putObject("stopped");
          stopped.put("at", at.toString());
          standing
              .quiet()
              .ifPresent(quiet -> {
                stopped.put("quiet_at", quiet.toString());
                stopped.put("time_to_stop_ms", Duration.between(at, quiet).toMillis());
              });
        });
    return json;
  }

  private void responses(ObjectNode json, Broadcast broadcast) {
    json.putObject("answers")
        .put("people", desk.answers(broadcast))
        .put("within", desk.answerWindow().toSeconds() + "s");
    List<BroadcastDesk.Followed> links = desk.links(broadcast);
    if (!links.isEmpty()) {
      ObjectNode clicks = json.putObject("clicks");
      clicks.put("total", links.stream().mapToLong(BroadcastDesk.Followed::clicks).sum());
      ArrayNode list = clicks.putArray("links");
      for (BroadcastDesk.Followed link : links) {
        list.addObject()
            .put("url", link.address())
            .put("short_path", link.path())
            .put("clicks", link.clicks());
      }
    }
  }

  /** What became of whom: those of one request, those left out, and messages of their own. */
  private Map<String, Long> results(Broadcast broadcast) {
    Map<String, Long> results = new TreeMap<>(desk.results(broadcast));
    if (results.remove(SINGLE) != null) {
      made.statuses(broadcast.id())
          .forEach((status, count) -> results.merge("MESSAGE_" + status, count, Long::sum));
    }
    return results;
  }

  /** A line for each thing that became of some, and how many these are. */
  void csvByReason(Broadcast broadcast, OutputStream out) throws IOException {
    write(out, "status", "reason", "people");
    for (Map.Entry<String, Long> each : desk.results(broadcast).entrySet()) {
      String what = each.getKey();
      String people = each.getValue().toString();
      if (what.equals("ACCEPTED") || what.equals("UNKNOWN")) {
        write(out, what, "", people);
      } else if (what.startsWith(REJECTED)) {
        write(out, "REJECTED", what.substring(REJECTED.length()), people);
      } else if (!what.equals(SINGLE)) {
        write(out, "LEFT_OUT", what, people);
      }
    }
    for (MadeMessages.Many many : made.reasons(broadcast.id())) {
      write(out, many.status(), many.reason(), Long.toString(many.count()));
    }
  }

  /** A line for everybody of whom there is something to say. */
  void csv(Broadcast broadcast, OutputStream out) throws IOException {
    write(out, "channel", "address", "message_id", "status", "reason", "at");
    Bytes after = Bytes.EMPTY;
    List<LeftOut.Shown> page;
    do {
      page = desk.leftOut(broadcast, after, PAGE);
      for (LeftOut.Shown one : page) {
        write(
            out,
            one.channel(),
            one.address().orElse(""),
            "",
            "LEFT_OUT",
            one.reason(),
            one.at().toString());
        after = one.place();
      }
    } while (page.size() == PAGE);
    Optional<MadeMessages.Made> last = Optional.empty();
    List<MadeMessages.Made> messages;
    do {
      messages = made.page(broadcast.id(), last.map(MadeMessages.Made::message), PAGE);
      for (MadeMessages.Made one : messages) {
        write(
            out,
            one.channel(),
            one.address().orElse(""),
            one.message().toString(),
            one.status(),
            one.reason(),
            one.at().toString());
        last = Optional.of(one);
      }
    } while (messages.size() == PAGE);
  }

  private static void write(OutputStream out, String... values) throws IOException {
    StringBuilder line = new StringBuilder();
    for (String value : values) {
      if (!line.isEmpty()) {
        line.append(',');
      }
      line.append(cell(value));
    }
    out.write(line.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
  }

  /** A program that reads tables takes some first characters for formulas; a + is a number's. */
  private static String cell(String value) {
    String safe = !value.isEmpty() && "=@\t".indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
    return safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
        ? "\"" + safe.replace("\"", "\"\"") + "\""
        : safe;
  }
}

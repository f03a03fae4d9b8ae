package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.MadeMessages;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.SendRequest;
import dev.throughline.outbound.broadcast.Broadcast;
import dev.throughline.outbound.broadcast.BroadcastDesk;
import dev.throughline.outbound.broadcast.BroadcastStore.Phase;
import dev.throughline.outbound.broadcast.Forms;
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
  private static final String REACHABLE = "REACHABLE_";
  private static final int PAGE = 500;

  private final BroadcastDesk desk;
  private final MadeMessages made;
  private final Forms forms;

  BroadcastView(BroadcastDesk desk, MadeMessages made, Forms forms) {
    this.desk = desk;
    this.made = made;
    this.forms = forms;
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
    Map<String, Long> known = desk.counts(broadcast, Phase.PREFLIGHT);
    json.put("recipients", people(known));
    ObjectNode progress = json.putObject("progress");
    progress.put("chunks", standing.chunks());
    progress.put("chunks_done", standing.done());
    progress.put("stage", standing.stage() + 1);
    progress.put("stages", broadcast.order().stages(standing.chunks()).size());
    ObjectNode results = json.putObject("results");
    results(broadcast).forEach(results::put);
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

  /** What became of whom: those of one request, those left out, and messages of their own. */
  private Map<String, Long> results(Broadcast broadcast) {
    Map<String, Long> results = new TreeMap<>(desk.counts(broadcast, Phase.SENT));
    if (results.remove("SINGLE") != null) {
      made.statuses(broadcast.id())
          .forEach((status, count) -> results.merge("MESSAGE_" + status, count, Long::sum));
    }
    return results;
  }

  private static long people(Map<String, Long> known) {
    return known.entrySet().stream()
        .filter(each -> !each.getKey().equals("DUPLICATE"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** What would become of it, as far as that is known: nothing is sent. */
  ObjectNode preflight(App app, Broadcast broadcast) throws InterruptedException {
    Map<String, Long> known = desk.counts(broadcast, Phase.PREFLIGHT);
    ObjectNode json = Json.object();
    json.put("state", broadcast.state().name());
    json.put("recipients", people(known));
    json.put("duplicates", known.getOrDefault("DUPLICATE", 0L));
    ObjectNode unreachable = json.putObject("unreachable");
    ArrayNode channels = json.putArray("channels");
    SendRequest request = BroadcastDesk.request(broadcast);
    long reachable = 0;
    for (Map.Entry<String, Long> each : known.entrySet()) {
      if (each.getKey().startsWith(REACHABLE)) {
        reachable += each.getValue();
        ChannelName channel = new ChannelName(each.getKey().substring(REACHABLE.length()));
        ObjectNode shown = channels.addObject();
        shown.put("channel", channel.value());
        shown.put("recipients", each.getValue());
        switch (forms.make(new MessageId(broadcast.id()), app, request, channel)) {
          case Forms.Form.Ready ready -> {
            shown.put("sendable", true);
            ArrayNode lost = shown.putArray("lost");
            ready.lost().forEach(lost::add);
            Json.parse(ready.rendered()).ifPresent(preview -> shown.set("preview", preview));
          }
          case Forms.Form.Impossible(var reason) -> {
            shown.put("sendable", false);
            shown
                .putObject("reason")
                .put("code", reason.code().name())
                .put("description", reason.description());
          }
        }
      } else if (!each.getKey().equals("DUPLICATE")) {
        unreachable.put(each.getKey(), each.getValue());
      }
    }
    json.put("reachable", reachable);
    ArrayNode stages = json.putArray("stages");
    broadcast
        .order()
        .stages(broadcast.standing().chunks())
        .forEach(stage -> {
          ObjectNode one = stages.addObject().put("percent", stage.percent());
          stage.pause().ifPresent(time -> one.put("wait", time.toSeconds() + "s"));
        });
    return json;
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

package dev.throughline.api;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.SendRequest;
import dev.throughline.outbound.broadcast.Broadcast;
import dev.throughline.outbound.broadcast.BroadcastDesk;
import dev.throughline.outbound.broadcast.Forms;
import dev.throughline.outbound.broadcast.Preflight;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What would become of a broadcast, as far as that is known: nothing is sent. */
final class PreflightView {
  private final BroadcastDesk desk;
  private final Forms forms;
  private final LineQuota quota;
  private final InstantSource clock;

  PreflightView(BroadcastDesk desk, Forms forms, LineQuota quota, InstantSource clock) {
    this.desk = desk;
    this.forms = forms;
    this.quota = quota;
    this.clock = clock;
  }

  ObjectNode shown(App app, Broadcast broadcast) throws InterruptedException {
    Preflight known = desk.preflight(broadcast);
    ObjectNode json = Json.object();
    json.put("state", broadcast.state().name());
    json.put("recipients", known.people());
    json.put("duplicates", known.duplicates());
    json.put("reachable", known.reached());
    ObjectNode unreachable = json.putObject("unreachable");
    known.unreachable().forEach(unreachable::put);
    ArrayNode channels = json.putArray("channels");
    SendRequest sample = desk.sample(broadcast);
    if (broadcast.order().own().isPresent()) {
      channels.add(channel(app, broadcast, sample, ChannelName.LINE, 0));
    }
    for (var each : known.reachable().entrySet()) {
      channels.add(channel(app, broadcast, sample, each.getKey(), each.getValue()));
    }
    quiet(json.putObject("quiet_hours"), app, sample, known);
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

  private ObjectNode channel(
      App app, Broadcast broadcast, SendRequest sample, ChannelName channel, long people)
      throws InterruptedException {
    ObjectNode shown = Json.object();
    shown.put("channel", channel.value());
    shown.put("recipients", people);
    switch (forms.make(new MessageId(broadcast.id()), app, sample, channel)) {
      case Forms.Form.Ready ready -> {
        shown.put("sendable", true);
        cost(shown.putObject("cost"), ready.cost(), people, broadcast.order().isVaried());
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
    if (channel.equals(ChannelName.LINE)) {
      shown.set("quota", quota.of(app, people));
    }
    return shown;
  }

  private static void cost(ObjectNode shown, Channel.Cost cost, long people, boolean varied) {
    shown.put("unit", cost.unit().name());
    shown.put("per_recipient", cost.count());
    shown.put("total", cost.count() * people);
    shown.put("estimated", varied && cost.unit() != Channel.Cost.Unit.MESSAGE);
  }

  private void quiet(ObjectNode shown, App app, SendRequest sample, Preflight known) {
    MessageClass sent = app.settings().policy().classOf(sample.messageClass());
    Instant now = clock.instant();
    List<Preflight.Zone> zones = known.quiet(app, sent, now);
    shown.put("at", now.toString());
    shown.put("recipients", zones.stream().mapToLong(Preflight.Zone::people).sum());
    ArrayNode list = shown.putArray("time_zones");
    for (Preflight.Zone zone : zones) {
      list.addObject()
          .put("time_zone", zone.zone().getId())
          .put("recipients", zone.people())
          .put("opens", zone.opens().toString());
    }
  }
}

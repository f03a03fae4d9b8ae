package dev.throughline.outbound;

import dev.throughline.channel.Channel.Signal;
import dev.throughline.contract.Json;
import dev.throughline.conversation.Fact.StoredEvent;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.AppEvent;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.EventId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a {@code signal} task does.
 *
 * @param rendered the request's body, the same for every attempt
 * @param until no attempt starts after this time
 */
record SignalBody(
    StoredEvent event,
    ProjectId project,
    AppId app,
    AccountId account,
    Identity recipient,
    Signal signal,
    Bytes rendered,
    Instant until) {

  Bytes toBytes() {
    ObjectNode json = Json.object();
    json.put("event", event.id().toString());
    json.put("accepted", event.acceptedAt().toEpochMilli());
    json.put("event_kind", event.kind().name());
    json.put("metadata", event.metadata());
    event.callbackUrl().ifPresent(url -> json.put("callback_url", url));
    json.put("high", event.highPriority());
    json.put("dispatch", event.dispatch());
    json.put("project", project.value());
    json.put("app", app.toString());
    json.put("account", account.toString());
    json.put("channel", recipient.channel().value());
    json.put("recipient", recipient.value());
    if (signal instanceof Signal.Read(String token)) {
      json.put("read_token", token);
    }
    json.put("rendered", Base64.getEncoder().encodeToString(rendered.array()));
    json.put("until", until.toEpochMilli());
    return Json.bytes(json);
  }

  static SignalBody of(Bytes bytes) {
    ObjectNode json = Json.object(bytes);
    return new SignalBody(
        new StoredEvent(
            new EventId(id(json, "event")),
            Instant.ofEpochMilli(json.path("accepted").asLong()),
            AppEvent.Kind.of(text(json, "event_kind")).orElse(AppEvent.Kind.GENERIC),
            text(json, "metadata"),
            Json.string(json, "callback_url"),
            json.path("high").asBoolean(false),
            json.path("dispatch").asBoolean(false)),
        new ProjectId(text(json, "project")),
        new AppId(id(json, "app")),
        new AccountId(id(json, "account")),
        new Identity(new ChannelName(text(json, "channel")), text(json, "recipient")),
        Json.string(json, "read_token")
            .<Signal>map(Signal.Read::new)
            .orElseGet(() -> new Signal.Typing(Optional.empty())),
        Bytes.wrap(Base64.getDecoder().decode(text(json, "rendered"))),
        Instant.ofEpochMilli(json.path("until").asLong()));
  }

  private static String text(ObjectNode json, String name) {
    return Json.string(json, name)
        .orElseThrow(() -> new IllegalStateException("a signal task without " + name));
  }

  private static Ulid id(ObjectNode json, String name) {
    return Ulids.parse(text(json, name))
        .orElseThrow(() -> new IllegalStateException("a signal task with a malformed " + name));
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "SignalBody[event=" + event.id() + "]";
  }
}

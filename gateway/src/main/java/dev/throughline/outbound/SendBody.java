package dev.throughline.outbound;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Changes;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Ulids;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a {@code send} task does: one step of a message's plan.
 *
 * @param step written as a UUID it is the retry key of every attempt of this step
 * @param reply the reply token taken for it
 * @param expires no attempt starts after this time
 * @param useful whoever takes it is to deliver it until then, as far as they can be told
 * @param planned whether it may be withdrawn while it waits
 * @param messageClass of the message; tasks of earlier versions say none
 * @param numbered whether a choice is made of it by writing a number
 */
record SendBody(
    MessageId message,
    Ulid step,
    ProjectId project,
    AppId app,
    AccountId account,
    Identity recipient,
    Bytes rendered,
    Optional<Reply> reply,
    Optional<Instant> expires,
    Optional<Instant> useful,
    boolean planned,
    Optional<MessageClass> messageClass,
    boolean numbered) {

  /** A free answer, while it is young. */
  record Reply(String token, Instant received) {}

  String retryKey() {
    return step.toUuid().toString();
  }

  /** By which a channel that tells of deliveries tells of this step's. */
  String tag() {
    return new DeliveryTag(message, step).toString();
  }

  SendBody withoutReply() {
    return new SendBody(
        message,
        step,
        project,
        app,
        account,
        recipient,
        rendered,
        Optional.empty(),
        expires,
        useful,
        planned,
        messageClass,
        numbered);
  }

  SendBody anew(Ulid newStep) {
    return new SendBody(
        message,
        newStep,
        project,
        app,
        account,
        recipient,
        rendered,
        Optional.empty(),
        expires,
        useful,
        planned,
        messageClass,
        numbered);
  }

  Bytes toBytes() {
    ObjectNode json = Json.object();
    json.put("message", message.toString());
    json.put("step", step.toString());
    json.put("project", project.value());
    json.put("app", app.toString());
    json.put("account", account.toString());
    json.put("channel", recipient.channel().value());
    json.put("recipient", recipient.value());
    json.put("rendered", Base64.getEncoder().encodeToString(rendered.array()));
    reply.ifPresent(r -> {
      json.put("reply_token", r.token());
      json.put("reply_received", r.received().toEpochMilli());
    });
    expires.ifPresent(time -> json.put("expires", time.toEpochMilli()));
    useful.ifPresent(time -> json.put("useful", time.toEpochMilli()));
    if (planned) {
      json.put("planned", true);
    }
    messageClass.ifPresent(sent -> json.put("class", sent.name()));
    if (numbered) {
      json.put(Changes.NUMBERED, true);
    }
    return Json.bytes(json);
  }

  static SendBody of(Bytes bytes) {
    ObjectNode json = Json.object(bytes);
    Optional<Reply> reply =
        Json.string(json, "reply_token")
            .map(token ->
                new Reply(token, Instant.ofEpochMilli(json.path("reply_received").asLong())));
    return new SendBody(
        new MessageId(id(json, "message")),
        id(json, "step"),
        new ProjectId(text(json, "project")),
        new AppId(id(json, "app")),
        new AccountId(id(json, "account")),
        new Identity(new ChannelName(text(json, "channel")), text(json, "recipient")),
        Bytes.wrap(Base64.getDecoder().decode(text(json, "rendered"))),
        reply,
        time(json, "expires"),
        time(json, "useful"),
        json.path("planned").asBoolean(false),
        Json.string(json, "class").map(MessageClass::valueOf),
        json.path(Changes.NUMBERED).asBoolean(false));
  }

  private static Optional<Instant> time(ObjectNode json, String name) {
    return json.has(name)
        ? Optional.of(Instant.ofEpochMilli(json.path(name).asLong()))
        : Optional.empty();
  }

  private static String text(ObjectNode json, String name) {
    return Json.string(json, name)
        .orElseThrow(() -> new IllegalStateException("a send task without " + name));
  }

  private static Ulid id(ObjectNode json, String name) {
    return Ulids.parse(text(json, name))
        .orElseThrow(() -> new IllegalStateException("a send task with a malformed " + name));
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "SendBody[message=" + message + "]";
  }
}

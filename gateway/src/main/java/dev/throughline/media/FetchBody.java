package dev.throughline.media;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content.Attachment;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a {@code fetch} task does.
 *
 * @param media the row to fill, and the message
 * @param sender whose file it is
 * @param platformId the channel's id of the message
 * @param objectKey to encrypt the file with
 * @param until when it is given up
 */
record FetchBody(
    Ulid media,
    ProjectId project,
    AppId app,
    AccountId account,
    Identity sender,
    String platformId,
    Attachment attachment,
    Bytes objectKey,
    Instant until) {

  Bytes toBytes() {
    ObjectNode json = Json.object();
    json.put("media", media.toString());
    json.put("project", project.value());
    json.put("app", app.toString());
    json.put("account", account.toString());
    json.put("channel", sender.channel().value());
    json.put("sender", sender.value());
    json.put("platform_id", platformId);
    json.put("kind", attachment.kind().name());
    attachment.externalUrl().ifPresent(url -> json.put("url", url));
    attachment.fileName().ifPresent(name -> json.put("name", name));
    attachment.fileId().ifPresent(id -> json.put("file_id", id));
    attachment
        .bytes()
        .ifPresent(bytes -> json.put("bytes", Base64.getEncoder().encodeToString(bytes.array())));
    json.put("key", Base64.getEncoder().encodeToString(objectKey.array()));
    json.put("until", until.toEpochMilli());
    return Json.bytes(json);
  }

  static FetchBody of(Bytes bytes) {
    ObjectNode json = Json.object(bytes);
    return new FetchBody(
        id(json, "media"),
        new ProjectId(text(json, "project")),
        new AppId(id(json, "app")),
        new AccountId(id(json, "account")),
        new Identity(new ChannelName(text(json, "channel")), text(json, "sender")),
        text(json, "platform_id"),
        new Attachment(
            Attachment.Kind.valueOf(text(json, "kind")),
            Json.string(json, "url"),
            Json.string(json, "name"),
            Json.string(json, "file_id"),
            Optional.empty(),
            Json.string(json, "bytes").map(text -> Bytes.wrap(Base64.getDecoder().decode(text)))),
        Bytes.wrap(Base64.getDecoder().decode(text(json, "key"))),
        Instant.ofEpochMilli(json.path("until").asLong()));
  }

  private static String text(ObjectNode json, String name) {
    return Json.string(json, name)
        .orElseThrow(() -> new IllegalStateException("a fetch task without " + name));
  }

  private static Ulid id(ObjectNode json, String name) {
    return Ulids.parse(text(json, name))
        .orElseThrow(() -> new IllegalStateException("a fetch task with a malformed " + name));
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "FetchBody[" + media + "]";
  }
}

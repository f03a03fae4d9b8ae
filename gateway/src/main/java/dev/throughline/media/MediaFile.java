package dev.throughline.media;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is sealed about a file.
 *
 * @param objectKey of {@link SealedFile}
 * @param type the media type that its bytes show
 * @param length in bytes
 * @param name as whoever sent it calls it
 */
record MediaFile(Bytes objectKey, String type, long length, Optional<String> name) {
  Bytes toBytes() {
    ObjectNode json = Json.object();
    json.put("key", Base64.getEncoder().encodeToString(objectKey.array()));
    json.put("type", type);
    json.put("length", length);
    name.ifPresent(text -> json.put("name", text));
    return Json.bytes(json);
  }

  static MediaFile of(Bytes bytes) {
    ObjectNode json = Json.object(bytes);
    return new MediaFile(
        Bytes.wrap(Base64.getDecoder().decode(json.path("key").asString(""))),
        json.path("type").asString(""),
        json.path("length").asLong(),
        Json.string(json, "name"));
  }

  /** Shows nothing of it. */
  @Override
  public String toString() {
    return "MediaFile[" + type + "]";
  }
}

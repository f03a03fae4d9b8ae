package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Media of WhatsApp, which AWS takes from S3 and gives to S3 only. */
final class SocialMedia implements AutoCloseable {
  /** The largest kind, a document, has 100 MB at Meta; the sandbox keeps less. */
  static final int BYTES_LIMIT = 16 << 20;

  /** The longest address that AWS takes. */
  private static final int ADDRESS_LIMIT = 2_000;

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** By name, what S3 would know from the object's metadata. */
  private static final Map<String, String> TYPES =
      Map.of(
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "png", "image/png",
          "webp", "image/webp",
          "mp4", "video/mp4",
          "ogg", "audio/ogg",
          "mp3", "audio/mpeg",
          "pdf", "application/pdf",
          "txt", "text/plain");

  private record Found(Bytes bytes, String type) {}

  private final Account account;
  private final SocialState state;
  private final Buckets buckets;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  SocialMedia(Account account, SocialState state, Buckets buckets) {
    this.account = account;
    this.state = state;
    this.buckets = buckets;
  }

  /** What a file of this name is. */
  static String type(String name) {
    return TYPES.getOrDefault(
        name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
  }

  /** How a file of this type ends, as AWS makes of it: {@code .jpeg}; empty where it is unknown. */
  private static String ending(String type) {
    return type.equals("image/jpeg")
        ? ".jpeg"
        : TYPES.entrySet().stream()
            .filter(known -> known.getValue().equals(type))
            .map(known -> "." + known.getKey())
            .findFirst()
            .orElse("");
  }

  /** Keeps what a person sent, or what was posted; returns its id. */
  String keep(Bytes bytes, String type) {
    String id = account.ids.decimal();
    state.media.put(id, bytes);
    state.keep(new SocialState.Media(id, type, bytes.length()));
    return id;
  }

  Reply post(Call call) throws Refusal, InterruptedException {
    SocialState.Owned _ = state.requireNumber(SocialApi.required(call, "originationPhoneNumberId"));
    JsonNode file = call.at("sourceS3File");
    JsonNode url = call.at("sourceS3PresignedUrl");
    if (file.isObject() == url.isObject()) {
      throw new Refusal(
          400,
          "InvalidParametersException",
          "Exactly one of sourceS3File and sourceS3PresignedUrl is given.");
    }
    Found found = file.isObject() ? object(file) : fetched(url);
    if (found.bytes.length() > BYTES_LIMIT) {
      throw new Refusal(400, "InvalidParametersException", "The media is too large.");
    }
    return Reply.ok(Json.object().put("mediaId", keep(found.bytes, found.type)));
  }

  private Found object(JsonNode file) throws Refusal {
    String bucket = Json.text(file, "bucketName").orElse("");
    String key = Json.text(file, "key").orElse("");
    return buckets
        .get(bucket, key)
        .map(object -> new Found(object.bytes(), object.type()))
        .orElseThrow(() -> SocialApi.notFound("There is no object " + key + "."));
  }

  private Found fetched(JsonNode presigned) throws Refusal, InterruptedException {
    try {
      HttpResponse<InputStream> response =
          http.send(request(presigned).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        byte[] bytes = in.readNBytes(BYTES_LIMIT + 1);
        if (response.statusCode() != 200) {
          throw new Refusal(
              400,
              "InvalidParametersException",
              "The presigned URL answered " + response.statusCode() + ".");
        }
        return new Found(
            Bytes.of(bytes),
            response.headers().firstValue("content-type").orElse("application/octet-stream"));
      }
    } catch (IOException e) {
      throw new Refusal(502, "DependencyException", "The presigned URL did not answer.");
    }
  }

  private static HttpRequest.Builder request(JsonNode presigned) throws Refusal {
    String url = Json.text(presigned, "url").orElse("");
    if (url.isEmpty() || url.length() > ADDRESS_LIMIT || !presigned.path("headers").isObject()) {
      throw SocialApi.invalid("A presigned URL has url, of 1 to 2,000 characters, and headers.");
    }
    try {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT);
      for (var header : presigned.path("headers").properties()) {
        request.header(header.getKey(), header.getValue().stringValue(""));
      }
      return request;
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "InvalidParametersException", "The presigned URL is not one.");
    }
  }

  Reply get(Call call) throws Refusal, InterruptedException {
    SocialState.Owned _ = state.requireNumber(SocialApi.required(call, "originationPhoneNumberId"));
    String id = SocialApi.required(call, "mediaId");
    if (!id.matches("[A-Za-z0-9]{1,100}")) {
      throw SocialApi.invalid("mediaId is 1 to 100 letters and digits.");
    }
    Optional<SocialState.Media> media = state.kept(id);
    Bytes bytes =
        media
            .flatMap(one -> state.media.get(id))
            .orElseThrow(() -> SocialApi.notFound("There is no media " + id + "."));
    String mimeType = media.map(SocialState.Media::mimeType).orElse("");
    if (!call.at("metadataOnly").booleanValue(false)) {
      JsonNode file = call.at("destinationS3File");
      JsonNode url = call.at("destinationS3PresignedUrl");
      if (file.isObject() == url.isObject()) {
        throw new Refusal(
            400,
            "InvalidParametersException",
            "Exactly one of destinationS3File and destinationS3PresignedUrl is given.");
      }
      if (file.isObject()) {
        store(file, id, new Buckets.Stored(bytes, mimeType));
      } else {
        put(url, bytes);
      }
    }
    return Reply.ok(Json.object().put("mimeType", mimeType).put("fileSize", bytes.length()));
  }

  /** The key that is given is only the beginning of the object's ({@code S3File}). */
  private void store(JsonNode file, String mediaId, Buckets.Stored object) throws Refusal {
    String bucket = Json.text(file, "bucketName").orElse("");
    if (!buckets.has(bucket)) {
      throw new Refusal(400, "InvalidParametersException", "There is no bucket " + bucket + ".");
    }
    String key = Json.text(file, "key").orElse("") + mediaId + ending(object.type());
    buckets.put(bucket, key, object);
  }

  private void put(JsonNode presigned, Bytes bytes) throws Refusal, InterruptedException {
    try {
      int status =
          http.send(
                  request(presigned)
                      .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes.copy()))
                      .build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode();
      if (status / 100 != 2) {
        throw new Refusal(
            400, "InvalidParametersException", "The presigned URL answered " + status + ".");
      }
    } catch (IOException e) {
      throw new Refusal(502, "DependencyException", "The presigned URL did not answer.");
    }
  }

  Reply delete(Call call) throws Refusal {
    SocialState.Owned _ = state.requireNumber(call.query("originationPhoneNumberId"));
    if (!state.forget(call.query("mediaId"))) {
      throw SocialApi.notFound("There is no media " + call.query("mediaId") + ".");
    }
    return Reply.ok(Json.object().put("success", true));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}

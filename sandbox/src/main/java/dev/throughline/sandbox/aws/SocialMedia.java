package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Media of WhatsApp, which AWS takes from S3 and gives to S3 only. */
final class SocialMedia implements AutoCloseable {
  /** The largest kind, a document, has 100 MB at Meta; the sandbox keeps less. */
  private static final int BYTES_LIMIT = 16 << 20;

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
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  SocialMedia(Account account, SocialState state) {
    this.account = account;
    this.state = state;
  }

  /** The name under which an object of a bucket is kept. */
  static String key(String bucket, String key) {
    return Signatures.sha256((bucket + "/" + key).getBytes(StandardCharsets.UTF_8));
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
    Bytes bytes =
        state
            .buckets
            .get(key(bucket, key))
            .orElseThrow(() -> SocialApi.notFound("There is no object " + key + "."));
    String extension = key.substring(key.lastIndexOf('.') + 1);
    return new Found(bytes, TYPES.getOrDefault(extension, "application/octet-stream"));
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
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(Json.text(presigned, "url").orElse("")))
              .timeout(TIMEOUT);
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
    Optional<SocialState.Media> media = state.kept(id);
    Bytes bytes =
        media
            .flatMap(one -> state.media.get(id))
            .orElseThrow(() -> SocialApi.notFound("There is no media " + id + "."));
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
        String bucket = Json.text(file, "bucketName").orElse("");
        state.buckets.put(key(bucket, Json.text(file, "key").orElse("")), bytes);
      } else {
        put(url, bytes);
      }
    }
    return Reply.ok(
        Json.object()
            .put("mimeType", media.map(SocialState.Media::mimeType).orElse(""))
            .put("fileSize", bytes.length()));
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

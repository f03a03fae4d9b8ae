package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/** S3, as far as other services hand things over by it: buckets, and whole objects in them. */
final class S3Api {
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final int KEY_BYTES = 1_024;

  /** What an object is that was put without saying so. */
  private static final String UNTYPED = "binary/octet-stream";

  private final Buckets buckets;

  S3Api(Buckets buckets) {
    this.buckets = buckets;
  }

  Reply answer(Call call) throws Refusal {
    return switch (call.operation()) {
      case CREATE_BUCKET -> create(call);
      case PUT_OBJECT -> put(call);
      case GET_OBJECT -> get(call);
      case DELETE_OBJECT -> delete(call);
      default -> throw Refusal.unknownOperation(Service.S3);
    };
  }

  private Reply create(Call call) throws Refusal {
    String bucket = call.value();
    if (!BUCKET.matcher(bucket).matches()) {
      throw new Refusal(400, "InvalidBucketName", "The specified bucket is not valid.");
    }
    if (!buckets.create(bucket)) {
      throw new Refusal(
          400, "TooManyBuckets", "You have attempted to create more buckets than allowed.");
    }
    return new Reply(200, Map.of("location", "/" + bucket), Bytes.NONE, true);
  }

  private Reply put(Call call) throws Refusal {
    String key = key(call);
    String type = call.contentType().isEmpty() ? UNTYPED : call.contentType();
    buckets.put(call.value(), key, new Buckets.Stored(call.body(), type));
    return new Reply(200, Map.of("etag", tag(call.body())), Bytes.NONE, true);
  }

  private Reply get(Call call) throws Refusal {
    Buckets.Stored object =
        buckets
            .get(call.value(), key(call))
            .orElseThrow(() -> new Refusal(404, "NoSuchKey", "The specified key does not exist."));
    return new Reply(
        200,
        Map.of("content-type", object.type(), "etag", tag(object.bytes())),
        object.bytes(),
        true);
  }

  /** As S3 has it, an object that is not there was deleted. */
  private Reply delete(Call call) throws Refusal {
    buckets.delete(call.value(), key(call));
    return new Reply(204, Map.of(), Bytes.NONE, true);
  }

  /** The key, in a bucket that is there. */
  private String key(Call call) throws Refusal {
    if (!buckets.has(call.value())) {
      throw new Refusal(404, "NoSuchBucket", "The specified bucket does not exist");
    }
    String key = call.values().get(1);
    if (key.getBytes(StandardCharsets.UTF_8).length > KEY_BYTES) {
      throw new Refusal(400, "KeyTooLongError", "Your key is too long");
    }
    return key;
  }

  private static String tag(Bytes bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("MD5").digest(bytes.copy());
      return "\"" + HexFormat.of().formatHex(digest) + "\"";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}

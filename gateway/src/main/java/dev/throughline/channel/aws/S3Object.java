package dev.throughline.channel.aws;

import java.util.regex.Pattern;

/**
 * Where an object lies.
 *
 * @param bucket without dots, which no certificate of S3's covers
 * @param key at most 1,024 bytes
 */
public record S3Object(String bucket, String key) {
  /** 3 to 63 lower-case letters, digits and hyphens ("General purpose bucket naming rules"). */
  public static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

  public S3Object {
    if (!BUCKET.matcher(bucket).matches() || key.isEmpty()) {
      throw new IllegalArgumentException("no object can be called so: " + bucket);
    }
  }
}

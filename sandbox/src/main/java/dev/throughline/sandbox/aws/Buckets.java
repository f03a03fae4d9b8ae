package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The account's buckets of S3. When their objects grow past a limit, the oldest go. */
final class Buckets {
  private static final long BYTES_LIMIT = 128L << 20;
  private static final int BUCKETS_LIMIT = 100;

  /** An object that is kept. */
  record Stored(Bytes bytes, String type) {}

  private record Name(String bucket, String key) {}

  private final Set<String> buckets = new LinkedHashSet<>();
  private final Map<Name, Stored> objects = new LinkedHashMap<>();
  private long bytes;

  /** False if there are as many as there can be. */
  synchronized boolean create(String bucket) {
    return buckets.contains(bucket) || buckets.size() < BUCKETS_LIMIT && buckets.add(bucket);
  }

  synchronized boolean has(String bucket) {
    return buckets.contains(bucket);
  }

  synchronized void put(String bucket, String key, Stored object) {
    delete(bucket, key);
    Iterator<Map.Entry<Name, Stored>> oldest = objects.entrySet().iterator();
    while (oldest.hasNext() && bytes + object.bytes.length() > BYTES_LIMIT) {
      bytes -= oldest.next().getValue().bytes.length();
      oldest.remove();
    }
    objects.put(new Name(bucket, key), object);
    bytes += object.bytes.length();
  }

  synchronized Optional<Stored> get(String bucket, String key) {
    return Optional.ofNullable(objects.get(new Name(bucket, key)));
  }

  synchronized void delete(String bucket, String key) {
    Stored gone = objects.remove(new Name(bucket, key));
    bytes -= gone == null ? 0 : gone.bytes.length();
  }

  /** Of a bucket, oldest first. */
  synchronized List<String> keys(String bucket) {
    return objects.keySet().stream()
        .filter(name -> name.bucket.equals(bucket))
        .map(Name::key)
        .toList();
  }
}

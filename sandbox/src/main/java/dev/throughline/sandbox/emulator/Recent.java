package dev.throughline.sandbox.emulator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The newest values by key, up to a limit. Safe for many threads. */
public final class Recent<V> {
  private final Map<String, V> values = new LinkedHashMap<>();
  private final int limit;

  public Recent(int limit) {
    this.limit = limit;
  }

  /** Adds or replaces; what is replaced becomes the newest. */
  public synchronized void put(String key, V value) {
    values.remove(key);
    values.put(key, value);
    if (values.size() > limit) {
      var oldest = values.entrySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  public synchronized Optional<V> get(String key) {
    return Optional.ofNullable(values.get(key));
  }
}

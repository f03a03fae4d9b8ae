package dev.throughline.vault;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A bounded cache in two generations: when the young one is full it becomes the old one, and what
 * nobody asked for since is gone. No lock on the way in or out.
 */
final class KeyCache<K, V> {
  private final int generationLimit;
  private volatile ConcurrentMap<K, V> young = new ConcurrentHashMap<>();
  private volatile ConcurrentMap<K, V> old = new ConcurrentHashMap<>();

  KeyCache(int limit) {
    this.generationLimit = Math.max(1, limit / 2);
  }

  Optional<V> get(K key) {
    V value = young.get(key);
    if (value == null) {
      value = old.get(key);
      if (value != null) {
        put(key, value);
      }
    }
    return Optional.ofNullable(value);
  }

  void put(K key, V value) {
    if (young.size() >= generationLimit) {
      turn();
    }
    young.put(key, value);
  }

  void remove(K key) {
    young.remove(key);
    old.remove(key);
  }

  private synchronized void turn() {
    if (young.size() >= generationLimit) {
      old = young;
      young = new ConcurrentHashMap<>();
    }
  }
}

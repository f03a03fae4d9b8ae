package dev.throughline.vault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the sealed rows of a small table say, for who holds all of it in memory and reads it again
 * whenever one row changes: a row that is as it was is not opened again. A seal is never the same
 * twice, so a row that was written is another. Only for keys that are never destroyed; not for
 * several threads at a time.
 *
 * @param <R> a row, equal to another if all of its columns are
 * @param <V> what it says
 */
public final class Opened<R, V> {
  private final Function<R, Optional<V>> open;
  private Map<R, V> kept = Map.of();

  /**
   * @param open empty if a row's key is not to be had; it is asked again then
   */
  public Opened(Function<R, Optional<V>> open) {
    this.open = open;
  }

  /**
   * Of the rows that there are now, in their order, without those that cannot be opened. All others
   * are forgotten.
   */
  public List<V> all(List<R> rows) {
    Map<R, V> now = new HashMap<>();
    List<V> all = new ArrayList<>(rows.size());
    for (R row : rows) {
      Optional<V> value = Optional.ofNullable(kept.get(row)).or(() -> open.apply(row));
      value.ifPresent(v -> {
        now.put(row, v);
        all.add(v);
      });
    }
    kept = now;
    return all;
  }
}

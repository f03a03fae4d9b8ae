package dev.throughline.http;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The query of a request, checked as a whole when it is parsed, so that reading it cannot fail. */
final class Query {
  static final Query EMPTY = new Query(List.of());

  private final List<Pair> pairs;

  private record Pair(String name, String value, String rawPlusValue) {}

  private Query(List<Pair> pairs) {
    this.pairs = pairs;
  }

  /**
   * @throws PercentCode.MalformedException for a broken escape anywhere in it
   */
  static Query parse(String raw) {
    List<Pair> pairs = new ArrayList<>();
    int from = 0;
    while (from <= raw.length()) {
      int end = raw.indexOf('&', from);
      int to = end < 0 ? raw.length() : end;
      if (to > from) {
        int equals = raw.indexOf('=', from);
        int nameEnd = equals < 0 || equals > to ? to : equals;
        int valueStart = Math.min(nameEnd + 1, to);
        pairs.add(
            new Pair(
                PercentCode.decode(raw, from, nameEnd, true),
                PercentCode.decode(raw, valueStart, to, true),
                PercentCode.decode(raw, valueStart, to, false)));
      }
      from = to + 1;
    }
    return pairs.isEmpty() ? EMPTY : new Query(pairs);
  }

  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    pairs.forEach(pair -> names.add(pair.name));
    return names;
  }

  List<String> all(String name) {
    return pairs.stream().filter(p -> p.name.equals(name)).map(Pair::value).toList();
  }

  List<String> allRawPlus(String name) {
    return pairs.stream().filter(p -> p.name.equals(name)).map(Pair::rawPlusValue).toList();
  }
}

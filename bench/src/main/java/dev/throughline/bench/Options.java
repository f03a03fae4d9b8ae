package dev.throughline.bench;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was asked for on the command line, checked. */
record Options(
    Optional<Path> json,
    int rounds,
    Duration window,
    Duration warmUp,
    int connections,
    double perSecond,
    List<Integer> callers,
    List<String> candidates,
    Optional<Path> data,
    Optional<Path> launcher,
    Optional<URI> webhook,
    Optional<String> secret,
    Optional<String> bot,
    Optional<String> database,
    long pid,
    Kinds kinds,
    int people,
    int rehearsal,
    boolean check) {

  /** What {@code bench line} measures. */
  enum Kinds {
    /** All kinds in turn. */
    MIX,
    /** Each kind alone as well. */
    ALL
  }

  /** All candidates of {@code bench ingest}, in the order of the tables. */
  static final List<String> CANDIDATES =
      List.of(IngestBench.GATEWAY, Peers.NO_OP, Peers.SPRING, Peers.EXPRESS);

  private static final String CHECK = "--check";
  private static final int MAX_ROUNDS = 1_000;
  private static final int MAX_CONNECTIONS = 4_096;
  private static final int MAX_CALLERS = 100_000;
  private static final int MAX_PER_SECOND = 1_000_000;
  private static final int MAX_PEOPLE = 5_000_000;
  private static final double MAX_SECONDS = 3_600;

  /** Every option that takes a value, with what stands for it if it is not given. */
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("--json", ""),
          Map.entry("--rounds", "10"),
          Map.entry("--window", "2"),
          Map.entry("--warmup", "30"),
          Map.entry("--connections", "64"),
          Map.entry("--rate", "2000"),
          Map.entry("--callers", "64,512"),
          Map.entry("--candidates", String.join(",", CANDIDATES)),
          Map.entry("--data", ""),
          Map.entry("--gateway", ""),
          Map.entry("--webhook", ""),
          Map.entry("--secret", ""),
          Map.entry("--bot", ""),
          Map.entry("--database", ""),
          Map.entry("--pid", "0"),
          Map.entry("--kinds", "mix"),
          Map.entry("--people", "1000000"),
          Map.entry("--rehearsal", "1000000"));

  Options {
    callers = List.copyOf(callers);
    candidates = List.copyOf(candidates);
  }

  /** What came of reading the arguments. */
  sealed interface Reading {
    record Understood(Options options) implements Reading {}

    /** One sentence for the user. */
    record Refused(String why) implements Reading {}
  }

  /** {@code defaults} are those of one benchmark, over the general ones. */
  static Reading read(Map<String, String> defaults, List<String> arguments) {
    Map<String, String> values = new LinkedHashMap<>(DEFAULTS);
    values.putAll(defaults);
    boolean check = false;
    for (int i = 0; i < arguments.size(); i++) {
      String name = arguments.get(i);
      if (name.equals(CHECK)) {
        check = true;
      } else if (!DEFAULTS.containsKey(name)) {
        return new Reading.Refused("unknown option " + name + "; try: bench help");
      } else if (i + 1 == arguments.size()) {
        return new Reading.Refused(name + " wants a value");
      } else {
        i++;
        values.put(name, arguments.get(i));
      }
    }
    try {
      return new Reading.Understood(of(new Values(values), check));
    } catch (IllegalArgumentException e) {
      return new Reading.Refused(String.valueOf(e.getMessage()));
    }
  }

  private static Options of(Values values, boolean check) {
    return new Options(
        values.text("--json").map(Path::of),
        values.whole("--rounds", 1, MAX_ROUNDS),
        values.seconds("--window", 0.05),
        values.seconds("--warmup", 0),
        values.whole("--connections", 1, MAX_CONNECTIONS),
        values.whole("--rate", 1, MAX_PER_SECOND),
        values.list("--callers").stream().map(n -> number("--callers", n, 1, MAX_CALLERS)).toList(),
        candidates(values.list("--candidates")),
        values.text("--data").map(Path::of),
        values.text("--gateway").map(Path::of),
        values.text("--webhook").map(Options::loopback),
        values.text("--secret"),
        values.text("--bot"),
        values.text("--database").map(Options::loopbackDatabase),
        values.whole("--pid", 0, Integer.MAX_VALUE),
        kinds(values.text("--kinds").orElse("")),
        values.whole("--people", 1, MAX_PEOPLE),
        values.whole("--rehearsal", 0, MAX_PEOPLE),
        check);
  }

  private static Kinds kinds(String word) {
    return switch (word) {
      case "mix" -> Kinds.MIX;
      case "all" -> Kinds.ALL;
      default -> throw new IllegalArgumentException("--kinds takes mix or all, not " + word);
    };
  }

  private static List<String> candidates(List<String> names) {
    for (String name : names) {
      if (!CANDIDATES.contains(name)) {
        throw new IllegalArgumentException(
            "--candidates takes some of %s, not %s".formatted(CANDIDATES, name));
      }
    }
    return CANDIDATES.stream().filter(names::contains).toList();
  }

  private static URI loopback(String text) {
    URI target = URI.create(text);
    Loopback.refusal(target)
        .ifPresent(why -> {
          throw new IllegalArgumentException("--webhook: " + why);
        });
    return target;
  }

  private static String loopbackDatabase(String jdbcUrl) {
    Loopback.databaseRefusal(jdbcUrl)
        .ifPresent(why -> {
          throw new IllegalArgumentException("--database: " + why);
        });
    return jdbcUrl;
  }

  private static int number(String name, String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number out of range.
    }
    throw new IllegalArgumentException(
        "%s wants a whole number from %d to %d, not %s".formatted(name, least, most, text));
  }

  private record Values(Map<String, String> byName) {
    Optional<String> text(String name) {
      return Optional.ofNullable(byName.get(name)).filter(value -> !value.isEmpty());
    }

    List<String> list(String name) {
      return Arrays.stream(text(name).orElse("").split(",")).map(String::strip).toList();
    }

    int whole(String name, int least, int most) {
      return number(name, text(name).orElse(""), least, most);
    }

    Duration seconds(String name, double least) {
      String text = text(name).orElse("");
      double seconds;
      try {
        seconds = Double.parseDouble(text);
      } catch (NumberFormatException e) {
        seconds = Double.NaN;
      }
      if (!(seconds >= least && seconds <= MAX_SECONDS)) {
        throw new IllegalArgumentException(
            "%s wants seconds from %s to %s, not %s".formatted(name, least, MAX_SECONDS, text));
      }
      return Duration.ofNanos(Math.round(seconds * 1e9));
    }
  }
}

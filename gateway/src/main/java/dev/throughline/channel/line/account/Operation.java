package dev.throughline.channel.line.account;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of LINE's calls, as data.
 *
 * @param name stands in the ledger and in documents; stable
 * @param path LINE's, with {@code {names}} for what varies
 * @param query the parameters that LINE knows
 * @param named the ids in LINE's answer that say what was made
 */
public record Operation(
    String name,
    String method,
    String path,
    Host host,
    Body body,
    Effect effect,
    Limit limit,
    Set<String> query,
    List<String> named) {

  private static final Pattern PARAMETER = Pattern.compile("\\{([A-Za-z]+)}");

  /**
   * LINE's largest answers: a list of 1,000 menus with 20 areas each, far below; images of 1 MB.
   */
  static final int MAX_ANSWER_BYTES = 8 << 20;

  public Operation {
    query = Set.copyOf(query);
    named = List.copyOf(named);
  }

  /** Which of LINE's hosts answers. */
  public enum Host {
    API,
    /** For what is large: images and files. */
    DATA
  }

  /** What is sent along. */
  public enum Body {
    NONE(0),
    JSON(2 << 20),
    /** JPEG or PNG; LINE takes 1 MB. */
    IMAGE(1 << 20),
    /** A list of user ids as a form with a file. */
    FILE(16 << 20);

    private final int limit;

    Body(int limit) {
      this.limit = limit;
    }

    /** The most bytes that we pass on. */
    public int limit() {
      return limit;
    }
  }

  /** What a call does to the account; it decides what the ledger says of it. */
  public enum Effect {
    /** Nothing: not recorded. */
    LOOK,
    /** Something at LINE is another than before: the outcome is recorded. */
    CHANGE
  }

  /** At most so many calls in any span of that length. */
  public record Limit(int calls, Duration span) {
    public Limit {
      if (calls < 1 || span.isNegative() || span.isZero()) {
        throw new IllegalArgumentException("a limit is of at least one call: " + calls);
      }
    }

    static Limit perSecond(int calls) {
      return new Limit(calls, Duration.ofSeconds(1));
    }

    static Limit perMinute(int calls) {
      return new Limit(calls, Duration.ofMinutes(1));
    }

    static Limit perHour(int calls) {
      return new Limit(calls, Duration.ofHours(1));
    }
  }

  /** The names that vary in the path, in order. */
  public List<String> parameters() {
    List<String> names = new ArrayList<>();
    Matcher matcher = PARAMETER.matcher(path);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  @Override
  public String toString() {
    return name;
  }
}

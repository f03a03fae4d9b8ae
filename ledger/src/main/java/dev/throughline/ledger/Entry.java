package dev.throughline.ledger;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One leaf of the ledger: a commitment to what happened, never what was said. The bytes that {@link
 * #encode()} makes are the leaf; there is exactly one spelling of each entry, never longer than 1
 * KiB, which the limits of the fields add up to. {@code docs/ledger-format.md} has it by example.
 *
 * @param origin of the ledger's shard, such as {@code gateway.example/2026h2}
 * @param cause the entry that this one follows from
 * @param at when it was sequenced, cut to milliseconds
 * @param received when it came in, only if it waited elsewhere before it was sequenced
 * @param verdict only on what came in signed
 */
public record Entry(
    String origin,
    Kind kind,
    Ulid id,
    @Nullable Ulid cause,
    Instant at,
    @Nullable Instant received,
    Subject subject,
    @Nullable Verdict verdict,
    Parts parts) {
  public static final int MAX_BYTES = 1024;
  public static final int MAX_ORIGIN_LENGTH = 255;

  private static final String VERSION = "/entry/v1";
  private static final Instant YEAR_0 = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

  public Entry {
    if (origin.isEmpty()
        || origin.length() > MAX_ORIGIN_LENGTH
        || origin.chars().anyMatch(c -> c <= ' ' || c > '~' || c == '+')) {
      throw new RefusedException("An origin is 1 to 255 visible ASCII characters but '+'.");
    }
    at = requireTime(at);
    received = received == null ? null : requireTime(received);
  }

  /**
   * A signature was checked when this came in, and it was good.
   *
   * @param secretVersion which version of the secret it was good under
   */
  public record Verdict(String secretVersion) {
    public static final int MAX_LENGTH = 64;

    public Verdict {
      if (secretVersion.isEmpty()
          || secretVersion.length() > MAX_LENGTH
          || secretVersion.chars().anyMatch(c -> c <= ' ' || c > '~')) {
        throw new RefusedException("A secret version is 1 to 64 visible ASCII characters.");
      }
    }
  }

  /** How many parts the content has, and the RFC 6962 root over their {@link PartLeaf}s. */
  public record Parts(int count, Hash root) {
    public static final Parts NONE = new Parts(0, TreeHash.EMPTY);

    public Parts {
      if (count < 0 || (count == 0) != root.equals(TreeHash.EMPTY)) {
        throw new RefusedException("An entry without parts, and no other, has the empty root.");
      }
    }

    public static Parts of(List<PartLeaf> leaves) {
      return new Parts(leaves.size(), PartLeaf.root(leaves));
    }
  }

  /** The leaf's bytes. */
  public byte[] encode() {
    StringBuilder text = new StringBuilder(MAX_BYTES / 2);
    text.append(origin).append(VERSION);
    text.append("\nkind ").append(kind.token());
    text.append("\nid ").append(id);
    if (cause != null) {
      text.append("\ncause ").append(cause);
    }
    appendTime(text.append("\nat "), at);
    if (received != null) {
      appendTime(text.append("\nreceived "), received);
    }
    text.append('\n').append(subject.line());
    if (verdict != null) {
      text.append("\nverdict ok ").append(verdict.secretVersion());
    }
    text.append("\nparts ").append(parts.count()).append(' ').append(parts.root().base64());
    return text.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** The leaf's hash. */
  public Hash leafHash() {
    return TreeHash.leaf(encode());
  }

  /** Strict: refuses whatever {@link #encode()} would not have written, to the byte. */
  public static Entry decode(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new RefusedException("The entry is longer than " + MAX_BYTES + " bytes.");
    }
    List<String> lines = Wire.lines("The entry", Wire.text("The entry", bytes));
    Entry entry = new Fields(lines.iterator()).entry();
    if (!Arrays.equals(entry.encode(), bytes)) {
      throw new RefusedException("The entry is not spelled as the ledger spells it.");
    }
    return entry;
  }

  /** Takes the lines of an entry in their order, each optional one only if it comes next. */
  private static final class Fields {
    private final Iterator<String> lines;
    private String line = "";

    Fields(Iterator<String> lines) {
      this.lines = lines;
      advance();
    }

    Entry entry() {
      if (!line.endsWith(VERSION)) {
        throw new RefusedException(
            "The entry's first line does not end with %s, the version known here."
                .formatted(VERSION));
      }
      String origin = line.substring(0, line.length() - VERSION.length());
      advance();
      Kind kind = new Kind(required("kind "));
      Ulid id = Ulid.parse(required("id "));
      String cause = optional("cause ");
      Instant at = time(required("at "));
      String received = optional("received ");
      Subject subject = subject();
      String verdict = optional("verdict ok ");
      Parts parts = parts(required("parts "));
      if (!line.isEmpty() || lines.hasNext()) {
        throw new RefusedException("The entry goes on after its parts line.");
      }
      return new Entry(
          origin,
          kind,
          id,
          cause == null ? null : Ulid.parse(cause),
          at,
          received == null ? null : time(received),
          subject,
          verdict == null ? null : new Verdict(verdict),
          parts);
    }

    private void advance() {
      line = lines.hasNext() ? lines.next() : "";
    }

    private @Nullable String optional(String name) {
      if (!line.startsWith(name)) {
        return null;
      }
      String value = line.substring(name.length());
      advance();
      return value;
    }

    private String required(String name) {
      String value = optional(name);
      if (value == null) {
        throw new RefusedException("The entry has no line '" + name.strip() + "' in its place.");
      }
      return value;
    }

    private Subject subject() {
      String account = optional("account ");
      if (account != null) {
        return new Subject.Account(account);
      }
      String project = optional("project ");
      if (project != null) {
        return new Subject.Project(project);
      }
      if (line.equals("installation")) {
        advance();
        return new Subject.Installation();
      }
      throw new RefusedException("The entry names no account, no project and no installation.");
    }

    private static Parts parts(String value) {
      int space = value.indexOf(' ');
      if (space < 0) {
        throw new RefusedException("The entry's parts line is not a count and a root.");
      }
      long count = Wire.decimal("The count of parts", value.substring(0, space));
      if (count > Integer.MAX_VALUE) {
        throw new RefusedException("The entry's count of parts is too large.");
      }
      return new Parts((int) count, Hash.fromBase64(value.substring(space + 1)));
    }

    private static Instant time(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeException malformed) {
        throw new RefusedException("The entry has a time that is not one of RFC 3339.");
      }
    }
  }

  private static Instant requireTime(Instant time) {
    if (time.isBefore(YEAR_0) || !time.isBefore(YEAR_10000)) {
      throw new RefusedException("A time in an entry has a year of four digits.");
    }
    return time.truncatedTo(ChronoUnit.MILLIS);
  }

  /** {@code 2026-11-20T23:39:00.123Z}: always milliseconds, always 24 characters. */
  private static void appendTime(StringBuilder text, Instant time) {
    LocalDateTime utc =
        LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
    appendDigits(text, 4, utc.getYear());
    appendDigits(text.append('-'), 2, utc.getMonthValue());
    appendDigits(text.append('-'), 2, utc.getDayOfMonth());
    appendDigits(text.append('T'), 2, utc.getHour());
    appendDigits(text.append(':'), 2, utc.getMinute());
    appendDigits(text.append(':'), 2, utc.getSecond());
    appendDigits(text.append('.'), 3, utc.getNano() / 1_000_000);
    text.append('Z');
  }

  private static void appendDigits(StringBuilder text, int digits, int value) {
    for (int unit = digits == 4 ? 1000 : digits == 3 ? 100 : 10; unit > 0; unit /= 10) {
      text.append((char) ('0' + value / unit % 10));
    }
  }
}

package dev.throughline.channel.line;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the bytes of a webhook body, without a tree: checks that they are JSON (RFC 8259)
 * with a list of events, and notes where each event lies and which objects belong to whom. Both
 * {@link OwnedRuns} and {@link WebhookEvents} stand on it, so that what is parsed for a person is
 * by construction also sealed for that person, and what is not understood by one is not by the
 * other.
 *
 * <p>Stricter than a lenient parser in nothing but depth and counts, laxer in one thing: bytes
 * above 0x7f inside strings are not checked for valid UTF-8, so that one bad character costs one
 * event and not all the people in the body. Linear in time; never throws.
 */
final class WebhookScan {
  /** LINE's own bodies are six deep. */
  static final int MAX_DEPTH = 64;

  /**
   * LINE publishes no limit; 1 MiB of the smallest real events is about 4,000. A body with more
   * than this is none of LINE's, and is kept as one that is not understood.
   */
  static final int MAX_EVENTS = 8_192;

  /** Objects that belong to somebody; each is up to two parts of the ledger entry. */
  static final int MAX_OWNED = 16_384;

  private static final byte[] DESTINATION = ascii("destination");
  private static final byte[] EVENTS = ascii("events");
  private static final byte[] SOURCE = ascii("source");
  private static final byte[] USER_ID = ascii("userId");
  private static final byte[] GROUP_ID = ascii("groupId");
  private static final byte[] ROOM_ID = ascii("roomId");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final byte[] NULL = ascii("null");
  private static final byte[] NO_KEY = {};

  /** What a value is to us, by its place in the body. */
  private enum Place {
    ROOT,
    EVENTS,
    EVENT,
    SOURCE,
    ELSEWHERE
  }

  private final byte[] in;
  private int at;
  private String why = "";

  /** Whether the string read last held a backslash. */
  private boolean escaped;

  /** Of the source object read last: its user, else its group or room. */
  private @Nullable String sourceOwner;

  private @Nullable String destination;
  private boolean sawEvents;
  private final Ranges events = new Ranges();

  /** Objects in the order in which they open; without an owner, those that name none. */
  private final Ranges objects = new Ranges();

  private @Nullable String[] owners = new String[16];
  private int owned;

  private WebhookScan(byte[] in) {
    this.in = in;
  }

  static WebhookScan of(byte[] body) {
    WebhookScan scan = new WebhookScan(body);
    scan.body();
    return scan;
  }

  /** False if this is no webhook body; then nothing else may be asked but {@link #why}. */
  boolean understood() {
    return why.isEmpty();
  }

  /** What is wrong, in words that show nothing of the body. */
  String why() {
    return why;
  }

  Optional<String> destination() {
    return Optional.ofNullable(destination);
  }

  /** The elements of {@code events}, as byte ranges; not necessarily objects. */
  Ranges events() {
    return events;
  }

  Ranges objects() {
    return objects;
  }

  /** Who owns the object, if it names anybody but the account itself. */
  @Nullable String owner(int object) {
    String owner = owners[object];
    return owner == null || owner.equals(destination) ? null : owner;
  }

  private void body() {
    skipSpace();
    int root = at;
    boolean json = value(Place.ROOT, 0);
    if (json) {
      skipSpace();
      json = at == in.length;
    }
    if (!json) {
      fail("not JSON, at byte " + at);
    } else if (in[root] != '{') {
      fail("not a JSON object");
    } else if (!sawEvents) {
      fail("it has no list of events");
    }
  }

  /** The first reason stands; the value says that reading has ended. */
  private boolean fail(String reason) {
    if (why.isEmpty()) {
      why = reason;
    }
    return false;
  }

  private boolean value(Place place, int depth) {
    if (at == in.length) {
      return false;
    }
    return switch (in[at]) {
      case '{' -> object(place, depth);
      case '[' -> array(place, depth);
      case '"' -> string();
      case 't' -> literal(TRUE);
      case 'f' -> literal(FALSE);
      case 'n' -> literal(NULL);
      default -> number();
    };
  }

  private boolean object(Place place, int depth) {
    if (depth == MAX_DEPTH) {
      return fail("nested deeper than " + MAX_DEPTH);
    }
    int object = open();
    String user = null;
    String chat = null;
    String eventOwner = null;
    at++;
    skipSpace();
    boolean more = !take('}');
    while (more) {
      if (at == in.length || in[at] != '"') {
        return false;
      }
      byte[] key = key(place);
      if (key == null || !colon()) {
        return false;
      }
      int from = at;
      if (!value(inside(place, key), depth + 1)) {
        return false;
      }
      if (key == USER_ID) {
        user = id(from);
      } else if (key == GROUP_ID || key == ROOM_ID) {
        chat = id(from);
      } else if (key == SOURCE) {
        eventOwner = in[from] == '{' ? sourceOwner : null;
      } else if (key == DESTINATION) {
        destination = id(from);
      } else if (key == EVENTS && in[from] != '[') {
        return fail("its events are not a list");
      }
      skipSpace();
      more = take(',');
      if (more) {
        skipSpace();
      } else if (!take('}')) {
        return false;
      }
    }
    if (place == Place.SOURCE) {
      sourceOwner = user != null ? user : chat;
    }
    return close(object, user != null ? user : eventOwner);
  }

  private boolean array(Place place, int depth) {
    if (depth == MAX_DEPTH) {
      return fail("nested deeper than " + MAX_DEPTH);
    }
    boolean ofEvents = place == Place.EVENTS;
    sawEvents |= ofEvents;
    at++;
    skipSpace();
    boolean more = !take(']');
    while (more) {
      int from = at;
      if (!value(ofEvents ? Place.EVENT : Place.ELSEWHERE, depth + 1)) {
        return false;
      }
      if (ofEvents) {
        events.add(from, at);
        if (events.size() > MAX_EVENTS) {
          return fail("more than " + MAX_EVENTS + " events");
        }
      }
      skipSpace();
      more = take(',');
      if (more) {
        skipSpace();
      } else if (!take(']')) {
        return false;
      }
    }
    return true;
  }

  private static Place inside(Place place, byte[] key) {
    if (key == EVENTS) {
      return Place.EVENTS;
    }
    return place == Place.EVENT && key == SOURCE ? Place.SOURCE : Place.ELSEWHERE;
  }

  private int open() {
    int object = objects.add(at, at);
    if (object == owners.length) {
      owners = Arrays.copyOf(owners, 2 * object);
    }
    owners[object] = null;
    return object;
  }

  private boolean close(int object, @Nullable String owner) {
    if (owner == null) {
      objects.removeIfLast(object);
      return true;
    }
    objects.end(object, at);
    owners[object] = owner;
    return ++owned <= MAX_OWNED || fail("more than " + MAX_OWNED + " objects that name somebody");
  }

  /**
   * Reads a member's name. Null if that is no string, else one of our constants where the name
   * matters at that place, else {@link #NO_KEY}.
   */
  private byte @Nullable [] key(Place place) {
    int from = at + 1;
    if (!string()) {
      return null;
    }
    if (is(USER_ID, from)) {
      return USER_ID;
    }
    return switch (place) {
      case ROOT -> is(EVENTS, from) ? EVENTS : is(DESTINATION, from) ? DESTINATION : NO_KEY;
      case EVENT -> is(SOURCE, from) ? SOURCE : NO_KEY;
      case SOURCE -> is(GROUP_ID, from) ? GROUP_ID : is(ROOM_ID, from) ? ROOM_ID : NO_KEY;
      case EVENTS, ELSEWHERE -> NO_KEY;
    };
  }

  /** Whether the string that was just read, from there on, says this name. */
  private boolean is(byte[] name, int from) {
    int to = at - 1;
    if (!escaped) {
      return to - from == name.length && Arrays.equals(in, from, to, name, 0, name.length);
    }
    String text = unescaped(from, to);
    return text != null && Arrays.equals(ascii(text), name);
  }

  private boolean colon() {
    skipSpace();
    if (!take(':')) {
      return false;
    }
    skipSpace();
    return true;
  }

  /** The id in the value that was just read, from there on; null unless it is a usable string. */
  private @Nullable String id(int from) {
    if (in[from] != '"') {
      return null;
    }
    int first = from + 1;
    int last = at - 1;
    if (!escaped && last - first > LineIds.MAX_LENGTH) {
      return null;
    }
    String text =
        escaped
            ? unescaped(first, last)
            : new String(in, first, last - first, StandardCharsets.ISO_8859_1);
    return LineIds.isUsable(text) ? text : null;
  }

  /**
   * The text of a string that holds escapes, if it could be an id or a name that we know: null if
   * it is longer, or holds anything but printable ASCII.
   */
  private @Nullable String unescaped(int from, int to) {
    StringBuilder text = new StringBuilder(LineIds.MAX_LENGTH);
    int i = from;
    while (i < to) {
      int c = in[i++];
      if (c == '\\') {
        c = in[i++];
        if (c == 'u') {
          c = Integer.parseInt(new String(in, i, 4, StandardCharsets.ISO_8859_1), 16);
          i += 4;
        } else if ("bfnrt".indexOf(c) >= 0) {
          return null;
        }
      }
      if (!LineIds.isPrintable(c) || text.length() == LineIds.MAX_LENGTH) {
        return null;
      }
      text.append((char) c);
    }
    return text.toString();
  }

  private boolean string() {
    escaped = false;
    int i = at + 1;
    while (i < in.length) {
      int c = in[i] & 0xff;
      if (c == '"') {
        at = i + 1;
        return true;
      }
      if (c == '\\') {
        escaped = true;
        i = escape(i + 1);
        if (i < 0) {
          return false;
        }
      } else if (c < ' ') {
        return false;
      } else {
        i++;
      }
    }
    return false;
  }

  /** Where the escape ends whose letter stands there; -1 if it is none. */
  private int escape(int letter) {
    if (letter >= in.length) {
      return -1;
    }
    return switch (in[letter]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> letter + 1;
      case 'u' -> hasHex(letter + 1) ? letter + 5 : -1;
      default -> -1;
    };
  }

  private boolean hasHex(int from) {
    if (from + 4 > in.length) {
      return false;
    }
    for (int i = from; i < from + 4; i++) {
      if (Character.digit(in[i], 16) < 0) {
        return false;
      }
    }
    return true;
  }

  private boolean literal(byte[] word) {
    int to = at + word.length;
    if (to > in.length || !Arrays.equals(in, at, to, word, 0, word.length)) {
      return false;
    }
    at = to;
    return true;
  }

  private boolean number() {
    take('-');
    if (!take('0') && !digits()) {
      return false;
    }
    if (take('.') && !digits()) {
      return false;
    }
    if (take('e') || take('E')) {
      if (!take('+')) {
        take('-');
      }
      return digits();
    }
    return true;
  }

  private boolean digits() {
    int from = at;
    while (at < in.length && in[at] >= '0' && in[at] <= '9') {
      at++;
    }
    return at > from;
  }

  private boolean take(char expected) {
    if (at < in.length && in[at] == expected) {
      at++;
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (at < in.length
        && (in[at] == ' ' || in[at] == '\n' || in[at] == '\r' || in[at] == '\t')) {
      at++;
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Byte ranges {@code [from, to)} in a growing list. */
  static final class Ranges {
    private int[] bounds = new int[32];
    private int size;

    int size() {
      return size;
    }

    int from(int i) {
      return bounds[2 * i];
    }

    int to(int i) {
      return bounds[2 * i + 1];
    }

    private int add(int from, int to) {
      if (2 * size == bounds.length) {
        bounds = Arrays.copyOf(bounds, 2 * bounds.length);
      }
      bounds[2 * size] = from;
      bounds[2 * size + 1] = to;
      return size++;
    }

    private void end(int i, int to) {
      bounds[2 * i + 1] = to;
    }

    private void removeIfLast(int i) {
      if (i == size - 1) {
        size = i;
      }
    }
  }
}

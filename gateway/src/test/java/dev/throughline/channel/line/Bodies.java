package dev.throughline.channel.line;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Generated webhook bodies: like LINE's in shape, unlike them in everything that must not matter
 * (order, white space, escapes, repeated names, foreign members, nesting), and at times broken.
 */
final class Bodies {
  static final String BOT = "U" + "0b".repeat(16);
  static final List<String> USERS =
      List.of("U" + "a1".repeat(16), "U" + "b2".repeat(16), "U" + "c3".repeat(16), "Ux");
  static final String GROUP = "C" + "9d".repeat(16);
  static final String ROOM = "R" + "7e".repeat(16);

  private final RandomGenerator random;
  private final StringBuilder out = new StringBuilder();

  private Bodies(RandomGenerator random) {
    this.random = random;
  }

  /** A body that is a webhook, in odd spelling. */
  static byte[] webhook(RandomGenerator random) {
    Bodies bodies = new Bodies(random);
    bodies.root();
    return bodies.out.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A webhook with a few bytes changed, taken out, put in, or cut off. */
  static byte[] broken(RandomGenerator random) {
    byte[] body = webhook(random);
    for (int faults = 1 + random.nextInt(3); faults > 0; faults--) {
      int at = random.nextInt(body.length);
      int length = random.nextInt(4);
      ByteArrayOutputStream changed = new ByteArrayOutputStream();
      changed.write(body, 0, at);
      switch (random.nextInt(4)) {
        case 0 -> changed.write(oddByte(random));
        case 1 -> {
          changed.write(oddByte(random));
          at++;
        }
        case 2 -> at = Math.min(body.length, at + length);
        default -> at = random.nextInt(4) == 0 ? body.length : at;
      }
      changed.write(body, at, body.length - at);
      body = changed.toByteArray();
      if (body.length == 0) {
        return body;
      }
    }
    return body;
  }

  private static int oddByte(RandomGenerator random) {
    String odd = "{}[]\",:\\u0 \n\t\0\u0001-+.eE19tfnIa";
    return random.nextInt(6) == 0 ? random.nextInt(256) : odd.charAt(random.nextInt(odd.length()));
  }

  private void root() {
    space();
    object(
        () -> {
          if (random.nextInt(8) > 0) {
            member("destination", () -> string(BOT));
          }
        },
        () -> member("events", () -> array(0, this::element)),
        () -> {
          if (random.nextInt(20) == 0) {
            member("events", () -> array(0, this::element));
          }
        },
        this::anyMember);
    space();
  }

  private void element() {
    if (random.nextInt(12) == 0) {
      anything(3);
      return;
    }
    object(
        () -> member("type", () -> string("message")),
        this::source,
        () -> {
          if (random.nextInt(15) == 0) {
            source();
          }
        },
        () -> {
          if (random.nextInt(20) == 0) {
            member("userId", this::someId);
          }
        },
        () -> member("message", () -> anything(2)),
        this::anyMember);
  }

  private void source() {
    switch (random.nextInt(10)) {
      case 0 -> {}
      case 1 -> member("source", () -> anything(4));
      default ->
          member(
              "source",
              () ->
                  object(
                      () -> maybe(3, () -> member("userId", this::someId)),
                      () -> maybe(1, () -> member("groupId", () -> string(GROUP))),
                      () -> maybe(1, () -> member("roomId", () -> string(ROOM))),
                      this::anyMember));
    }
  }

  private void maybe(int outOfFour, Runnable what) {
    if (random.nextInt(4) < outOfFour) {
      what.run();
    }
  }

  private void anyMember() {
    switch (random.nextInt(9)) {
      case 0 -> member("userId", this::someId);
      case 1 -> member("source", () -> anything(3));
      case 2 -> member("mention", () -> anything(2));
      case 3 -> member("destination", () -> anything(4));
      case 4 -> member("userID", this::someId);
      default -> {}
    }
  }

  private void someId() {
    switch (random.nextInt(12)) {
      case 0 -> string(BOT);
      case 1 -> anything(5);
      case 2 -> string("名前");
      case 3 -> string("x".repeat(LineIds.MAX_LENGTH + random.nextInt(2)));
      default -> string(USERS.get(random.nextInt(USERS.size())));
    }
  }

  private void anything(int depth) {
    switch (depth > 5 ? 2 + random.nextInt(4) : random.nextInt(7)) {
      case 0 -> object(this::anyMember, () -> member("text", () -> string("a")), this::anyMember);
      case 1 -> array(depth, () -> anything(depth + 1));
      case 2 -> out.append(pick("true", "false", "null"));
      case 3 -> out.append(pick("0", "-1", "1763600000000", "1.5e3", "-0.0E-12", "7E+2"));
      case 4 -> string("");
      default -> string("こ👋\"\\/\b\f\n\r\t\u0001z");
    }
  }

  private void array(int depth, Runnable element) {
    out.append('[');
    space();
    for (int i = random.nextInt(depth > 3 ? 2 : 4); i > 0; i--) {
      element.run();
      space();
      if (i > 1) {
        out.append(',');
        space();
      }
    }
    out.append(']');
  }

  /** The members may each write nothing, one or several; they end in a comma that we mend. */
  private void object(Runnable... members) {
    out.append('{');
    space();
    int rotate = random.nextInt(members.length);
    for (int i = 0; i < members.length; i++) {
      members[(i + rotate) % members.length].run();
    }
    int end = out.length();
    while (" \n\r\t".indexOf(out.charAt(end - 1)) >= 0) {
      end--;
    }
    if (out.charAt(end - 1) == ',') {
      out.setCharAt(end - 1, ' ');
    }
    out.append('}');
  }

  private void member(String name, Runnable value) {
    string(name);
    space();
    out.append(':');
    space();
    value.run();
    space();
    out.append(',');
    space();
  }

  private void string(String text) {
    boolean escape = random.nextInt(10) == 0;
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (escape && random.nextInt(4) == 0 || c < ' ' || c == '"' || c == '\\') {
        out.append(String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private void space() {
    if (random.nextInt(12) == 0) {
      out.append(pick(" ", "\n", "\t\r", "  "));
    }
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}

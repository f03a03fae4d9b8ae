package dev.throughline.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/** Bodies that ask for more than they should, and the pieces that they are made of. */
final class BadBodies {
  private BadBodies() {}

  static byte[] text(int number) {
    return ascii(
        "{\"destination\":\"%s\",\"events\":[{\"type\":\"message\",\"n\":%d,\"message\":{\"type\":\"text\",\"text\":\"hello\"}}]}"
            .formatted(World.BOT, number));
  }

  static byte[] event(World world, String person, byte[] text) {
    String event =
        "{\"type\":\"message\",\"mode\":\"active\",\"timestamp\":%d,\"webhookEventId\":\"01TEST%020d\",\"source\":{\"type\":\"user\",\"userId\":\"%s\"},\"message\":{\"type\":\"text\",\"id\":\"%d\",\"text\":\""
            .formatted(world.clock.millis(), world.number(), person, world.number());
    return concat(
        ascii("{\"destination\":\"" + World.BOT + "\",\"events\":[" + event),
        text,
        ascii("\"}}]}"));
  }

  static byte[] deep(int number) {
    return ascii(
        "{\"n\":" + number + ",\"events\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
  }

  /** Of many people, as small as events can be. */
  static byte[] tenThousand(int number) {
    StringBuilder events = new StringBuilder(1 << 20);
    String head = "{\"type\":\"x\",\"source\":{\"userId\":\"U%028x".formatted(number);
    HexFormat hex = HexFormat.of();
    for (int i = 0; i < 10_000; i++) {
      events
          .append(i == 0 ? "" : ",")
          .append(head)
          .append(hex.toHexDigits((char) i))
          .append("\"}}");
    }
    return ascii("{\"events\":[" + events + "]}");
  }

  static byte[] ordinary(World world, int number) {
    String event =
        new String(
            event(world, "U" + "0".repeat(32), ascii("x".repeat(250))), StandardCharsets.UTF_8);
    return ascii("{\"n\":" + number + ",\"events\":[" + (event + ",").repeat(9_999) + event + "]}");
  }

  /** A gigabyte of zeros in a megabyte would do the same; a tenth of it is quicker to make. */
  private static final byte[] BOMB = zeros(100 << 20);

  static byte[] bomb() {
    return BOMB;
  }

  private static byte[] zeros(int count) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream zip = new GZIPOutputStream(bytes)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < count / zeros.length; i++) {
        zip.write(zeros);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  static String names(int count) {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < count; i++) {
      names.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":0");
    }
    return names.toString();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }
}

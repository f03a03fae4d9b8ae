package dev.throughline.sandbox.emulator;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Content for messages that somebody sent without uploading any: small, valid, and made here. */
public final class Samples {
  private static final int WIDTH = 240;
  private static final int HEIGHT = 160;
  private static final int LARGEST_FILE = 1 << 20;
  private static final int MP4_TIMESCALE = 1000;

  private Samples() {}

  public static String mediaType(String kind) {
    return switch (kind) {
      case "image" -> "image/png";
      case "video" -> "video/mp4";
      case "audio" -> "audio/x-m4a";
      default -> "application/octet-stream";
    };
  }

  /**
   * @param kind image, video, audio or anything else
   * @param seed of what a picture looks like
   * @param millis how long a film or recording plays
   * @param size of anything else
   */
  public static Bytes of(String kind, int seed, long millis, long size) {
    return switch (kind) {
      case "image" -> picture(seed);
      case "video" -> film("isom", millis);
      case "audio" -> film("M4A ", millis);
      default -> file(size);
    };
  }

  /** JPEG or PNG, by the first bytes. */
  public static String pictureType(Bytes bytes) {
    byte[] start = Arrays.copyOf(bytes.copy(), 2);
    return (start[0] & 0xff) == 0xff && (start[1] & 0xff) == 0xd8 ? "image/jpeg" : "image/png";
  }

  private static Bytes file(long size) {
    byte[] text = new byte[(int) Math.min(size, LARGEST_FILE)];
    Arrays.fill(text, (byte) '.');
    return Bytes.of(text);
  }

  /** A PNG with a diagonal in a colour of its own. */
  public static Bytes picture(int seed) {
    byte[] rows = new byte[HEIGHT * (1 + 3 * WIDTH)];
    int at = 0;
    for (int y = 0; y < HEIGHT; y++) {
      rows[at++] = 0;
      for (int x = 0; x < WIDTH; x++) {
        boolean line = Math.abs(x * HEIGHT - y * WIDTH) < WIDTH * 4;
        rows[at++] = (byte) (line ? 255 : seed >> 16 | 64);
        rows[at++] = (byte) (line ? 255 : seed >> 8 | 64);
        rows[at++] = (byte) (line ? 255 : seed | 64);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(WIDTH)
            .putInt(HEIGHT)
            .put(new byte[] {8, 2, 0, 0, 0})
            .array();
    chunk(out, "IHDR", header);
    chunk(out, "IDAT", deflated(rows));
    chunk(out, "IEND", new byte[0]);
    return Bytes.of(out.toByteArray());
  }

  private static byte[] deflated(byte[] data) {
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(data);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[4096];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    }
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  /** An MP4 without tracks that says how long it plays. */
  private static Bytes film(String brand, long millis) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    box(out, "ftyp", ByteBuffer.allocate(12).put(ascii(brand)).putInt(0).put(ascii(brand)).array());
    ByteBuffer header = ByteBuffer.allocate(100);
    header.putInt(0).putInt(0).putInt(0); // version and flags, made, changed
    header.putInt(MP4_TIMESCALE).putInt((int) millis);
    header.putInt(0x00010000).putShort((short) 0x0100); // normal speed, full volume
    header.position(36);
    header.putInt(0x00010000).position(52);
    header.putInt(0x00010000).position(68);
    header.putInt(0x40000000).position(96);
    header.putInt(1); // the next track
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    box(inner, "mvhd", header.array());
    box(out, "moov", inner.toByteArray());
    box(out, "mdat", new byte[0]);
    return Bytes.of(out.toByteArray());
  }

  private static void box(ByteArrayOutputStream out, String type, byte[] data) {
    out.writeBytes(ByteBuffer.allocate(4).putInt(8 + data.length).array());
    out.writeBytes(ascii(type));
    out.writeBytes(data);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

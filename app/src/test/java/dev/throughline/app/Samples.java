package dev.throughline.app;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small files of each kind, made here. */
final class Samples {
  private Samples() {}

  /** A picture of noise, which no format makes small. */
  static byte[] picture(String format, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(width);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, out)) {
        throw new IllegalArgumentException("no writer of " + format);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  /** The head of a PNG that says how large it is, and nothing after it. */
  static byte[] bombedPng(int width, int height, int length) {
    byte[] bytes = Arrays.copyOf(picture("png", 8, 8), length);
    ByteBuffer.wrap(bytes).putInt(16, width).putInt(20, height);
    return bytes;
  }

  static byte[] film(int millis) {
    return container("mp42", millis, "vide");
  }

  static byte[] sound(int millis) {
    return container("M4A ", millis, "soun");
  }

  /** Of constant bit rate: 128 kbit/s, so many bytes after a tag. */
  static byte[] mp3(int bytes) {
    ByteBuffer out = ByteBuffer.allocate(10 + 300 + bytes);
    out.put("ID3".getBytes(StandardCharsets.US_ASCII)).put(new byte[] {4, 0, 0, 0, 0, 2, 44});
    out.position(310);
    out.putInt(0xfffb9000);
    return out.array();
  }

  private static byte[] container(String brand, int millis, String handler) {
    ByteBuffer movie = ByteBuffer.allocate(100);
    movie.putInt(0).putInt(0).putInt(0).putInt(1_000).putInt(millis);
    ByteBuffer told = ByteBuffer.allocate(24);
    told.putInt(0).putInt(0).put(handler.getBytes(StandardCharsets.US_ASCII));
    byte[] track = box("trak", box("mdia", box("hdlr", told.array())));
    byte[] moov = box("moov", join(box("mvhd", movie.array()), track));
    byte[] type = (brand + "\0\0\0\0isom").getBytes(StandardCharsets.US_ASCII);
    return join(box("ftyp", type), join(box("mdat", new byte[200_000]), moov));
  }

  private static byte[] box(String name, byte[] content) {
    ByteBuffer box = ByteBuffer.allocate(8 + content.length).putInt(8 + content.length);
    return box.put(name.getBytes(StandardCharsets.US_ASCII)).put(content).array();
  }

  private static byte[] join(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }
}

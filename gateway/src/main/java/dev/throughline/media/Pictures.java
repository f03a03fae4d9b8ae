package dev.throughline.media;

import dev.throughline.message.Bytes;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStreamImpl;
import javax.imageio.stream.ImageOutputStream;

/**
 * Makes smaller pictures. What a picture says of its size is believed before anything is decoded,
 * and only every n-th pixel of a large one is kept, so that its size in memory is ours to choose.
 */
final class Pictures {
  /** What phones take today; decoding it takes about half a second. */
  static final long MAX_PIXELS = 25_000_000;

  /** A progressive JPEG is held whole while it is decoded, at six bytes a pixel. */
  static final long MAX_PROGRESSIVE_PIXELS = 5_000_000;

  /** The largest source that is read into memory. */
  static final int MAX_SOURCE_BYTES = 16 << 20;

  private static final Duration MAX_DECODING = Duration.ofSeconds(2);
  private static final float JPEG_QUALITY = 0.85f;

  /** One at a time: so many bytes are in use, however many messages are on their way. */
  private static final Semaphore DECODING = new Semaphore(1);

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Pictures() {}

  static {
    // Its default is a file for each picture.
    ImageIO.setUseCache(false);
  }

  /** A picture that was made. */
  record Made(Bytes bytes, MediaType type) {}

  /**
   * The first picture of a file, not larger than {@code side} pixels or {@code maxBytes}; empty if
   * it cannot be decoded within the limits.
   */
  static Optional<Made> scaled(byte[] source, PictureSize size, int side, long maxBytes)
      throws InterruptedException {
    long most = size.progressive() ? MAX_PROGRESSIVE_PIXELS : MAX_PIXELS;
    if (size.pixels() > most || !DECODING.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      return Optional.empty();
    }
    try {
      for (int longest = side; longest >= 64; longest /= 2) {
        Optional<BufferedImage> decoded = decode(source, size, longest);
        if (decoded.isEmpty()) {
          return Optional.empty();
        }
        Made made = encode(decoded.get());
        if (made.bytes().length() <= maxBytes) {
          return Optional.of(made);
        }
      }
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      // Whatever a decoder says of bytes that strangers chose: it is no picture for us.
      return Optional.empty();
    } finally {
      DECODING.release();
    }
  }

  /** What stands before a film of which nobody gave us a picture: a triangle on grey. */
  static byte[] placeholder() {
    int width = 640;
    int height = 360;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int down = Math.abs(y - height / 2);
        int across = x - (width / 2 - 50);
        boolean triangle = across >= 0 && down * 100 <= (110 - across) * 60 && down <= 66;
        image.getRaster().setSample(x, y, 0, triangle ? 0xf2 : 0x50);
      }
    }
    try {
      return png(image);
    } catch (IOException e) {
      throw new IllegalStateException("every JDK writes PNG into memory", e);
    }
  }

  private static Optional<BufferedImage> decode(byte[] source, PictureSize size, int longest)
      throws IOException {
    try (Held in = new Held(source)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        return Optional.empty();
      }
      ImageReader reader = readers.next();
      Thread guard =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  TimeUnit.NANOSECONDS.sleep(MAX_DECODING.toNanos());
                  reader.abort();
                } catch (InterruptedException done) {
                  // in time
                }
              });
      try {
        reader.setInput(in, true, true);
        // Its own word for its size, which its decoder goes by.
        if ((long) reader.getWidth(0) * reader.getHeight(0) > MAX_PIXELS) {
          return Optional.empty();
        }
        int every = Math.max(1, (Math.max(size.width(), size.height()) + longest - 1) / longest);
        ImageReadParam parameters = reader.getDefaultReadParam();
        parameters.setSourceSubsampling(every, every, 0, 0);
        BufferedImage image = reader.read(0, parameters);
        return guard.isAlive() ? Optional.of(image) : Optional.empty();
      } finally {
        guard.interrupt();
        reader.dispose();
      }
    }
  }

  private static Made encode(BufferedImage image) throws IOException {
    if (image.getColorModel().hasAlpha()
        || image.getColorModel() instanceof java.awt.image.IndexColorModel) {
      return new Made(Bytes.wrap(png(image)), MediaType.PNG);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(JPEG_QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }
    return new Made(Bytes.wrap(bytes.toByteArray()), MediaType.JPEG);
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  /** Bytes that are in memory already, read without another copy of them. */
  private static final class Held extends ImageInputStreamImpl {
    private final byte[] bytes;

    Held(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      bitOffset = 0;
      return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int at, int length) {
      bitOffset = 0;
      int count = (int) Math.min(length, bytes.length - streamPos);
      if (count <= 0) {
        return length == 0 ? 0 : -1;
      }
      System.arraycopy(bytes, (int) streamPos, into, at, count);
      streamPos += count;
      return count;
    }

    @Override
    public long length() {
      return bytes.length;
    }
  }
}

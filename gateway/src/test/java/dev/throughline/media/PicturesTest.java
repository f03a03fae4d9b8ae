package dev.throughline.media;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;

/**
 * Pictures become as small as is wanted, whatever they are; bytes that were made to cost much cost
 * at most 64 MB and two seconds, and neither an exception nor a picture comes of nonsense.
 */
final class PicturesTest {
  private static final long MOST_BYTES = 64L << 20;
  private static final Duration MOST_TIME = Duration.ofSeconds(2);

  @Test
  void scalesEachFormat() throws Exception {
    for (String format : new String[] {"jpeg", "png", "gif"}) {
      byte[] source = picture(format, 900, 700);
      PictureSize size = size(source);
      assertThat(size).isEqualTo(new PictureSize(900, 700, false));
      Pictures.Made made = Pictures.scaled(source, size, 256, 200_000).orElseThrow();
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(made.bytes().array()));
      assertThat(image.getWidth()).isBetween(128, 256);
      assertThat(made.bytes().length()).isLessThanOrEqualTo(200_000);
      assertThat(MediaType.of(made.bytes().array(), made.bytes().length())).isEqualTo(made.type());
    }
  }

  @Test
  void aTightLimitMakesItSmallerStill() throws Exception {
    byte[] source = picture("jpeg", 900, 700);
    Pictures.Made made = Pictures.scaled(source, size(source), 800, 20_000).orElseThrow();
    assertThat(made.bytes().length()).isLessThanOrEqualTo(20_000);
    assertThat(Pictures.scaled(source, size(source), 800, 10)).isEmpty();
  }

  @Test
  void readsTheSizeOfProgressivePictures() throws Exception {
    byte[] source = progressive(300, 200);
    assertThat(size(source)).isEqualTo(new PictureSize(300, 200, true));
    assertThat(Pictures.scaled(source, size(source), 100, 100_000)).isPresent();
  }

  /** A few kilobytes that would be a picture of a gigabyte and a half. */
  @Test
  void aDecompressionBombIsCheap() throws Exception {
    byte[] bomb = png(25_000, 60_000, 20_000_000);
    cheap(() -> assertThat(Pictures.scaled(bomb, size(bomb), 1_024, 1 << 20)).isEmpty());
  }

  /** As large as is decoded at all, and more behind it. */
  @Test
  void theLargestThatIsDecodedIsCheap() throws Exception {
    byte[] bomb = png(5_000, 5_000, 60_000_000);
    cheap(() -> Pictures.scaled(bomb, size(bomb), 1_024, 1 << 20));
  }

  /** Whoever asked may have another size in mind than what the decoder will find. */
  @Test
  void aPictureThatLiesAboutItsSizeIsCheap() throws Exception {
    byte[] bomb = png(60_000, 60_000, 1_000_000);
    cheap(() ->
        assertThat(Pictures.scaled(bomb, new PictureSize(100, 100, false), 64, 1 << 20)).isEmpty());
  }

  @Test
  void compressedWordsInAPictureAreNotRead() throws Exception {
    ByteArrayOutputStream words = new ByteArrayOutputStream();
    words.write("Comment\0\0".getBytes(StandardCharsets.ISO_8859_1));
    words.write(deflated(100_000_000));
    byte[] plain = picture("png", 300, 200);
    ByteBuffer bomb = ByteBuffer.allocate(plain.length + words.size() + 12);
    bomb.put(plain, 0, 33).put(chunk("zTXt", words.toByteArray()));
    bomb.put(plain, 33, plain.length - 33);
    byte[] bytes = bomb.array();
    cheap(() -> assertThat(Pictures.scaled(bytes, size(bytes), 128, 1 << 20)).isPresent());
  }

  @Test
  void nonsenseBecomesNothing() throws Exception {
    Random random = new Random(5);
    for (String format : new String[] {"jpeg", "png", "gif"}) {
      byte[] source = picture(format, 60, 40);
      for (int i = 0; i < 100; i++) {
        byte[] broken = source.clone();
        for (int n = 0; n < 8; n++) {
          broken[random.nextInt(broken.length)] = (byte) random.nextInt();
        }
        byte[] cut = Arrays.copyOf(broken, 4 + random.nextInt(broken.length - 4));
        Optional<PictureSize> size = PictureSize.of(MediaType.of(cut, cut.length), cut);
        if (size.isPresent()) {
          Pictures.scaled(cut, size.get(), 64, 1 << 20);
        }
        Mp4.look(
            (from, count) ->
                Arrays.copyOfRange(
                    cut,
                    (int) Math.min(from, cut.length),
                    (int) Math.min(from + count, cut.length)),
            cut.length);
        Mp3.duration(cut, cut.length);
      }
    }
  }

  @Test
  void thePlaceholderIsAPicture() throws Exception {
    byte[] picture = Pictures.placeholder();
    assertThat(ImageIO.read(new ByteArrayInputStream(picture)).getWidth()).isEqualTo(640);
    assertThat(picture.length).isLessThan(20_000);
  }

  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  private static void cheap(Work work) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytes = threads.getCurrentThreadAllocatedBytes();
    long time = threads.getCurrentThreadCpuTime();
    work.run();
    assertThat(threads.getCurrentThreadAllocatedBytes() - bytes).isLessThan(MOST_BYTES);
    assertThat(threads.getCurrentThreadCpuTime() - time).isLessThan(MOST_TIME.toNanos());
  }

  private static PictureSize size(byte[] source) {
    return PictureSize.of(MediaType.of(source, source.length), source).orElseThrow();
  }

  /** A grey PNG whose rows are {@code raw} zeros in all. */
  private static byte[] png(int width, int height, int raw) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(13).putInt(width).putInt(height);
    head.put(new byte[] {8, 0, 0, 0, 0});
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    out.write(chunk("IHDR", head.array()));
    out.write(chunk("IDAT", deflated(raw)));
    out.write(chunk("IEND", new byte[0]));
    return out.toByteArray();
  }

  private static byte[] deflated(int zeros) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      byte[] piece = new byte[1 << 20];
      for (int left = zeros; left > 0; left -= piece.length) {
        out.write(piece, 0, Math.min(left, piece.length));
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] chunk(String name, byte[] content) {
    ByteBuffer chunk = ByteBuffer.allocate(content.length + 12).putInt(content.length);
    chunk.put(name.getBytes(StandardCharsets.US_ASCII)).put(content);
    CRC32 sum = new CRC32();
    sum.update(chunk.array(), 4, content.length + 4);
    return chunk.putInt((int) sum.getValue()).array();
  }

  private static byte[] picture(String format, int width, int height) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(noise(width, height), format, out);
    return out.toByteArray();
  }

  private static byte[] progressive(int width, int height) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(noise(width, height), null, null), parameters);
    }
    return out.toByteArray();
  }

  private static BufferedImage noise(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(3);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    return image;
  }
}

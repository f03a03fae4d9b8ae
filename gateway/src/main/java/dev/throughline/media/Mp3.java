package dev.throughline.media;

import java.time.Duration;
import java.util.Optional;

/** Length of an MPEG audio file, by its first frame (ISO 11172-3) and what encoders put into it. */
final class Mp3 {
  private static final int[] KBITS_V1_L3 = {
    0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320
  };
  private static final int[] KBITS_V2_L3 = {
    0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160
  };
  private static final int[] HERTZ_V1 = {44_100, 48_000, 32_000};

  private static final int ID3_HEADER_BYTES = 10;

  private Mp3() {}

  /** How long the tag in front is, which says what is sung and by whom; zero if there is none. */
  static int tagBytes(byte[] head, int length) {
    if (length < ID3_HEADER_BYTES || head[0] != 'I' || head[1] != 'D' || head[2] != '3') {
      return 0;
    }
    int size = 0;
    for (int i = 6; i < ID3_HEADER_BYTES; i++) {
      size = size << 7 | head[i] & 0x7f;
    }
    boolean footer = (head[5] & 0x10) != 0;
    return ID3_HEADER_BYTES + size + (footer ? ID3_HEADER_BYTES : 0);
  }

  /** Whether a frame of layer III starts here. */
  static boolean isFrame(byte[] bytes, int at, int length) {
    return at + 4 <= length && frame(bytes, at).isPresent();
  }

  /**
   * @param bytes from the first frame on
   * @param audioBytes of the file, without the tag in front
   */
  static Optional<Duration> duration(byte[] bytes, long audioBytes) {
    if (bytes.length < 4) {
      return Optional.empty();
    }
    return frame(bytes, 0)
        .map(frame -> {
          long frames = countedFrames(bytes, frame);
          return frames > 0
              ? Duration.ofMillis(frames * frame.samples * 1_000L / frame.hertz)
              : Duration.ofMillis(audioBytes * 8 / frame.kbits);
        })
        .filter(time -> !time.isZero());
  }

  private record Frame(boolean version1, boolean mono, int kbits, int hertz, int samples) {}

  private static Optional<Frame> frame(byte[] bytes, int at) {
    int b1 = bytes[at + 1] & 0xff;
    int b2 = bytes[at + 2] & 0xff;
    int version = b1 >> 3 & 3;
    boolean sync = (bytes[at] & 0xff) == 0xff && (b1 & 0xe0) == 0xe0;
    int rate = b2 >> 4;
    int frequency = b2 >> 2 & 3;
    if (!sync || version == 1 || (b1 >> 1 & 3) != 1 || rate == 0 || rate == 15 || frequency == 3) {
      return Optional.empty();
    }
    boolean version1 = version == 3;
    int hertz = HERTZ_V1[frequency] >> (version1 ? 0 : version == 2 ? 1 : 2);
    boolean mono = (bytes[at + 3] & 0xff) >> 6 == 3;
    return Optional.of(
        new Frame(
            version1,
            mono,
            (version1 ? KBITS_V1_L3 : KBITS_V2_L3)[rate],
            hertz,
            version1 ? 1_152 : 576));
  }

  /** How many frames there are, if the first says so: {@code Xing}, {@code Info} or VBRI. */
  private static long countedFrames(byte[] bytes, Frame frame) {
    int xing = 4 + (frame.version1 ? (frame.mono ? 17 : 32) : frame.mono ? 9 : 17);
    if (matches(bytes, xing, "Xing") || matches(bytes, xing, "Info")) {
      boolean counted = bytes.length >= xing + 12 && (bytes[xing + 7] & 1) != 0;
      return counted ? number(bytes, xing + 8) : 0;
    }
    int vbri = 4 + 32;
    return matches(bytes, vbri, "VBRI") && bytes.length >= vbri + 18 ? number(bytes, vbri + 14) : 0;
  }

  private static boolean matches(byte[] bytes, int at, String word) {
    if (at + word.length() > bytes.length) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (bytes[at + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static long number(byte[] bytes, int at) {
    return (bytes[at] & 0xffL) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | bytes[at + 3] & 0xff;
  }
}

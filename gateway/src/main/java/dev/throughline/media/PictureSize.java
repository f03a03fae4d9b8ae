package dev.throughline.media;

import java.util.Optional;

/**
 * What the head of a picture says of it; nothing is decoded.
 *
 * @param progressive a JPEG of which every part needs the whole
 */
record PictureSize(int width, int height, boolean progressive) {
  private static final int PNG_BYTES = 24;
  private static final int GIF_BYTES = 10;

  long pixels() {
    return (long) width * height;
  }

  /** Empty if the head says nothing, or is not long enough to. */
  static Optional<PictureSize> of(MediaType type, byte[] head) {
    Optional<PictureSize> found =
        switch (type) {
          case JPEG -> jpeg(head);
          case PNG ->
              head.length < PNG_BYTES
                  ? Optional.empty()
                  : Optional.of(new PictureSize(number(head, 16, 4), number(head, 20, 4), false));
          case GIF ->
              head.length < GIF_BYTES
                  ? Optional.empty()
                  : Optional.of(
                      new PictureSize(
                          (head[6] & 0xff) | (head[7] & 0xff) << 8,
                          (head[8] & 0xff) | (head[9] & 0xff) << 8,
                          false));
          case WEBP, MP4, M4A, MP3, PDF, OTHER -> Optional.empty();
        };
    return found.filter(size -> size.width > 0 && size.height > 0);
  }

  /** Goes from marker to marker, up to the start of a frame (ITU-T T.81, B.1). */
  private static Optional<PictureSize> jpeg(byte[] head) {
    int at = 2;
    while (at + 9 < head.length) {
      if ((head[at] & 0xff) != 0xff) {
        return Optional.empty();
      }
      int marker = head[at + 1] & 0xff;
      if (marker == 0xff) {
        at++;
      } else if (marker >= 0xc0
          && marker <= 0xcf
          && marker != 0xc4
          && marker != 0xc8
          && marker != 0xcc) {
        return Optional.of(
            new PictureSize(
                number(head, at + 7, 2),
                number(head, at + 5, 2),
                marker == 0xc2 || marker == 0xc6 || marker == 0xca || marker == 0xce));
      } else if (marker == 0x01 || marker >= 0xd0 && marker <= 0xd8) {
        at += 2;
      } else {
        at += 2 + number(head, at + 2, 2);
      }
    }
    return Optional.empty();
  }

  private static int number(byte[] bytes, int at, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      value = value << 8 | bytes[at + i] & 0xff;
    }
    return value;
  }
}

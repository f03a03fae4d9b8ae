package dev.throughline.sandbox.line;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** The size of a JPEG or PNG, from its own headers. */
final class Pictures {
  record Size(int width, int height) {}

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  private static final int PNG_HEADER = 24;

  private Pictures() {}

  /** Empty if it is neither. */
  static Optional<Size> size(byte[] bytes) {
    if (bytes.length >= PNG_HEADER && Arrays.equals(bytes, 0, PNG.length, PNG, 0, PNG.length)) {
      ByteBuffer header = ByteBuffer.wrap(bytes, 16, 8);
      return Optional.of(new Size(header.getInt(), header.getInt()));
    }
    boolean jpeg = bytes.length > 4 && (bytes[0] & 0xff) == 0xff && (bytes[1] & 0xff) == 0xd8;
    return jpeg ? frame(ByteBuffer.wrap(bytes).position(2)) : Optional.empty();
  }

  /** Walks the segments up to the one that starts a frame. */
  private static Optional<Size> frame(ByteBuffer jpeg) {
    while (jpeg.remaining() > 4) {
      if ((jpeg.get() & 0xff) != 0xff) {
        return Optional.empty();
      }
      int marker = jpeg.get() & 0xff;
      if (marker == 0xff) {
        jpeg.position(jpeg.position() - 1); // padding
        continue;
      }
      int length = jpeg.getShort() & 0xffff;
      // C4, C8 and CC are tables and not frames
      boolean frame =
          marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
      if (frame && jpeg.remaining() >= 5) {
        jpeg.get(); // bits a sample
        int height = jpeg.getShort() & 0xffff;
        return Optional.of(new Size(jpeg.getShort() & 0xffff, height));
      }
      if (length < 2 || length - 2 > jpeg.remaining()) {
        return Optional.empty();
      }
      jpeg.position(jpeg.position() + length - 2);
    }
    return Optional.empty();
  }
}

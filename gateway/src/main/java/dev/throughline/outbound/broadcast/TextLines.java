package dev.throughline.outbound.broadcast;

import dev.throughline.contract.WrongFieldException;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** Lines of a stream, without their ends; memory holds one. */
final class TextLines {
  static final int LONGEST = 64 << 10;

  private final InputStream in;
  private final byte[] buffer = new byte[16 << 10];
  private byte[] line = new byte[256];
  private int from;
  private int to;
  private long number;

  TextLines(InputStream in) {
    this.in = in;
  }

  /** Of the line that came last, from 1. */
  long number() {
    return number;
  }

  /** Empty at the end. */
  Optional<Bytes> next() throws IOException {
    int length = 0;
    number++;
    while (true) {
      if (from == to) {
        to = in.read(buffer, 0, buffer.length);
        from = 0;
        if (to < 0) {
          to = 0;
          return length == 0 ? Optional.empty() : Optional.of(copy(length));
        }
        continue;
      }
      byte next = buffer[from++];
      if (next == '\n') {
        return Optional.of(copy(length > 0 && line[length - 1] == '\r' ? length - 1 : length));
      }
      if (length == LONGEST) {
        throw new WrongFieldException("line " + number, "is longer than " + LONGEST + " bytes.");
      }
      if (length == line.length) {
        line = Arrays.copyOf(line, 2 * length);
      }
      line[length++] = next;
    }
  }

  private Bytes copy(int length) {
    return Bytes.wrap(Arrays.copyOf(line, length));
  }
}

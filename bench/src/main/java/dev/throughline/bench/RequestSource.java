package dev.throughline.bench;

import java.nio.ByteBuffer;

/** Makes whole HTTP/1.1 requests ahead of a window, all of one length, no two alike. */
interface RequestSource {
  /** Bytes of each request, head and body. */
  int length();

  /** Writes the next request at the buffer's position and moves it by {@link #length()}. */
  void write(ByteBuffer into);
}

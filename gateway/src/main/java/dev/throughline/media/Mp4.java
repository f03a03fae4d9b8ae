package dev.throughline.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Length of an ISO container (ISO 14496-12), and whether it is a film: by its boxes, unread but for
 * their heads.
 */
final class Mp4 {
  /** A file has a handful at the top, and so has a box that holds others. */
  private static final int MAX_BOXES = 64;

  private static final int MAX_DEPTH = 3;

  private Mp4() {}

  /** Reads a part of the file: {@code count} bytes, or fewer at its end. */
  @FunctionalInterface
  interface Source {
    byte[] read(long from, int count) throws IOException, InterruptedException;
  }

  /** What the boxes say. */
  record Found(Optional<Duration> duration, boolean film) {}

  static Found look(Source source, long length) throws IOException, InterruptedException {
    Walk walk = new Walk(source);
    walk.boxes(0, length, 0);
    return new Found(walk.duration, walk.film);
  }

  private static final class Walk {
    private final Source source;
    private Optional<Duration> duration = Optional.empty();
    private boolean film;
    private int boxes;

    Walk(Source source) {
      this.source = source;
    }

    void boxes(long from, long end, int depth) throws IOException, InterruptedException {
      long at = from;
      while (at + 8 <= end && boxes++ < MAX_BOXES) {
        ByteBuffer head = ByteBuffer.wrap(source.read(at, 64));
        if (head.remaining() < 8) {
          return;
        }
        long size = head.getInt() & 0xffff_ffffL;
        byte[] name = new byte[4];
        head.get(name);
        int headBytes = 8;
        if (size == 1 && head.remaining() >= 8) {
          size = head.getLong();
          headBytes = 16;
        }
        size = size == 0 ? end - at : size;
        if (size < headBytes || size > end - at) {
          return;
        }
        box(new String(name, StandardCharsets.ISO_8859_1), at, headBytes, size, head, depth);
        at += size;
      }
    }

    private void box(String name, long at, int headBytes, long size, ByteBuffer head, int depth)
        throws IOException, InterruptedException {
      switch (name) {
        case "moov", "trak", "mdia" -> {
          if (depth < MAX_DEPTH) {
            boxes(at + headBytes, at + size, depth + 1);
          }
        }
        case "mvhd" -> duration = movie(head);
        case "hdlr" -> film |= isVideo(head);
        default -> {
          // Not looked into.
        }
      }
    }

    private static Optional<Duration> movie(ByteBuffer head) {
      if (head.remaining() < 32) {
        return Optional.empty();
      }
      boolean wide = head.getInt() >>> 24 == 1;
      head.position(head.position() + (wide ? 16 : 8));
      long perSecond = head.getInt() & 0xffff_ffffL;
      long units = wide ? head.getLong() : head.getInt() & 0xffff_ffffL;
      boolean known = perSecond > 0 && units > 0 && units < Long.MAX_VALUE / 1_000;
      return known ? Optional.of(Duration.ofMillis(units * 1_000 / perSecond)) : Optional.empty();
    }

    private static boolean isVideo(ByteBuffer head) {
      if (head.remaining() < 12) {
        return false;
      }
      byte[] handler = new byte[4];
      head.position(head.position() + 8);
      head.get(handler);
      return new String(handler, StandardCharsets.ISO_8859_1).equals("vide");
    }
  }
}

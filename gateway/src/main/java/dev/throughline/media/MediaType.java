package dev.throughline.media;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a file is, by its first bytes and not by its name or by what a server says. */
enum MediaType {
  JPEG("image/jpeg"),
  PNG("image/png"),
  GIF("image/gif"),
  WEBP("image/webp"),
  /** Film or sound in an ISO container; which of the two only its boxes tell. */
  MP4("video/mp4"),
  M4A("audio/mp4"),
  MP3("audio/mpeg"),
  PDF("application/pdf"),
  OTHER("application/octet-stream");

  /** As many first bytes are enough. */
  static final int HEAD_BYTES = 64;

  private static final List<String> SOUND_BRANDS = List.of("M4A ", "M4B ", "M4P ");
  private static final List<String> PICTURE_BRANDS =
      List.of("heic", "heix", "hevc", "mif1", "msf1", "avif", "avis");

  private final String name;

  MediaType(String name) {
    this.name = name;
  }

  /** As the header Content-Type names it. */
  String header() {
    return name;
  }

  boolean isPicture() {
    return switch (this) {
      case JPEG, PNG, GIF, WEBP -> true;
      case MP4, M4A, MP3, PDF, OTHER -> false;
    };
  }

  static MediaType named(String header) {
    for (MediaType type : values()) {
      if (type.name.equals(header)) {
        return type;
      }
    }
    return OTHER;
  }

  static MediaType of(byte[] head, int length) {
    if (starts(head, length, 0, 0xff, 0xd8, 0xff)) {
      return JPEG;
    }
    if (starts(head, length, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
      return PNG;
    }
    if (starts(head, length, 0, 'G', 'I', 'F', '8')) {
      return GIF;
    }
    if (starts(head, length, 0, 'R', 'I', 'F', 'F')
        && starts(head, length, 8, 'W', 'E', 'B', 'P')) {
      return WEBP;
    }
    if (starts(head, length, 4, 'f', 't', 'y', 'p') && length >= 12) {
      String brand = new String(head, 8, 4, StandardCharsets.ISO_8859_1);
      return PICTURE_BRANDS.contains(brand) ? OTHER : SOUND_BRANDS.contains(brand) ? M4A : MP4;
    }
    if (starts(head, length, 0, '%', 'P', 'D', 'F', '-')) {
      return PDF;
    }
    return starts(head, length, 0, 'I', 'D', '3') || Mp3.isFrame(head, 0, length) ? MP3 : OTHER;
  }

  private static boolean starts(byte[] head, int length, int at, int... bytes) {
    if (at + bytes.length > length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if ((head[at + i] & 0xff) != bytes[i]) {
        return false;
      }
    }
    return true;
  }
}

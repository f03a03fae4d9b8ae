package dev.throughline.channel.line;

import dev.throughline.message.Content.Media;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** What LINE does with a file, by the ending of its name (spec line.md §3.2). */
final class LineMedia {
  static final int MAX_URL = 2_000;

  static final String LINKED =
      "LINE shows pictures (jpg, png) and films (mp4, with a thumbnail_url) from https addresses;"
          + " anything else is a link.";

  private LineMedia() {}

  enum Kind {
    IMAGE,
    VIDEO,
    OTHER
  }

  static Kind kind(Media media) {
    String path = Optional.ofNullable(URI.create(media.url()).getPath()).orElse("");
    return switch (path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
      case "jpg", "jpeg", "png" -> Kind.IMAGE;
      case "mp4" -> Kind.VIDEO;
      default -> Kind.OTHER;
    };
  }

  /** What a link to it says: its name, else the last part of its address, else the host. */
  static String name(Media media) {
    URI uri = URI.create(media.url());
    String path = Optional.ofNullable(uri.getPath()).orElse("");
    String last = path.substring(path.lastIndexOf('/') + 1);
    return media.fileName().orElse(last.isBlank() ? uri.getHost() : last);
  }
}

package dev.throughline.channel.line;

import dev.throughline.message.Content.Media;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.MediaLimits;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What LINE does with a file (spec line.md §3.2): by what was found when it was looked at, else by
 * the ending of its name.
 */
final class LineMedia {
  /** The largest files that LINE takes. */
  static final MediaLimits LIMITS = new MediaLimits(10 << 20, 1 << 20, 200L << 20, 200L << 20);

  static final int MAX_URL = 2_000;

  static final String LINKED =
      "LINE shows pictures (jpg, png) and films (mp4, with a thumbnail_url) from https addresses;"
          + " anything else is a link.";

  static final String PLACEHOLDER =
      "The film has no thumbnail_url: a neutral picture stands before it.";

  static final String REMADE =
      "LINE gets another picture than the one given: smaller, or the first of a GIF.";

  private final Map<String, MediaFacts> facts;

  LineMedia(Map<String, MediaFacts> facts) {
    this.facts = Map.copyOf(facts);
  }

  enum Kind {
    IMAGE,
    VIDEO,
    AUDIO,
    OTHER
  }

  Kind kind(Media media) {
    MediaFacts found = facts.get(media.url());
    if (found != null) {
      return switch (found.kind()) {
        case PICTURE -> Kind.IMAGE;
        case FILM -> Kind.VIDEO;
        case SOUND -> Kind.AUDIO;
        case FILE -> Kind.OTHER;
      };
    }
    String path = Optional.ofNullable(URI.create(media.url()).getPath()).orElse("");
    return switch (path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
      case "jpg", "jpeg", "png" -> Kind.IMAGE;
      case "mp4" -> Kind.VIDEO;
      default -> Kind.OTHER;
    };
  }

  /** Where LINE gets it from; empty unless that is a place that LINE takes. */
  Optional<String> address(Media media) {
    return address(media.url());
  }

  /** Of a picture only. */
  Optional<String> picture(Media media) {
    return kind(media) == Kind.IMAGE ? address(media) : Optional.empty();
  }

  /** The small picture of it, as it was given, or was made. */
  Optional<String> preview(Media media) {
    return media
        .thumbnailUrl()
        .flatMap(this::address)
        .or(() -> Optional.ofNullable(facts.get(media.url())).flatMap(MediaFacts::preview));
  }

  Optional<Duration> duration(Media media) {
    return Optional.ofNullable(facts.get(media.url())).flatMap(MediaFacts::duration);
  }

  /** Whether it is shown from somewhere else than was asked for. */
  boolean isRemade(Media media) {
    return Optional.ofNullable(facts.get(media.url())).flatMap(MediaFacts::shown).isPresent();
  }

  private Optional<String> address(String url) {
    return Optional.ofNullable(facts.get(url))
        .flatMap(MediaFacts::shown)
        .or(() -> LineActions.secure(url, MAX_URL));
  }

  /** What a link to it says: its name, else the last part of its address, else the host. */
  static String name(Media media) {
    URI uri = URI.create(media.url());
    String path = Optional.ofNullable(uri.getPath()).orElse("");
    String last = path.substring(path.lastIndexOf('/') + 1);
    return media.fileName().orElse(last.isBlank() ? uri.getHost() : last);
  }
}

package dev.throughline.channel.whatsapp;

import dev.throughline.message.Content.Media;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.MediaLimits;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What WhatsApp does with a file (spec providers.md B.3.1): by what was found when it was looked
 * at, else by the ending of its name. Meta fetches it from its address.
 */
final class WhatsAppMedia {
  private static final long MEGABYTE = 1L << 20;

  /** No small pictures are made: WhatsApp makes its own. */
  static final MediaLimits LIMITS =
      new MediaLimits(5 * MEGABYTE, 5 * MEGABYTE, 16 * MEGABYTE, 16 * MEGABYTE);

  private static final long LARGEST_DOCUMENT = 100 * MEGABYTE;

  private final Map<String, MediaFacts> facts;

  WhatsAppMedia(Map<String, MediaFacts> facts) {
    this.facts = facts;
  }

  enum Kind {
    IMAGE("image"),
    VIDEO("video"),
    AUDIO("audio"),
    STICKER("sticker"),
    DOCUMENT("document");

    final String type;

    Kind(String type) {
      this.type = type;
    }

    boolean takesCaption() {
      return this == IMAGE || this == VIDEO || this == DOCUMENT;
    }
  }

  /** Empty for a file that is too large for a document: it can only be linked to. */
  Optional<Kind> kind(Media media) {
    Optional<MediaFacts> found = Optional.ofNullable(facts.get(media.url()));
    Kind kind =
        found
            .map(MediaFacts::kind)
            .map(known ->
                switch (known) {
                  case PICTURE -> Kind.IMAGE;
                  case FILM -> Kind.VIDEO;
                  case SOUND -> Kind.AUDIO;
                  case FILE -> named(media, false);
                })
            .orElseGet(() -> named(media, true));
    boolean tooLarge =
        kind == Kind.DOCUMENT
            && found.flatMap(MediaFacts::bytes).filter(size -> size > LARGEST_DOCUMENT).isPresent();
    return tooLarge ? Optional.empty() : Optional.of(kind);
  }

  /**
   * @param unseen nobody looked at it: its name is all that is known
   */
  private static Kind named(Media media, boolean unseen) {
    String path = Optional.ofNullable(URI.create(media.url()).getPath()).orElse("");
    return switch (path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
      case "jpg", "jpeg", "png" -> unseen ? Kind.IMAGE : Kind.DOCUMENT;
      case "mp4" -> unseen ? Kind.VIDEO : Kind.DOCUMENT;
      case "m4a", "mp3" -> unseen ? Kind.AUDIO : Kind.DOCUMENT;
      case "3gp", "3gpp" -> Kind.VIDEO;
      case "aac", "amr", "ogg", "opus" -> Kind.AUDIO;
      case "webp" -> Kind.STICKER;
      default -> Kind.DOCUMENT;
    };
  }

  /** Whether it is shown from somewhere else than was asked for. */
  boolean isRemade(Media media) {
    return Optional.ofNullable(facts.get(media.url())).flatMap(MediaFacts::shown).isPresent();
  }

  /** As Meta wants it, without a caption. */
  ObjectNode object(Media media, Kind kind) {
    String url =
        Optional.ofNullable(facts.get(media.url()))
            .flatMap(MediaFacts::shown)
            .orElseGet(() -> URI.create(media.url()).toASCIIString());
    ObjectNode object = WhatsAppJson.object().put("link", url);
    if (kind == Kind.DOCUMENT) {
      object.put("filename", name(media));
    }
    return object;
  }

  /** What it is called: its name, else the last part of its address, else the host. */
  static String name(Media media) {
    URI uri = URI.create(media.url());
    String path = Optional.ofNullable(uri.getPath()).orElse("");
    String last = path.substring(path.lastIndexOf('/') + 1);
    return media
        .fileName()
        .orElseGet(() -> last.isBlank() ? Optional.ofNullable(uri.getHost()).orElse("file") : last);
  }
}

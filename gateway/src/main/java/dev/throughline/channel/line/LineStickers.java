package dev.throughline.channel.line;

import dev.throughline.message.InboundEvent.Sticker;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What can be said of a sticker without its picture, which LINE gives to nobody. */
final class LineStickers {
  private static final Pattern ID = Pattern.compile("[0-9]{1,20}");

  /** LINE sends up to fifteen, a random choice of them; so many say enough. */
  private static final int SHOWN_KEYWORDS = 3;

  /** LINE's own keywords are words. */
  private static final int MAX_KEYWORD = 64;

  /** Not documented by LINE: best effort, and only for who asks for it (spec line.md §4.1). */
  private static final String PUBLIC =
      "https://stickershop.line-scdn.net/stickershop/v1/sticker/%s/android/sticker.png";

  private LineStickers() {}

  /**
   * @param text that the sender wrote on it
   */
  static Optional<Sticker> of(
      @Nullable String packageId,
      @Nullable String id,
      @Nullable String text,
      List<String> keywords) {
    if (packageId == null
        || id == null
        || !ID.matcher(packageId).matches()
        || !ID.matcher(id).matches()) {
      return Optional.empty();
    }
    List<String> words =
        keywords.stream()
            .filter(word -> word.length() <= MAX_KEYWORD)
            .map(EventReader::wellFormed)
            .limit(SHOWN_KEYWORDS)
            .toList();
    return Optional.of(
        new Sticker(
            packageId,
            id,
            caption(packageId, id, text, words),
            words.stream().findFirst(),
            PUBLIC.formatted(id)));
  }

  private static String caption(
      String packageId, String id, @Nullable String text, List<String> words) {
    if (text != null && !text.isBlank()) {
      return EventReader.wellFormed(text);
    }
    return words.isEmpty()
        ? "[sticker " + packageId + "/" + id + "]"
        : "[sticker] " + String.join(", ", words);
  }
}

package dev.throughline.media;

import dev.throughline.message.Content;
import dev.throughline.message.Content.Media;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One file of a message, and what for.
 *
 * @param preview whether it is the small picture of another
 * @param previewed whether another is its small picture, so that none has to be made
 */
record MediaUse(String url, boolean preview, boolean previewed) {

  /** All files of a message from https addresses: others are never more than a link. */
  static List<MediaUse> of(Content.Outbound content) {
    List<MediaUse> uses = new ArrayList<>();
    switch (content) {
      case Media media -> add(media, uses);
      case Content.Card card -> card.media().ifPresent(media -> add(media, uses));
      case Content.Carousel carousel ->
          carousel.cards().forEach(card -> card.media().ifPresent(media -> add(media, uses)));
      case Content.ItemList list -> {
        list.media().ifPresent(media -> add(media, uses));
        list.sections()
            .forEach(section ->
                section.items().forEach(item -> item.media().ifPresent(m -> add(m, uses))));
      }
      case Content.Text _,
          Content.Location _,
          Content.Choices _,
          Content.ContactCard _,
          Content.Native _,
          Content.Notification _,
          Content.Specific _ -> {
        // Without files.
      }
    }
    return uses.stream()
        .filter(use -> use.url.regionMatches(true, 0, "https:", 0, 6))
        .distinct()
        .toList();
  }

  private static void add(Media media, List<MediaUse> uses) {
    Optional<String> thumbnail = media.thumbnailUrl();
    uses.add(new MediaUse(media.url(), false, thumbnail.isPresent()));
    thumbnail.ifPresent(url -> uses.add(new MediaUse(url, true, false)));
  }
}

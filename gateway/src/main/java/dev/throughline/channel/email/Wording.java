package dev.throughline.channel.email;

import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import dev.throughline.message.Content.Card;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The words of a message: for its subject, and to tell its language. */
final class Wording {
  /** What a list of mails shows of a subject. */
  private static final int MAX_SUBJECT = 78;

  private Wording() {}

  /** What the message calls itself, else how it begins; empty if it has no words. */
  static Optional<String> subject(Content.Outbound content) {
    return titles(content)
        .map(PlainText::oneLine)
        .filter(line -> !line.isEmpty())
        .findFirst()
        .map(line -> PlainText.shortened(line, MAX_SUBJECT));
  }

  private static Stream<String> titles(Content.Outbound content) {
    return switch (content) {
      case Content.Text(String text) -> text.lines();
      case Content.Media media -> media.fileName().stream();
      case Content.Location location -> Stream.of(location.title(), location.label());
      case Content.Choices(String text, List<Choice> _, Content.Frame _) -> text.lines();
      case Card card -> Stream.concat(Stream.of(card.title()), card.description().lines());
      case Content.Carousel(List<Card> cards, List<Choice> _) ->
          cards.stream().flatMap(Wording::titles);
      case Content.ItemList list -> Stream.of(list.title(), list.description());
      case Content.ContactCard person -> Stream.of(person.fullName(), person.organization());
      case Content.Native _, Content.Notification _, Content.Specific _ -> Stream.empty();
    };
  }

  /** All words that it shows, in no particular order. */
  static String of(Content.Outbound content) {
    Stream<String> more =
        content instanceof Content.ItemList list
            ? list.sections().stream()
                .flatMap(section ->
                    Stream.concat(
                        Stream.of(section.title()),
                        section.items().stream().map(Content.Item::description)))
            : Stream.empty();
    return Stream.of(titles(content), more, content.choices().stream().map(Choice::title))
        .flatMap(words -> words)
        .collect(Collectors.joining("\n"));
  }
}

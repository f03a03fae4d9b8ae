package dev.throughline.channel.email;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.email.MailBody.Footer;
import dev.throughline.channel.email.MailBody.Written;
import dev.throughline.channel.email.MailContent.Attachment;
import dev.throughline.channel.email.MailContent.Body;
import dev.throughline.message.AppMessage.Agent;
import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import dev.throughline.message.Content.Card;
import dev.throughline.message.Content.Frame;
import dev.throughline.message.Content.Item;
import dev.throughline.message.Content.Section;
import dev.throughline.message.MediaFacts;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** One generic message as a mail. What becomes of what: docs/channels/email.md. */
final class EmailRendering {
  private static final Set<String> PICTURES = Set.of("jpg", "jpeg", "png", "gif", "webp");

  private static final String ANSWERS =
      "E-mail has no buttons that answer by themselves: choosing opens an answer, which the person"
          + " has to send.";
  private static final String LINKED =
      "Files are linked to and not attached: the link ends when the file is gone.";
  private static final String NO_QUOTE =
      "E-mail cannot refer to what reply_to names: it is no mail of this person.";

  private final Composed message;
  private final EmailProperties properties;
  private final EmailWords words;
  private final String language;
  private final MailBody body = new MailBody();
  private final List<Attachment> attachments = new ArrayList<>();
  private final Set<String> lost = new LinkedHashSet<>();

  /** In the order of {@link Content.Outbound#choices}. */
  private int place;

  private boolean told;

  private EmailRendering(Composed message) {
    this.message = message;
    this.properties = new EmailProperties(message);
    this.language =
        properties.language().orElseGet(() -> EmailWords.languageOf(Wording.of(message.content())));
    this.words = EmailWords.in(language);
  }

  static Rendered render(Composed message) {
    try {
      return switch (message.content()) {
        case Content.Native(String text) -> EmailNative.render(text, message);
        case Content.Notification _, Content.Specific _ ->
            new Rendered.Impossible("E-mail has no such messages: they are another channel's own.");
        default -> new EmailRendering(message).rendered();
      };
    } catch (ImpossibleMailException impossible) {
      return new Rendered.Impossible(String.valueOf(impossible.getMessage()));
    }
  }

  private Rendered rendered() {
    message
        .agent()
        .filter(agent -> !agent.displayName().isEmpty() || agent.pictureUrl().isPresent())
        .ifPresent(agent -> body.agent(agent.displayName(), agent.pictureUrl()));
    say(message.content());
    if (message.quote().filter(EmailProperties::isImpossible).isPresent()) {
      lost.add(NO_QUOTE);
    }
    String subject =
        properties
            .subject()
            .orElseGet(() -> Wording.subject(message.content()).orElse(words.message()));
    Written written =
        body.finish(
            language,
            subject,
            properties.preheader(),
            new Footer(properties.unsubscribeUrl(), words.unsubscribe()));
    MailContent mail =
        new MailContent(
            new Body.Simple(
                subject, written.html(), written.text(), properties.headers(), attachments),
            properties
                .fromName()
                .or(() ->
                    message
                        .agent()
                        .map(Agent::displayName)
                        .map(PlainText::oneLine)
                        .filter(name -> !name.isEmpty())),
            properties.replyTo());
    return new Rendered.Ready(mail.toBytes(), List.copyOf(lost), false);
  }

  private void say(Content.Outbound content) {
    switch (content) {
      case Content.Text(String text) -> body.words(text);
      case Content.Media media -> media(media);
      case Content.Location location -> {
        body.heading(1, location.title());
        body.words(location.label());
        body.button(words.map(), map(location), map(location));
      }
      case Content.Choices(String text, List<Choice> choices, Frame frame) -> {
        body.words(frame.header());
        body.words(text);
        choices(choices);
        body.words(frame.footer());
      }
      case Card card -> card(card, 1);
      case Content.Carousel(List<Card> cards, List<Choice> overall) -> {
        for (Card card : cards) {
          body.openCard();
          card(card, 2);
          body.close();
        }
        choices(overall);
      }
      case Content.ItemList list -> list(list);
      case Content.ContactCard person -> {
        ContactShown.show(person, body, words);
        attachments.add(new Attachment("contact.vcf", "text/vcard", VCards.of(person)));
      }
      case Content.Native _, Content.Notification _, Content.Specific _ ->
          throw new IllegalStateException("no generic message: " + content);
    }
  }

  private void card(Card card, int level) {
    body.words(card.frame().header());
    card.media().ifPresent(this::media);
    body.heading(level, card.title());
    body.words(card.description());
    choices(card.choices());
    body.words(card.frame().footer());
  }

  private void list(Content.ItemList list) {
    body.words(list.frame().header());
    list.media().ifPresent(this::media);
    body.heading(1, list.title());
    body.words(list.description());
    tellHowToChoose();
    for (Section section : list.sections()) {
      body.heading(2, section.title());
      for (Item item : section.items()) {
        body.openItem();
        item.media().ifPresent(this::media);
        answer(item.choice());
        body.words(item.description());
        body.close();
      }
    }
    body.words(list.frame().footer());
  }

  private void choices(List<Choice> choices) {
    for (Choice choice : choices) {
      switch (choice) {
        case Choice.Say say -> {
          tellHowToChoose();
          answer(say);
        }
        case Choice.Open(String title, String url) -> {
          place++;
          body.button(title, url, url);
        }
        case Choice.Call(String title, String number) -> {
          place++;
          body.button(title, "tel:" + number, number);
        }
        case Choice.Show(Content.Location where) -> {
          place++;
          body.button(where.title(), map(where), map(where));
        }
        case Choice.Note note -> {
          place++;
          calendar(note);
        }
        case Choice.ShareLocation(String title, String url) -> {
          place++;
          lost.add("E-mail cannot ask where somebody is: the button opens fallback_url.");
          body.button(title, url, url);
        }
      }
    }
  }

  /** Once a mail. */
  private void tellHowToChoose() {
    if (!told) {
      body.note(words.choose());
      told = true;
    }
  }

  private void answer(Choice.Say choice) {
    lost.add(ANSWERS);
    String subject = ChoiceToken.subject(choice.title(), message.id(), place++);
    body.answer(choice.title(), MailBody.mailto(subject, choice.title()));
  }

  private void calendar(Choice.Note note) {
    String name = attachments.isEmpty() ? "event.ics" : "event-" + attachments.size() + ".ics";
    attachments.add(
        new Attachment(
            name,
            "text/calendar; method=PUBLISH; charset=UTF-8",
            Calendars.of(note, message.id(), place)));
    body.heading(3, note.eventTitle());
    body.words(note.eventDescription());
    body.note(Calendars.when(note));
    body.note(words.attached());
    body.button(note.title(), note.fallbackUrl(), note.fallbackUrl());
  }

  private void media(Content.Media media) {
    Optional<MediaFacts> facts = Optional.ofNullable(message.media().get(media.url()));
    String url = facts.flatMap(MediaFacts::shown).orElse(media.url());
    String name = media.fileName().filter(n -> !n.isEmpty()).orElseGet(() -> fileName(media.url()));
    boolean picture =
        facts
            .map(known -> known.kind() == MediaFacts.Kind.PICTURE)
            .orElseGet(() -> PICTURES.contains(extension(media.url())));
    if (picture) {
      body.picture(url, media.fileName().filter(n -> !n.isEmpty()).orElseGet(words::picture));
      return;
    }
    lost.add(LINKED);
    Optional<String> still = media.thumbnailUrl().or(() -> facts.flatMap(MediaFacts::preview));
    if (still.isPresent()) {
      body.preview(still.get(), url, name, words.file());
    } else {
      body.link(url, name, words.file());
    }
  }

  /** Google's documented form, which opens the map of whatever the person's device has. */
  private static String map(Content.Location place) {
    return "https://www.google.com/maps/search/?api=1&query="
        + MailBody.percent(number(place.latitude()) + "," + number(place.longitude()));
  }

  private static String number(double degrees) {
    return String.format(Locale.ROOT, "%.6f", degrees).replaceAll("\\.?0+$", "");
  }

  private static String fileName(String url) {
    String path = path(url);
    String last = path.substring(path.lastIndexOf('/') + 1);
    return last.isEmpty() ? url : last;
  }

  private static String extension(String url) {
    String path = path(url);
    return path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private static String path(String url) {
    try {
      return Optional.ofNullable(URI.create(url).getPath()).orElse("");
    } catch (IllegalArgumentException noUri) {
      return url.replaceAll("[?#].*$", "");
    }
  }
}

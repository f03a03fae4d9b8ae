package dev.throughline.channel.email;

import dev.throughline.message.Content.ContactCard;
import dev.throughline.message.Content.Labelled;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What a mail shows of somebody whose card it brings. */
final class ContactShown {
  private ContactShown() {}

  static void show(ContactCard person, MailBody body, EmailWords words) {
    body.heading(1, person.fullName());
    body.openFacts();
    if (!person.organization().isEmpty()) {
      body.fact(words.organization(), person.organization(), Optional.empty());
    }
    facts(
        body,
        words.phone(),
        person.phoneNumbers(),
        number -> Optional.of("tel:" + MailBody.percent(number).replace("%2B", "+")));
    facts(
        body,
        words.email(),
        person.emailAddresses(),
        address -> Optional.of("mailto:" + MailBody.percent(address).replace("%40", "@")));
    facts(
        body,
        words.page(),
        person.urls(),
        url ->
            Optional.of(url)
                .filter(page -> page.startsWith("https://") || page.startsWith("http://")));
    facts(body, words.address(), person.addresses(), _ -> Optional.empty());
    if (!person.birthday().isEmpty()) {
      body.fact(words.birthday(), person.birthday(), Optional.empty());
    }
    body.close();
  }

  private static void facts(
      MailBody body, String name, List<Labelled> values, Function<String, Optional<String>> opens) {
    for (Labelled value : values) {
      String shown = value.label().isEmpty() ? name : name + " (" + value.label() + ")";
      body.fact(shown, value.value(), opens.apply(value.value()));
    }
  }
}

package dev.throughline.channel.whatsapp;

import dev.throughline.message.Content.ContactCard;
import dev.throughline.message.Content.Labelled;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A contact's card in Meta's form. Meta knows two labels, HOME and WORK. */
final class Vcard {
  private Vcard() {}

  static ObjectNode of(ContactCard card, List<String> lost) {
    ObjectNode contact = WhatsAppJson.object();
    // Meta wants another part of the name beside the whole.
    contact
        .putObject("name")
        .put("formatted_name", card.fullName())
        .put("first_name", card.fullName());
    labelled(contact, "phones", "phone", card.phoneNumbers(), lost);
    labelled(contact, "emails", "email", card.emailAddresses(), lost);
    labelled(contact, "urls", "url", card.urls(), lost);
    labelled(contact, "addresses", "street", card.addresses(), lost);
    if (!card.organization().isEmpty()) {
      contact.putObject("org").put("company", card.organization());
    }
    if (card.birthday().matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
      contact.put("birthday", card.birthday());
    } else if (!card.birthday().isEmpty()) {
      lost.add("WhatsApp takes birthdays as year-month-day: this one is not shown.");
    }
    return contact;
  }

  private static void labelled(
      ObjectNode contact, String list, String property, List<Labelled> all, List<String> lost) {
    if (all.isEmpty()) {
      return;
    }
    ArrayNode into = contact.putArray(list);
    for (Labelled each : all) {
      ObjectNode one = into.addObject().put(property, each.value());
      Optional<String> type =
          Optional.of(each.label().toUpperCase(Locale.ROOT))
              .filter(label -> label.equals("HOME") || label.equals("WORK"));
      type.ifPresent(label -> one.put("type", label));
      String sentence = "WhatsApp labels a contact's entries as home or work only.";
      if (type.isEmpty() && !each.label().isEmpty() && !lost.contains(sentence)) {
        lost.add(sentence);
      }
    }
  }
}

package dev.throughline.channel.email;

import dev.throughline.message.Bytes;
import dev.throughline.message.Content.ContactCard;
import dev.throughline.message.Content.Labelled;
import java.util.List;

/** A vCard 3.0 (RFC 2426), which every address book reads. */
final class VCards {
  private VCards() {}

  static Bytes of(ContactCard person) {
    ContentLines lines = new ContentLines();
    lines.add("BEGIN", "VCARD").add("VERSION", "3.0");
    lines.add("FN", ContentLines.text(person.fullName()));
    lines.add("N", ";" + ContentLines.text(person.fullName()) + ";;;");
    if (!person.organization().isEmpty()) {
      lines.add("ORG", ContentLines.text(person.organization()));
    }
    values(lines, "TEL", person.phoneNumbers(), "", "");
    values(lines, "EMAIL", person.emailAddresses(), "", "");
    values(lines, "URL", person.urls(), "", "");
    values(lines, "ADR", person.addresses(), ";;", ";;;;");
    if (person.birthday().matches("\\d{4}-\\d{2}-\\d{2}")) {
      lines.add("BDAY", person.birthday());
    }
    return lines.add("END", "VCARD").bytes();
  }

  private static void values(
      ContentLines lines, String property, List<Labelled> values, String before, String after) {
    for (Labelled value : values) {
      String type = value.label().replaceAll("[^A-Za-z0-9-]", "");
      lines.add(
          type.isEmpty() ? property : property + ";TYPE=" + type,
          before + ContentLines.text(value.value()) + after);
    }
  }
}

package dev.throughline.sandbox.people;

import dev.throughline.sandbox.emulator.Json;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Somebody with a phone and a mailbox.
 *
 * @param id as addresses of the sandbox name them
 * @param phone {@code +} and digits; WhatsApp goes by it too
 */
public record Person(String id, String name, String lineUserId, String phone, String email) {
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
  private static final Pattern PHONE = Pattern.compile("\\+[1-9][0-9]{6,14}");
  private static final Pattern EMAIL = Pattern.compile("[^\\s@<>]{1,64}@[^\\s@<>]{1,190}");
  private static final int NAME_LIMIT = 100;

  public Person {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("an id is lower-case letters, digits and hyphens");
    }
    if (name.isEmpty() || name.length() > NAME_LIMIT) {
      throw new IllegalArgumentException("a name has 1 to " + NAME_LIMIT + " characters");
    }
    if (!PHONE.matcher(phone).matches()) {
      throw new IllegalArgumentException("a phone number is + and 7 to 15 digits");
    }
    if (!EMAIL.matcher(email).matches()) {
      throw new IllegalArgumentException("a mail address is like hanako@people.example");
    }
  }

  /**
   * The person's address on a channel, as {@link Phones} is asked for it: numbers by their digits,
   * mail without regard to case.
   */
  String address(PhoneChannel channel) {
    return canonical(
        channel,
        switch (channel) {
          case LINE -> lineUserId;
          case WHATSAPP, SMS -> phone;
          case EMAIL -> email;
        });
  }

  static String canonical(PhoneChannel channel, String address) {
    return switch (channel) {
      case LINE -> address;
      case WHATSAPP, SMS -> address.startsWith("+") ? address.substring(1) : address;
      case EMAIL -> address.toLowerCase(Locale.ROOT);
    };
  }

  /** As {@code sandbox.json} has it. */
  public ObjectNode json() {
    return Json.object()
        .put("id", id)
        .put("name", name)
        .put("line_user_id", lineUserId)
        .put("phone", phone)
        .put("email", email);
  }

  /** Empty if it is not what {@link #json} writes. */
  public static Optional<Person> of(JsonNode json) {
    try {
      return Optional.of(
          new Person(
              Json.text(json, "id").orElse(""),
              Json.text(json, "name").orElse(""),
              Json.text(json, "line_user_id").orElse(""),
              Json.text(json, "phone").orElse(""),
              Json.text(json, "email").orElse("")));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The n-th person of a sandbox, with a number that nobody has.
   *
   * @param number from 1
   */
  public static Person numbered(int number, String name, String lineUserId) {
    String plain = name.toLowerCase(Locale.ROOT);
    boolean latin = plain.matches("[a-z][a-z0-9-]{0,40}");
    String id = latin ? (number == 1 ? plain : plain + "-" + number) : "person-" + number;
    return new Person(id, name, lineUserId, "+8190%08d".formatted(number), id + "@people.example");
  }
}

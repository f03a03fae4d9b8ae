package dev.throughline.channel.line;

import static dev.throughline.channel.line.Shape.matching;
import static dev.throughline.channel.line.Shape.text;
import static dev.throughline.channel.line.Shape.thing;

import dev.throughline.channel.line.Shape.Kinds;
import dev.throughline.channel.line.Shape.Thing;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is put into a {@code textV2} (spec line.md §3.2): mentions and emoji by name. */
record SubstitutionShape() implements Shape {
  private static final int MAX_ENTRIES = 100;
  private static final int MAX_OF_A_KIND = 20;
  private static final int MAX_ID = 100;
  private static final Pattern KEY = Pattern.compile("[0-9a-zA-Z_]{1,20}");

  private static final Kinds MENTIONEE =
      new Kinds(
          "type",
          new TreeMap<>(
              Map.of(
                  "user",
                      thing()
                          .may("type", text(1, MAX_ID))
                          .must(
                              "userId",
                              matching(MAX_ID, "U[0-9a-f]{32}", "Must be a valid user id")),
                  "all", thing().may("type", text(1, MAX_ID)))));

  static final Kinds VALUE =
      new Kinds(
          "type",
          new TreeMap<>(
              Map.of(
                  "mention", thing().may("type", text(1, MAX_ID)).must("mentionee", MENTIONEE),
                  "emoji", emoji())));

  private static Thing emoji() {
    return thing()
        .may("type", text(1, MAX_ID))
        .must("productId", text(1, MAX_ID))
        .must("emojiId", text(1, MAX_ID));
  }

  @Override
  public void check(JsonNode node, String at, Findings findings) {
    if (!(node instanceof ObjectNode entries)) {
      findings.malformed(at);
      return;
    }
    if (entries.size() > MAX_ENTRIES) {
      findings.add(at, "Size must be between 0 and " + MAX_ENTRIES);
      return;
    }
    int place = 0;
    for (String key : entries.propertyNames()) {
      // A key that is none may be anything, and is not shown.
      boolean valid = KEY.matcher(key).matches();
      String name = valid ? key : "[" + place + "]";
      if (!valid) {
        findings.add(at + name, "The key must match [0-9a-zA-Z_]{1,20}");
      }
      VALUE.check(entries.get(key), valid ? at + "." + key : at + name, findings);
      place++;
    }
    for (String kind : new String[] {"mention", "emoji"}) {
      long count =
          entries
              .valueStream()
              .filter(entry -> entry.path("type").asString("").equals(kind))
              .count();
      if (count > MAX_OF_A_KIND) {
        findings.add(at, kind + ": Size must be between 0 and " + MAX_OF_A_KIND);
      }
    }
  }

  /** Each name in braces must be there; braces themselves are written twice. */
  static void placeholders(ObjectNode message, String at, Findings findings) {
    String text = message.path("text").asString("");
    Set<String> names = new HashSet<>();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '{' && c != '}') {
        continue;
      }
      if (i + 1 < text.length() && text.charAt(i + 1) == c) {
        i++;
        continue;
      }
      int end = c == '{' ? text.indexOf('}', i) : -1;
      if (end < 0 || !KEY.matcher(text.substring(i + 1, end)).matches()) {
        findings.add(at + ".text", "Braces must be paired, or written twice");
        return;
      }
      names.add(text.substring(i + 1, end));
      i = end;
    }
    JsonNode substitution = message.path("substitution");
    if (names.stream().anyMatch(name -> !substitution.hasNonNull(name))) {
      findings.add(at + ".substitution", Shape.MISSING);
    }
  }

  static boolean mentions(JsonNode message) {
    return message.path("substitution").isObject()
        && message
            .path("substitution")
            .valueStream()
            .anyMatch(entry -> entry.path("type").asString("").equals("mention"));
  }
}

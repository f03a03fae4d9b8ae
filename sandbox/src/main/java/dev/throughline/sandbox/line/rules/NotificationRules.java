package dev.throughline.sandbox.line.rules;

import dev.throughline.sandbox.line.rules.Part.Report;
import dev.throughline.sandbox.line.rules.Part.Unit;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The bodies of LINE notification messages, which go to phone numbers. */
public final class NotificationRules {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final int KEY_LIMIT = 100;
  private static final int ITEMS_LIMIT = 15;
  private static final int BUTTONS_LIMIT = 2;
  private static final int EMPHASIZED_LIMIT = 15;
  private static final int CONTENT_LIMIT = 300;
  private static final int URL_LIMIT = 1000;

  private NotificationRules() {}

  /** The finding for a recipient that is not a digest of a phone number. */
  public static Optional<Finding> recipient(JsonNode body) {
    boolean digest = DIGEST.matcher(body.path("to").stringValue("")).matches();
    return digest
        ? Optional.empty()
        : Optional.of(new Finding("The value must be a valid SHA-256 digest.", "to"));
  }

  public static Verdict templated(JsonNode body) {
    Report report = new Report();
    Part root = new Part(body, "", report);
    root.required("templateKey", KEY_LIMIT, Unit.UTF16);
    Optional<Part> content = root.object("body", true);
    if (content.isPresent()) {
      Part parts = content.get();
      parts
          .object("emphasizedItem", false)
          .ifPresent(item -> {
            item.required("itemKey", KEY_LIMIT, Unit.UTF16);
            item.required("content", EMPHASIZED_LIMIT, Unit.UTF16);
          });
      for (Part item : parts.objects("items", false, 0, ITEMS_LIMIT)) {
        item.required("itemKey", KEY_LIMIT, Unit.UTF16);
        item.required("content", CONTENT_LIMIT, Unit.UTF16);
      }
      for (Part button : parts.objects("buttons", false, 0, BUTTONS_LIMIT)) {
        button.required("buttonKey", KEY_LIMIT, Unit.UTF16);
        button.url("url", true, URL_LIMIT, Set.of("http", "https", "line", "tel"));
      }
    }
    return report.verdict();
  }
}

package dev.throughline.sandbox.line.rules;

import dev.throughline.sandbox.line.rules.ActionRules.Place;
import dev.throughline.sandbox.line.rules.Part.Report;
import dev.throughline.sandbox.line.rules.Part.Unit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Rich menu objects, aliases, and the batch control of who sees which. */
public final class RichMenuRules {
  public static final int USERS_LIMIT = 500;
  private static final int NARROWEST = 800;
  private static final int WIDEST = 2500;
  private static final int LOWEST = 250;
  private static final double FLATTEST = 1.45;
  private static final int NAME_LIMIT = 300;
  private static final int CHAT_BAR_LIMIT = 14;
  private static final int AREAS_LIMIT = 20;
  private static final int OPERATIONS_LIMIT = 1000;
  private static final int ID_LIMIT = 100;
  private static final Pattern ALIAS = Pattern.compile("[a-z0-9_-]{1,32}");
  private static final Pattern RESUME_KEY = Pattern.compile("[0-9a-zA-Z\\-_]{1,100}");

  private RichMenuRules() {}

  /** Whether a menu, or its picture, may have this size. */
  public static boolean allowed(int width, int height) {
    return width >= NARROWEST && width <= WIDEST && height >= LOWEST && width >= FLATTEST * height;
  }

  public static Verdict menu(JsonNode body) {
    Report report = new Report();
    Part menu = new Part(body, "", report);
    menu.object("size", true)
        .ifPresent(size -> {
          Optional<Integer> width = size.integer("width", true, NARROWEST, WIDEST);
          Optional<Integer> height = size.integer("height", true, LOWEST, Integer.MAX_VALUE);
          if (width.isPresent()
              && height.isPresent()
              && width.get() >= NARROWEST
              && width.get() <= WIDEST
              && height.get() >= LOWEST
              && !allowed(width.get(), height.get())) {
            size.find("The aspect ratio (width / height) must be at least " + FLATTEST);
          }
        });
    if (!menu.has("selected")) {
      menu.find("must be specified", "selected");
    }
    menu.bool("selected");
    menu.required("name", NAME_LIMIT, Unit.GRAPHEME);
    menu.required("chatBarText", CHAT_BAR_LIMIT, Unit.GRAPHEME);
    for (Part area : menu.objects("areas", true, 0, AREAS_LIMIT)) {
      area.object("bounds", true)
          .ifPresent(bounds -> {
            bounds.integer("x", true, 0, Integer.MAX_VALUE);
            bounds.integer("y", true, 0, Integer.MAX_VALUE);
            bounds.integer("width", true, 1, Integer.MAX_VALUE);
            bounds.integer("height", true, 1, Integer.MAX_VALUE);
          });
      area.object("action", true).ifPresent(action -> ActionRules.check(action, Place.RICH_MENU));
    }
    return report.verdict();
  }

  public static Verdict alias(JsonNode body, boolean withId) {
    Report report = new Report();
    Part root = new Part(body, "", report);
    if (withId) {
      root.matching("richMenuAliasId", true, ALIAS);
    }
    root.required("richMenuId", ID_LIMIT, Unit.UTF16);
    return report.verdict();
  }

  /** The body of a bulk link or unlink, without the shape of each user id. */
  public static Verdict users(JsonNode body, boolean withMenu) {
    Report report = new Report();
    Part root = new Part(body, "", report);
    if (withMenu) {
      root.required("richMenuId", ID_LIMIT, Unit.UTF16);
    }
    root.strings("userIds", true, 1, USERS_LIMIT);
    return report.verdict();
  }

  public static Verdict batch(JsonNode body) {
    Report report = new Report();
    Part root = new Part(body, "", report);
    List<Part> operations = root.objects("operations", true, 1, OPERATIONS_LIMIT);
    Set<String> from = new HashSet<>();
    for (Part operation : operations) {
      String type =
          operation.oneOf("type", true, List.of("link", "unlink", "unlinkAll")).orElse("");
      if (type.equals("unlinkAll") && operations.size() > 1) {
        operation.find("unlinkAll can't be combined with other operations", "type");
      }
      if (type.equals("link") || type.equals("unlink")) {
        Optional<String> one = operation.required("from", ID_LIMIT, Unit.UTF16);
        if (one.isPresent() && !from.add(one.get())) {
          operation.find("must not be used more than once", "from");
        }
      }
      if (type.equals("link")) {
        operation.required("to", ID_LIMIT, Unit.UTF16);
      }
    }
    root.matching("resumeRequestKey", false, RESUME_KEY);
    return report.verdict();
  }
}

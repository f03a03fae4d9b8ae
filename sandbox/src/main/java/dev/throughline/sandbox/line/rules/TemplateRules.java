package dev.throughline.sandbox.line.rules;

import dev.throughline.sandbox.line.rules.ActionRules.Place;
import dev.throughline.sandbox.line.rules.Part.Unit;
import java.util.List;

/** Template messages: buttons, confirm, carousel, image carousel. */
final class TemplateRules {
  private static final List<String> TYPES =
      List.of("buttons", "confirm", "carousel", "image_carousel");
  private static final List<String> RATIOS = List.of("rectangle", "square");
  private static final List<String> SIZES = List.of("cover", "contain");

  private static final int TITLE_LIMIT = 40;
  private static final int TEXT_LIMIT_BESIDE_IMAGE_OR_TITLE = 60;
  private static final int BUTTONS_TEXT_LIMIT = 160;
  private static final int CONFIRM_TEXT_LIMIT = 240;
  private static final int COLUMN_TEXT_LIMIT = 120;
  private static final int BUTTONS_LIMIT = 4;
  private static final int CONFIRM_ACTIONS = 2;
  private static final int COLUMN_ACTIONS_LIMIT = 3;
  private static final int COLUMNS_LIMIT = 10;

  private TemplateRules() {}

  static void check(Part template) {
    switch (template.oneOf("type", true, TYPES).orElse("")) {
      case "buttons" -> {
        template.oneOf("imageAspectRatio", false, RATIOS);
        template.oneOf("imageSize", false, SIZES);
        card(template, BUTTONS_TEXT_LIMIT);
        actions(template, 1, BUTTONS_LIMIT);
      }
      case "confirm" -> {
        template.required("text", CONFIRM_TEXT_LIMIT, Unit.GRAPHEME);
        actions(template, CONFIRM_ACTIONS, CONFIRM_ACTIONS);
      }
      case "carousel" -> carousel(template);
      case "image_carousel" -> {
        for (Part column : template.objects("columns", true, 1, COLUMNS_LIMIT)) {
          column.mediaUrl("imageUrl", true);
          column
              .object("action", true)
              .ifPresent(action -> ActionRules.check(action, Place.IMAGE_CAROUSEL));
        }
      }
      default -> {
        // reported by oneOf
      }
    }
  }

  private static void carousel(Part template) {
    template.oneOf("imageAspectRatio", false, RATIOS);
    template.oneOf("imageSize", false, SIZES);
    List<Part> columns = template.objects("columns", true, 1, COLUMNS_LIMIT);
    for (Part column : columns) {
      card(column, COLUMN_TEXT_LIMIT);
      actions(column, 1, COLUMN_ACTIONS_LIMIT);
      Part first = columns.getFirst();
      if (column.node().path("actions").size() != first.node().path("actions").size()) {
        column.find("the number of actions must be the same in all columns", "actions");
      }
      if (column.has("title") != first.has("title")) {
        column.find("must be specified in all columns or in none", "title");
      }
      if (column.has("thumbnailImageUrl") != first.has("thumbnailImageUrl")) {
        column.find("must be specified in all columns or in none", "thumbnailImageUrl");
      }
    }
  }

  private static void card(Part card, int textLimit) {
    card.mediaUrl("thumbnailImageUrl", false);
    card.matching("imageBackgroundColor", false, FlexRules.COLOR);
    card.optional("title", TITLE_LIMIT, Unit.GRAPHEME);
    boolean beside = card.has("title") || card.has("thumbnailImageUrl");
    card.required("text", beside ? TEXT_LIMIT_BESIDE_IMAGE_OR_TITLE : textLimit, Unit.GRAPHEME);
    card.object("defaultAction", false).ifPresent(action -> ActionRules.check(action, Place.AREA));
  }

  private static void actions(Part holder, int min, int max) {
    for (Part action : holder.objects("actions", true, min, max)) {
      ActionRules.check(action, Place.TEMPLATE);
    }
  }
}

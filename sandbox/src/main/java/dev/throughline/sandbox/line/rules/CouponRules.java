package dev.throughline.sandbox.line.rules;

import dev.throughline.sandbox.line.rules.Part.Report;
import dev.throughline.sandbox.line.rules.Part.Unit;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The body that makes a coupon. */
public final class CouponRules {
  private static final int TITLE_LIMIT = 60;
  private static final int DESCRIPTION_LIMIT = 1000;
  private static final int CONDITION_LIMIT = 100;
  private static final int CODE_LIMIT = 16;
  private static final int MOST_ACQUIRED = 999_999;
  private static final int TIMEZONE_LIMIT = 40;

  private CouponRules() {}

  public static Verdict check(JsonNode body) {
    Report report = new Report();
    Part coupon = new Part(body, "", report);
    coupon.required("title", TITLE_LIMIT, Unit.UTF16);
    coupon.optional("description", DESCRIPTION_LIMIT, Unit.UTF16);
    coupon.optional("usageCondition", CONDITION_LIMIT, Unit.UTF16);
    coupon.optional("couponCode", CODE_LIMIT, Unit.UTF16);
    coupon.mediaUrl("imageUrl", false);
    coupon.mediaUrl("barcodeImageUrl", false);
    coupon.oneOf("visibility", true, List.of("PUBLIC", "UNLISTED"));
    coupon.required("timezone", TIMEZONE_LIMIT, Unit.UTF16);
    Optional<Integer> uses = coupon.integer("maxUseCountPerTicket", true, -1, 1);
    if (uses.isPresent() && uses.get() == 0) {
      coupon.find("Must be 1 or -1", "maxUseCountPerTicket");
    }
    Optional<Integer> start = coupon.integer("startTimestamp", true, 0, Integer.MAX_VALUE);
    Optional<Integer> end = coupon.integer("endTimestamp", true, 0, Integer.MAX_VALUE);
    if (start.isPresent() && end.isPresent() && end.get() <= start.get()) {
      coupon.find("must be later than startTimestamp", "endTimestamp");
    }
    coupon.object("acquisitionCondition", true).ifPresent(CouponRules::acquisition);
    coupon.object("reward", false).ifPresent(CouponRules::reward);
    return report.verdict();
  }

  private static void acquisition(Part condition) {
    String type = condition.oneOf("type", true, List.of("normal", "lottery")).orElse("");
    if (type.equals("lottery")) {
      condition.integer("lotteryProbability", true, 1, 99);
      Optional<Integer> most = condition.integer("maxAcquireCount", true, -1, MOST_ACQUIRED);
      if (most.isPresent() && most.get() == 0) {
        condition.find("Must be -1, or between 1 and " + MOST_ACQUIRED, "maxAcquireCount");
      }
    }
  }

  private static void reward(Part reward) {
    String type =
        reward
            .oneOf("type", true, List.of("cashBack", "discount", "free", "gift", "others"))
            .orElse("");
    boolean cashBack = type.equals("cashBack");
    if (!cashBack && !type.equals("discount")) {
      return;
    }
    reward
        .object("priceInfo", false)
        .ifPresent(price -> {
          List<String> kinds =
              cashBack
                  ? List.of("fixed", "percentage")
                  : List.of("fixed", "percentage", "explicit");
          switch (price.oneOf("type", true, kinds).orElse("")) {
            case "fixed" -> price.integer("fixedAmount", true, 1, Integer.MAX_VALUE);
            case "percentage" -> price.integer("percentage", true, 1, 99);
            case "explicit" -> {
              price.integer("priceAfterDiscount", true, 0, Integer.MAX_VALUE);
              price.integer("originalPrice", true, 1, Integer.MAX_VALUE);
            }
            default -> {
              // reported by oneOf
            }
          }
        });
  }
}

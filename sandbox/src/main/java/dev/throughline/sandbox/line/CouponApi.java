package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.rules.CouponRules;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Coupons: made, listed, read and closed. */
final class CouponApi {
  private static final int LIMIT = 5000;
  private static final int PAGE_DEFAULT = 20;
  private static final int PAGE_LIMIT = 100;
  private static final List<String> STATUSES = List.of("DRAFT", "RUNNING", "CLOSED");

  record Coupon(String id, ObjectNode made, Instant createdAt, boolean closed) {
    String status(Instant now) {
      boolean over = now.getEpochSecond() >= made.path("endTimestamp").longValue(0);
      return closed || over ? "CLOSED" : "RUNNING";
    }
  }

  private final World world;
  private final LinkedHashMap<String, Coupon> coupons = new LinkedHashMap<>();

  CouponApi(World world) {
    this.world = world;
  }

  Answer answer(Call call) {
    return switch (call.endpoint()) {
      case COUPON_CREATE ->
          Answer.refusal(CouponRules.check(call.json())).orElseGet(() -> create(call));
      case COUPON_LIST -> list(call);
      case COUPON_GET -> find(call.first()).map(this::shown).orElseGet(CouponApi::unknown);
      default -> close(call.first());
    };
  }

  private synchronized Optional<Coupon> find(String id) {
    return Optional.ofNullable(coupons.get(id));
  }

  private synchronized Answer create(Call call) {
    Instant now = world.clock.instant();
    long valid = coupons.values().stream().filter(one -> one.status(now).equals("RUNNING")).count();
    if (valid >= LIMIT) {
      return detailed(400, "The maximum number of coupons has been reached");
    }
    String id = world.ids.ulid();
    coupons.put(id, new Coupon(id, (ObjectNode) call.json().deepCopy(), now, false));
    world.changed("settings", "");
    return Answer.ok(Json.object().put("couponId", id));
  }

  private synchronized Answer list(Call call) {
    int limit = Continuation.number(call.query("limit"), PAGE_DEFAULT);
    if (limit < 1 || limit > PAGE_LIMIT) {
      return Answer.wrongParameter("limit");
    }
    List<String> wanted =
        call.query("status").isEmpty()
            ? STATUSES
            : Arrays.asList(call.query("status").split(",", -1));
    if (!STATUSES.containsAll(wanted)) {
      return Answer.wrongParameter("status");
    }
    Instant now = world.clock.instant();
    List<Coupon> all =
        coupons.values().stream().filter(one -> wanted.contains(one.status(now))).toList();
    return Continuation.page(all, limit, call.query("start"), now)
        .map(page -> {
          ObjectNode body = Json.object();
          ArrayNode items = body.putArray("items");
          for (Coupon one : page.items()) {
            items
                .addObject()
                .put("couponId", one.id)
                .put("title", one.made.path("title").stringValue(""));
          }
          page.next().ifPresent(next -> body.put("next", next));
          return Answer.ok(body);
        })
        .orElseGet(Continuation::invalidStart);
  }

  private Answer shown(Coupon coupon) {
    ObjectNode body = coupon.made.deepCopy();
    body.put("couponId", coupon.id);
    body.put("createdTimestamp", coupon.createdAt.getEpochSecond());
    body.put("status", coupon.status(world.clock.instant()));
    body.put("maxTicketPerUser", 1);
    if (body.path("reward").path("priceInfo") instanceof ObjectNode price
        && !price.path("type").stringValue("").equals("percentage")) {
      price.put("currency", "JPY");
    }
    return Answer.ok(body);
  }

  private synchronized Answer close(String id) {
    Coupon coupon = coupons.get(id);
    if (coupon == null) {
      return unknown();
    }
    if (coupon.status(world.clock.instant()).equals("CLOSED")) {
      return detailed(410, "The coupon has already been closed.");
    }
    coupons.put(id, new Coupon(id, coupon.made, coupon.createdAt, true));
    world.changed("settings", "");
    return Answer.ok();
  }

  private static Answer unknown() {
    return detailed(404, "coupon not found");
  }

  private static Answer detailed(int status, String reason) {
    ObjectNode body = Json.object().put("message", "The request could not be processed");
    body.putArray("details").addObject().put("message", reason);
    return new Answer(status, Json.string(body), Map.of(), false);
  }

  record Saved(List<Coupon> coupons) {}

  synchronized Saved save() {
    return new Saved(List.copyOf(coupons.values()));
  }

  synchronized void restore(Saved saved) {
    saved.coupons.forEach(coupon -> coupons.put(coupon.id, coupon));
  }
}

package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Multipart;
import dev.throughline.sandbox.emulator.Multipart.Part;
import dev.throughline.sandbox.line.Audiences.Audience;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Audiences through LINE's API. */
final class AudienceApi {
  private static final int DESCRIPTION_LIMIT = 120;
  private static final int IDS_LIMIT = 10_000;
  private static final int FILE_IDS_LIMIT = 1_500_000;
  private static final int PAGE_LIMIT = 40;
  private static final int URL_LIMIT = 2000;

  private final World world;
  private final Audiences audiences;

  AudienceApi(World world, Audiences audiences) {
    this.world = world;
    this.audiences = audiences;
  }

  Answer answer(Call call) {
    return switch (call.endpoint()) {
      case AUDIENCE_UPLOAD -> upload(call.json(), ids(call.json()), IDS_LIMIT);
      case AUDIENCE_ADD ->
          add(call.json().path("audienceGroupId"), call.json(), ids(call.json()), IDS_LIMIT);
      case AUDIENCE_UPLOAD_FILE, AUDIENCE_ADD_FILE -> file(call);
      case AUDIENCE_CLICK, AUDIENCE_IMP -> fromInsight(call);
      case AUDIENCE_DESCRIPTION -> rename(call);
      case AUDIENCE_DELETE ->
          own(call.first())
              .map(audience -> {
                audiences.delete(audience.id());
                return Answer.ok();
              })
              .orElseGet(AudienceApi::unknown);
      case AUDIENCE_GET -> get(own(call.first()), false);
      case AUDIENCE_SHARED_GET ->
          get(
              find(call.first()).filter(audience -> audience.createRoute().equals("OA_MANAGER")),
              true);
      case AUDIENCE_LIST -> list(call, false);
      default -> list(call, true);
    };
  }

  // ---- creating and adding

  private Answer upload(JsonNode body, Optional<Set<String>> ids, int limit) {
    Optional<Answer> refusal = refusal(body, ids, limit);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Optional<Audience> made =
        audiences.create(
            "UPLOAD",
            text(body, "description"),
            body.path("isIfaAudience").booleanValue(false),
            Optional.empty(),
            Optional.empty());
    if (made.isEmpty()) {
      return coded("AUDIENCE_GROUP_COUNT_MAX_OVER");
    }
    // Without anybody to put in it stays IN_PROGRESS: an empty audience is never ready.
    if (!ids.orElse(Set.of()).isEmpty()) {
      audiences.add(made.get().id(), ids.get(), Json.text(body, "uploadDescription"));
    }
    return created(made.get());
  }

  private Optional<Answer> refusal(JsonNode body, Optional<Set<String>> ids, int limit) {
    String description = text(body, "description");
    if (description.isEmpty() || description.length() > DESCRIPTION_LIMIT) {
      return Optional.of(coded("AUDIENCE_GROUP_DESCRIPTION_WRONG"));
    }
    return wrongIds(ids, limit);
  }

  private static Optional<Answer> wrongIds(Optional<Set<String>> ids, int limit) {
    if (ids.isEmpty()) {
      return Optional.of(coded("UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT"));
    }
    return ids.get().size() > limit
        ? Optional.of(coded("UPLOAD_AUDIENCE_GROUP_TOO_MANY_AUDIENCE_IDS"))
        : Optional.empty();
  }

  private Answer add(JsonNode id, JsonNode body, Optional<Set<String>> ids, int limit) {
    Optional<Audience> audience = own(id.asString());
    if (audience.isEmpty()) {
      return unknown();
    }
    Optional<Answer> refusal = wrongIds(ids, limit);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (ids.orElse(Set.of()).isEmpty()) {
      return coded("AUDIENCE_GROUP_AUDIENCE_INSUFFICIENT");
    }
    return audiences.add(audience.get().id(), ids.get(), Json.text(body, "uploadDescription"))
        ? new Answer(202, "", Map.of(), true)
        : Answer.rateLimited();
  }

  /** The ids of a JSON body; empty if one is not of the right shape. */
  private static Optional<Set<String>> ids(JsonNode body) {
    Set<String> ids = new LinkedHashSet<>();
    boolean ifa = body.path("isIfaAudience").booleanValue(false);
    for (JsonNode one : body.path("audiences")) {
      String id = one.path("id").stringValue("");
      if (id.isEmpty() || (!ifa && !LineUser.USER_ID.matcher(id).matches())) {
        return Optional.empty();
      }
      ids.add(id);
    }
    return Optional.of(ids);
  }

  private Answer file(Call call) {
    Optional<List<Part>> parts =
        Multipart.parts(call.headers().getOrDefault("content-type", ""), call.body());
    if (parts.isEmpty()) {
      return Answer.unsupportedType(Gate.mediaType(call.headers()));
    }
    ObjectNode fields = Json.object();
    Optional<String> content = Optional.empty();
    for (Part part : parts.get()) {
      if (part.name().equals("file")) {
        content = Optional.of(part.body().text());
      } else {
        fields.put(part.name(), part.body().text());
      }
    }
    if (content.isEmpty()) {
      return Answer.error(400, "The request body has 1 error(s)");
    }
    ObjectNode typed = fields.deepCopy();
    typed.put("isIfaAudience", fields.path("isIfaAudience").stringValue("").equals("true"));
    Set<String> ids = new LinkedHashSet<>();
    boolean wrong = false;
    for (String line : content.get().lines().map(String::strip).toList()) {
      wrong |=
          !line.isEmpty()
              && !typed.path("isIfaAudience").booleanValue()
              && !LineUser.USER_ID.matcher(line).matches();
      if (!line.isEmpty()) {
        ids.add(line);
      }
    }
    Optional<Set<String>> checked = wrong ? Optional.empty() : Optional.of(ids);
    return call.endpoint() == Endpoint.AUDIENCE_UPLOAD_FILE
        ? upload(typed, checked, FILE_IDS_LIMIT)
        : add(fields.path("audienceGroupId"), typed, checked, FILE_IDS_LIMIT);
  }

  /** Everybody who saw, or tapped a link of, what was sent to many. */
  private Answer fromInsight(Call call) {
    boolean click = call.endpoint() == Endpoint.AUDIENCE_CLICK;
    String requestId = text(call.json(), "requestId");
    Optional<String> url = Json.text(call.json(), "clickUrl");
    Optional<Answer> refusal = refusal(call.json(), Optional.of(Set.of()), IDS_LIMIT);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Optional<Insight.Reach> reach = world.insight.find(requestId);
    if (reach.isEmpty()) {
      return coded("REQUEST_NOT_FOUND");
    }
    if (url.isPresent() && url.get().length() > URL_LIMIT) {
      return coded("TOO_LONG_CLICK_URL");
    }
    Optional<Audience> made =
        audiences.create(
            click ? "CLICK" : "IMP",
            text(call.json(), "description"),
            false,
            Optional.of(requestId),
            click ? url : Optional.empty());
    if (made.isEmpty()) {
      return coded("AUDIENCE_GROUP_COUNT_MAX_OVER");
    }
    Set<String> people = click ? clickers(reach.get(), url) : reach.get().anybody("seen");
    audiences.add(made.get().id(), people, Optional.empty());
    ObjectNode body = Json.object().put("audienceGroupId", made.get().id());
    body.put("type", made.get().type()).put("description", made.get().description());
    body.put("created", made.get().createdAt().getEpochSecond()).put("requestId", requestId);
    if (click) {
      url.ifPresent(link -> body.put("clickUrl", link));
      route(body, made.get());
    }
    return Answer.accepted202(body);
  }

  private static Set<String> clickers(Insight.Reach reach, Optional<String> url) {
    if (url.isEmpty()) {
      return reach.anybody("click");
    }
    Set<String> people = new LinkedHashSet<>();
    for (int seq = 1; seq <= reach.messageIds().size(); seq++) {
      people.addAll(reach.who("click " + seq + " " + url.get()));
    }
    return people;
  }

  private static Answer created(Audience audience) {
    ObjectNode body = Json.object().put("audienceGroupId", audience.id());
    body.put("type", audience.type()).put("description", audience.description());
    body.put("created", audience.createdAt().getEpochSecond());
    route(body, audience);
    return Answer.accepted202(body);
  }

  private static void route(ObjectNode body, Audience audience) {
    body.put("createRoute", audience.createRoute()).put("permission", "READ_WRITE");
    body.put("expireTimestamp", audience.createdAt().plus(Audiences.LIFE).getEpochSecond());
    body.put("isIfaAudience", audience.ifa());
  }

  // ---- reading

  private Answer rename(Call call) {
    String description = text(call.json(), "description");
    if (description.isEmpty() || description.length() > DESCRIPTION_LIMIT) {
      return coded("AUDIENCE_GROUP_DESCRIPTION_WRONG");
    }
    return own(call.first())
        .map(audience -> {
          audiences.rename(audience.id(), description);
          return Answer.ok();
        })
        .orElseGet(AudienceApi::unknown);
  }

  private Answer get(Optional<Audience> found, boolean shared) {
    if (found.isEmpty()) {
      return unknown();
    }
    ObjectNode body = Json.object();
    body.set("audienceGroup", audiences.json(found.get()));
    body.set("jobs", Audiences.jobs(found.get()));
    if (shared) {
      body.putObject("owner")
          .put("serviceType", "lineoa")
          .put("id", found.get().owner().orElse("@self"))
          .put("name", found.get().owner().orElse("This account"));
    }
    return Answer.ok(body);
  }

  private Answer list(Call call, boolean shared) {
    int page = Continuation.number(call.query("page"), -1);
    int size = Continuation.number(call.query("size"), 20);
    if (page < 1) {
      return Answer.wrongParameter("page");
    }
    if (size < 1 || size > PAGE_LIMIT) {
      return Answer.wrongParameter("size");
    }
    boolean outside = call.query("includesExternalPublicGroups").equals("true");
    boolean owned = call.query("includesOwnedAudienceGroups").equals("true");
    List<ObjectNode> all = new ArrayList<>();
    for (Audience audience : audiences.all().reversed()) {
      boolean wanted = shared ? audience.shared() || owned : !audience.shared() || outside;
      ObjectNode json = audiences.json(audience);
      if (wanted && matches(call, json)) {
        all.add(json);
      }
    }
    int from = Math.min(all.size(), (page - 1) * size);
    int to = Math.min(all.size(), from + size);
    ObjectNode body = Json.object();
    ArrayNode array = body.putArray("audienceGroups");
    all.subList(from, to).forEach(array::add);
    body.put("hasNextPage", to < all.size()).put("totalCount", all.size());
    body.put(
        "readWriteAudienceGroupTotalCount",
        all.stream()
            .filter(one -> one.path("permission").stringValue("").equals("READ_WRITE"))
            .count());
    return Answer.ok(body.put("page", page).put("size", size));
  }

  private static boolean matches(Call call, ObjectNode json) {
    for (String name : List.of("status", "createRoute")) {
      String asked = call.query(name);
      if (!asked.isEmpty() && !asked.equals(json.path(name).stringValue(""))) {
        return false;
      }
    }
    return json.path("description").stringValue("").contains(call.query("description"));
  }

  private Optional<Audience> find(String id) {
    try {
      return audiences.find(Long.parseLong(id));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Optional<Audience> own(String id) {
    return find(id).filter(audience -> !audience.shared());
  }

  private static Answer unknown() {
    return coded("AUDIENCE_GROUP_NOT_FOUND");
  }

  /** LINE says which error it is in {@code details}. */
  private static Answer coded(String code) {
    ObjectNode body = Json.object().put("message", "audience group error");
    body.putArray("details").addObject().put("message", code);
    return new Answer(400, Json.string(body), Map.of(), false);
  }

  private static String text(JsonNode body, String name) {
    return Json.text(body, name).orElse("");
  }
}

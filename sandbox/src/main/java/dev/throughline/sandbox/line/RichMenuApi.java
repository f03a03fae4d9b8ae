package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.rules.Finding;
import dev.throughline.sandbox.line.rules.RichMenuRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Rich menus through LINE's API. */
final class RichMenuApi {
  private static final int IMAGE_LIMIT = 1024 * 1024;
  private static final Set<String> IMAGE_TYPES = Set.of("image/jpeg", "image/png");

  private final RichMenus menus;
  private final MenuBatches batches;

  RichMenuApi(RichMenus menus, MenuBatches batches) {
    this.menus = menus;
    this.batches = batches;
  }

  Answer answer(Call call) {
    return switch (call.endpoint()) {
      case RICHMENU_CREATE ->
          Answer.refusal(RichMenuRules.menu(call.json())).orElseGet(() -> create(call));
      case RICHMENU_VALIDATE ->
          Answer.refusal(RichMenuRules.menu(call.json())).orElseGet(Answer::ok);
      case RICHMENU_GET -> menu(call.first(), menu -> Answer.ok(menu.json()));
      case RICHMENU_DELETE -> menus.delete(call.first()) ? Answer.ok() : Answer.notFound();
      case RICHMENU_LIST -> list();
      case RICHMENU_IMAGE_SET -> menu(call.first(), menu -> upload(menu, call));
      case RICHMENU_IMAGE_GET ->
          menu(
              call.first(),
              menu ->
                  menus
                      .picture(menu)
                      .map(image -> Answer.media(image.type(), image.bytes()))
                      .orElseGet(Answer::notFound));
      case RICHMENU_DEFAULT_SET ->
          pictured(
              call.first(),
              menu -> {
                menus.byDefault(Optional.of(menu.id()));
                return Answer.ok();
              });
      case RICHMENU_DEFAULT_GET -> byDefault();
      case RICHMENU_DEFAULT_CANCEL -> {
        menus.byDefault(Optional.empty());
        yield Answer.ok();
      }
      case RICHMENU_USER_LINK, RICHMENU_USER_GET, RICHMENU_USER_UNLINK -> ofUser(call);
      case RICHMENU_BULK_LINK -> bulk(call, true);
      case RICHMENU_BULK_UNLINK -> bulk(call, false);
      case RICHMENU_BATCH ->
          batchRefusal(call.json())
              .orElseGet(() -> {
                batches.start(call.requestId(), call.json());
                return Answer.accepted202();
              });
      case RICHMENU_BATCH_VALIDATE -> batchRefusal(call.json()).orElseGet(Answer::ok);
      case RICHMENU_BATCH_PROGRESS ->
          call.query("requestId").isEmpty()
              ? Answer.wrongParameter("requestId")
              : batches
                  .progress(call.query("requestId"))
                  .map(Answer::ok)
                  .orElseGet(Answer::notFound);
      case RICHMENU_ALIAS_CREATE ->
          Answer.refusal(RichMenuRules.alias(call.json(), true))
              .orElseGet(() ->
                  aliased(
                      menus.createAlias(text(call, "richMenuAliasId"), text(call, "richMenuId"))));
      case RICHMENU_ALIAS_UPDATE ->
          Answer.refusal(RichMenuRules.alias(call.json(), false))
              .orElseGet(() -> aliased(menus.updateAlias(call.first(), text(call, "richMenuId"))));
      case RICHMENU_ALIAS_GET ->
          menus
              .alias(call.first())
              .map(menuId -> Answer.ok(alias(call.first(), menuId)))
              .orElseGet(RichMenuApi::unknownAlias);
      case RICHMENU_ALIAS_DELETE -> menus.deleteAlias(call.first()) ? Answer.ok() : unknownAlias();
      default -> aliases();
    };
  }

  private Answer create(Call call) {
    return menus
        .create((ObjectNode) call.json())
        .map(menu -> Answer.ok(Json.object().put("richMenuId", menu.id())))
        .orElseGet(() -> Answer.error(400, "The maximum number of rich menus has been reached"));
  }

  private Answer list() {
    ObjectNode body = Json.object();
    ArrayNode array = body.putArray("richmenus");
    menus.all().forEach(menu -> array.add(menu.json()));
    return Answer.ok(body);
  }

  private Answer upload(RichMenus.Menu menu, Call call) {
    String type = Gate.mediaType(call.headers());
    if (!IMAGE_TYPES.contains(type)) {
      return Answer.unsupportedType(type);
    }
    if (menu.imageType().isPresent()) {
      return Answer.error(400, "An image has already been uploaded to the richmenu");
    }
    Optional<Pictures.Size> size = Pictures.size(call.body().copy());
    if (call.body().length() > IMAGE_LIMIT
        || size.isEmpty()
        || !RichMenuRules.allowed(size.get().width(), size.get().height())) {
      return Answer.error(400, "The image size is not allowed for richmenu");
    }
    menus.picture(menu, type, call.body());
    return Answer.ok();
  }

  private Answer byDefault() {
    Optional<String> menuId = menus.byDefault();
    if (menuId.isPresent()) {
      return Answer.ok(Json.object().put("richMenuId", menuId.get()));
    }
    return menus.managerHasOne()
        ? Answer.error(403, "the richmenu is owned by another channel")
        : withDetails(404, "no default richmenu");
  }

  private Answer ofUser(Call call) {
    if (!LineUser.USER_ID.matcher(call.first()).matches()) {
      return Answer.wrongParameter("userId");
    }
    return switch (call.endpoint()) {
      case RICHMENU_USER_LINK ->
          pictured(
              call.second(),
              menu -> {
                menus.link(call.first(), menu.id());
                return Answer.ok();
              });
      case RICHMENU_USER_UNLINK -> {
        menus.unlink(call.first());
        yield Answer.ok();
      }
      default ->
          menus
              .of(call.first())
              .map(menuId -> Answer.ok(Json.object().put("richMenuId", menuId)))
              .orElseGet(() -> withDetails(404, "the user has no richmenu"));
    };
  }

  private Answer bulk(Call call, boolean link) {
    Optional<Answer> refusal = Answer.refusal(RichMenuRules.users(call.json(), link));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    List<String> userIds = new ArrayList<>();
    for (JsonNode userId : call.json().path("userIds")) {
      if (!LineUser.USER_ID.matcher(userId.stringValue("")).matches()) {
        return Answer.wrongProperty("'userIds[" + userIds.size() + "]'");
      }
      userIds.add(userId.stringValue());
    }
    if (!link) {
      batches.unlink(userIds);
      return Answer.accepted202();
    }
    return pictured(
        text(call, "richMenuId"),
        menu -> {
          batches.link(userIds, menu.id());
          return Answer.accepted202();
        });
  }

  private Optional<Answer> batchRefusal(JsonNode body) {
    Optional<Answer> refusal = Answer.refusal(RichMenuRules.batch(body));
    if (refusal.isPresent()) {
      return refusal;
    }
    List<Finding> findings = new ArrayList<>();
    int at = 0;
    for (JsonNode operation : body.path("operations")) {
      for (String name : List.of("from", "to")) {
        Optional<String> menuId = Json.text(operation, name);
        if (menuId.isPresent() && menus.find(menuId.get()).isEmpty()) {
          findings.add(new Finding("richmenu not found", "operations[" + at + "]." + name));
        }
      }
      at++;
    }
    return findings.isEmpty() ? Optional.empty() : Optional.of(Answer.invalid(findings));
  }

  private Answer aliases() {
    ObjectNode body = Json.object();
    ArrayNode array = body.putArray("aliases");
    menus.aliases().forEach((aliasId, menuId) -> array.add(alias(aliasId, menuId)));
    return Answer.ok(body);
  }

  private static ObjectNode alias(String aliasId, String menuId) {
    return Json.object().put("richMenuAliasId", aliasId).put("richMenuId", menuId);
  }

  private static Answer aliased(RichMenus.Aliased outcome) {
    return switch (outcome) {
      case DONE -> Answer.ok();
      case CONFLICT -> withDetails(400, "conflict richmenu alias id");
      case UNKNOWN_ALIAS -> unknownAlias();
      case UNKNOWN_MENU -> withDetails(400, "richmenu not found");
      case NO_PICTURE -> noPicture();
      case TOO_MANY -> withDetails(400, "The maximum number of rich menu aliases has been reached");
    };
  }

  private static Answer unknownAlias() {
    return withDetails(404, "richmenu alias not found");
  }

  private static Answer noPicture() {
    return withDetails(400, "must upload richmenu image before applying it to user");
  }

  /** These errors carry an empty {@code details}, unlike the others. */
  private static Answer withDetails(int status, String message) {
    ObjectNode body = Json.object().put("message", message);
    body.putArray("details");
    return new Answer(status, Json.string(body), Map.of(), false);
  }

  private Answer menu(String id, Function<RichMenus.Menu, Answer> then) {
    return menus.find(id).map(then).orElseGet(Answer::notFound);
  }

  private Answer pictured(String id, Function<RichMenus.Menu, Answer> then) {
    return menu(id, menu -> menu.imageType().isEmpty() ? noPicture() : then.apply(menu));
  }

  private static String text(Call call, String name) {
    return Json.text(call.json(), name).orElse("");
  }
}

package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Which call of the Graph API it is, and what answers it. */
final class Graph {
  static final int BODY_LIMIT = 101 * (1 << 20);
  private static final Pattern PATH =
      Pattern.compile("/v([1-9][0-9]{0,2})(?:\\.[0-9])?/([^/]+)(?:/([^/]+))?/?");
  private static final String DOWNLOAD = "/whatsapp_business/attachments/";
  private static final Duration TYPING = Duration.ofSeconds(25);

  /**
   * A request, past its token.
   *
   * @param path without the query
   * @param contentType as it came
   */
  record Call(
      String method, String path, Map<String, String> query, String contentType, Bytes body) {
    Optional<String> query(String name) {
      return Optional.ofNullable(query.get(name));
    }
  }

  /** A call that is known, and the label by which faults and the journal name it. */
  record Route(String label, Supplier<GraphAnswer> answer) {}

  private final MetaConfig config;
  private final Messages messages;
  private final Inbound inbound;
  private final Media media;
  private final Templates templates;
  private final Profile profile;
  private final Statuses statuses;
  private final MetaWebhooks webhooks;
  private final Supplier<URI> base;

  Graph(
      MetaConfig config,
      Messages messages,
      Inbound inbound,
      Media media,
      Templates templates,
      Profile profile,
      Statuses statuses,
      MetaWebhooks webhooks,
      Supplier<URI> base) {
    this.config = config;
    this.messages = messages;
    this.inbound = inbound;
    this.media = media;
    this.templates = templates;
    this.profile = profile;
    this.statuses = statuses;
    this.webhooks = webhooks;
    this.base = base;
  }

  /** Every label, for whoever sets faults. */
  static List<String> labels() {
    return List.of(
        "messages",
        "read",
        "media-upload",
        "media-get",
        "media-delete",
        "media-download",
        "number",
        "numbers",
        "account",
        "profile",
        "templates",
        "subscriptions",
        "history");
  }

  Route route(Call call) {
    if (call.path.equals(DOWNLOAD)) {
      return new Route(
          "media-download",
          () ->
              media
                  .download(call.query("hash").orElse(""))
                  .<GraphAnswer>map(found -> found)
                  .orElseGet(() ->
                      new GraphAnswer.Refused(
                          GraphError.parameter("The address has expired."), Optional.of(404))));
    }
    Matcher path = PATH.matcher(call.path);
    if (!path.matches()) {
      return new Route("unknown", () -> GraphAnswer.refused(unknownPath()));
    }
    String id = path.group(2);
    String edge = path.group(3) == null ? "" : path.group(3);
    boolean number = id.equals(config.phoneNumberId());
    boolean account = id.equals(config.accountId());
    String what = call.method + " " + (number ? "number" : account ? "account" : "id") + " " + edge;
    return switch (what) {
      case "POST number messages" -> messages(call);
      case "POST number media" ->
          new Route("media-upload", () -> media.upload(call.contentType, call.body));
      case "GET number " -> new Route("number", () -> profile.number(call.query("fields")));
      case "GET number whatsapp_business_profile" ->
          new Route("profile", () -> profile.business(call.query("fields")));
      case "POST number whatsapp_business_profile" ->
          new Route("profile", () -> json(call, profile::business));
      case "GET number message_history" ->
          new Route("history", () -> statuses.history(call.query("message_id").orElse("")));
      case "GET account " -> new Route("account", () -> profile.account(call.query("fields")));
      case "GET account phone_numbers" ->
          new Route("numbers", () -> profile.numbers(call.query("fields")));
      case "GET account message_templates" ->
          new Route("templates", () -> templates.list(call.query("name"), call.query("status")));
      case "POST account message_templates" ->
          new Route("templates", () -> json(call, templates::create));
      case "DELETE account message_templates" ->
          new Route("templates", () -> templates.delete(call.query("name").orElse("")));
      case "GET account subscribed_apps",
          "POST account subscribed_apps",
          "DELETE account subscribed_apps" ->
          new Route("subscriptions", () -> subscriptions(call));
      case "GET id " ->
          new Route(
              "media-get",
              () ->
                  media
                      .look(id, base.get())
                      .map(GraphAnswer::ok)
                      .orElseGet(() -> unknownObject(call.method, id)));
      case "DELETE id " ->
          new Route(
              "media-delete",
              () -> media.delete(id) ? GraphAnswer.success() : unknownObject(call.method, id));
      default -> new Route("unknown", () -> unknownObject(call.method, id));
    };
  }

  private static GraphError unknownPath() {
    return new GraphError(2500, 400, "Unknown path components", "", 0);
  }

  private static GraphAnswer unknownObject(String method, String id) {
    return GraphAnswer.refused(GraphError.unknownObject(method, id));
  }

  private Route messages(Call call) {
    Optional<JsonNode> body = body(call);
    if (body.isEmpty()) {
      return new Route("messages", () -> GraphAnswer.refused(notJson()));
    }
    return body.get().has("status")
        ? new Route("read", () -> read(body.get()))
        : new Route("messages", () -> messages.send(body.get()));
  }

  private GraphAnswer read(JsonNode asked) {
    if (!Json.text(asked, "messaging_product").orElse("").equals("whatsapp")) {
      return GraphAnswer.refused(GraphError.missing("messaging_product"));
    }
    return Json.text(asked, "status").orElse("").equals("read")
        ? inbound.read(asked, TYPING)
        : GraphAnswer.refused(GraphError.parameter("Param status must be one of {READ}"));
  }

  private GraphAnswer subscriptions(Call call) {
    return switch (call.method) {
      case "POST" -> {
        Optional<JsonNode> asked = body(call);
        Optional<String> url = asked.flatMap(json -> Json.text(json, "override_callback_uri"));
        if (url.isPresent()) {
          try {
            webhooks.subscribe(url.get(), Json.text(asked.get(), "verify_token").orElse(""));
          } catch (ControlRefusal e) {
            yield GraphAnswer.refused(
                new GraphError(
                    2200, 400, "Callback verification failed: " + e.getMessage(), "", 0));
          }
        }
        yield GraphAnswer.success();
      }
      case "DELETE" -> {
        webhooks.unsubscribe();
        yield GraphAnswer.success();
      }
      default -> {
        var answer = Json.object();
        var data = answer.putArray("data");
        webhooks
            .subscription()
            .ifPresent(to ->
                data.addObject()
                    .put("override_callback_uri", to.url())
                    .putObject("whatsapp_business_api_data")
                    .put("name", config.name())
                    .put("id", config.accountId()));
        yield GraphAnswer.ok(answer);
      }
    };
  }

  private static GraphError notJson() {
    return GraphError.parameter("The body is not a JSON object.");
  }

  private GraphAnswer json(Call call, java.util.function.Function<JsonNode, GraphAnswer> with) {
    return body(call).map(with).orElseGet(() -> GraphAnswer.refused(notJson()));
  }

  /** Empty if it is no JSON object. An absent body is an empty one. */
  private static Optional<JsonNode> body(Call call) {
    if (call.body.length() == 0) {
      return Optional.of(Json.object());
    }
    try {
      return Optional.of(Json.parse(call.body)).filter(JsonNode::isObject);
    } catch (Json.Unparsable e) {
      return Optional.empty();
    }
  }
}

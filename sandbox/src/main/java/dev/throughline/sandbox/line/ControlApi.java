package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.ControlRequest;
import dev.throughline.sandbox.emulator.Json;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link LineControl} over HTTP. Its reference is docs/sandbox.md. */
final class ControlApi implements HttpService {
  private final LineControl control;
  private final ControlMedia media;
  private final ControlPhones phones;
  private final ControlConsole console;

  ControlApi(LineControl control) {
    this.control = control;
    this.media = new ControlMedia(control);
    this.phones = new ControlPhones(control.phones());
    this.console = new ControlConsole(control.console());
  }

  @Override
  public void routing(HttpRules rules) {
    rules.any(this::handle);
  }

  private void handle(ServerRequest request, ServerResponse response) {
    try {
      ControlRequest asked = ControlRequest.of(request);
      Optional<Answer.Media> picture = media.find(asked.method(), asked.path());
      if (picture.isPresent()) {
        response.header(HeaderNames.CONTENT_TYPE, picture.get().type());
        response.header("Cache-Control", "no-store");
        response.header("X-Content-Type-Options", "nosniff");
        response.header("Content-Security-Policy", "sandbox");
        response.send(picture.get().bytes().copy());
        return;
      }
      ObjectNode answer =
          ControlMedia.wants(asked.method(), asked.path())
              ? done(media.send(request, asked.path()))
              : answer(asked, asked.json());
      ControlRequest.send(response, 200, answer);
    } catch (ControlRefusal e) {
      ControlRequest.refuse(response, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ControlRequest.stopping(response);
    }
  }

  private ObjectNode answer(ControlRequest request, JsonNode body)
      throws ControlRefusal, InterruptedException {
    String method = request.method();
    List<String> path = request.path();
    String first = request.part(0);
    String id = request.part(1);
    String verb = request.part(2);
    if (first.equals("users") && !id.isEmpty()) {
      return user(request, method, id, verb, body);
    }
    if (first.equals("groups") && !id.isEmpty()) {
      return group(request, method, id, verb, request.part(3), body);
    }
    long after = request.after();
    return switch (method + " " + String.join("/", path)) {
      case "GET " -> about();
      case "GET users" -> users();
      case "POST users" -> {
        LineUser user = ControlJson.user(body, control.freshUserId());
        control.addUser(user);
        yield ControlJson.user(user, control.now());
      }
      case "GET groups" -> {
        ObjectNode answer = Json.object();
        ArrayNode groups = answer.putArray("groups");
        control.groups().forEach(group -> groups.add(ControlJson.group(group)));
        yield answer;
      }
      case "POST groups" ->
          ControlJson.group(
              control.addGroup(
                  Json.text(body, "groupId"),
                  Json.text(body, "groupName").orElse("Group"),
                  strings(body.path("members")),
                  body.path("joined").booleanValue(true)));
      case "POST audiences" -> {
        if (!body.path("audienceGroupId").isIntegralNumber()) {
          throw new ControlRefusal(400, "An audience has audienceGroupId, a number, and userIds.");
        }
        long audienceGroupId = body.path("audienceGroupId").longValue();
        control
            .console()
            .audience(
                audienceGroupId,
                Json.text(body, "description").orElse("Audience " + audienceGroupId),
                strings(body.path("userIds")),
                Json.text(body, "owner"));
        yield Json.object();
      }
      case "GET faults" -> faults();
      case "PUT faults" -> {
        control.setFaults(ControlJson.faults(body));
        yield faults();
      }
      case "DELETE faults" -> {
        control.clearFaults(request.query("endpoint"));
        yield faults();
      }
      case "GET settings" -> ControlJson.settings(control.settings(), control.webhookUrl());
      case "PUT settings" -> {
        control.settings(ControlJson.settings(control.settings(), body));
        if (body.has("webhookUrl")) {
          control.webhookUrl(Json.text(body, "webhookUrl").orElse(""));
        }
        yield ControlJson.settings(control.settings(), control.webhookUrl());
      }
      case "POST keys" -> {
        if (!(body instanceof ObjectNode jwk)) {
          throw new ControlRefusal(400, "The body is a public JWK.");
        }
        yield Json.object().put("kid", control.registerKey(jwk));
      }
      case "GET requests" -> {
        Optional<String> requestId = request.query("requestId");
        yield page(
            "requests",
            control.requests(
                after, one -> requestId.isEmpty() || one.requestId().equals(requestId.get())));
      }
      case "GET webhooks" -> {
        Optional<String> eventId = request.query("eventId");
        yield page(
            "webhooks",
            control.webhooks(
                after, one -> eventId.isEmpty() || one.eventIds().contains(eventId.get())));
      }
      case "GET accepted" ->
          page(
              "accepted",
              request.query("repeated").isPresent()
                  ? control.repeated(after)
                  : control.accepted(after));
      case "GET stream" ->
          request.query("after").isEmpty()
              ? Json.object().put("next", control.lastChange())
              : page("changes", control.changes(after, request.patience()));
      case "POST events" -> inject(body);
      default -> console.answer(method, path, body).orElseThrow(ControlApi::unknown);
    };
  }

  private ObjectNode user(
      ControlRequest request, String method, String id, String verb, JsonNode body)
      throws ControlRefusal, InterruptedException {
    LineUser user =
        control
            .user(id)
            .orElseThrow(() ->
                new ControlRefusal(404, "There is no such user; GET /_sandbox/users lists them."));
    return switch (method + " " + verb) {
      case "GET " -> ControlJson.user(user, control.now());
      case "DELETE " -> {
        control.deleteAccount(id);
        yield Json.object();
      }
      case "GET messages" ->
          page("messages", control.messages(id, request.after(), request.patience()));
      case "GET chat" -> page("items", control.chat(id, request.after(), request.patience()));
      case "POST messages" -> done(control.send(id, id, message(body)));
      case "POST follow" -> done(control.follow(id));
      case "POST block" -> done(control.block(id));
      case "POST unblock" -> done(control.unblock(id));
      case "POST unsend" -> done(control.unsend(id, id, Json.text(body, "messageId").orElse("")));
      case "POST postback" -> postback(id, id, body);
      default -> phones.answer(method + " " + verb, id, id, body).orElseThrow(ControlApi::unknown);
    };
  }

  private ObjectNode group(
      ControlRequest request, String method, String id, String verb, String more, JsonNode body)
      throws ControlRefusal, InterruptedException {
    if (control.groups().stream().noneMatch(group -> group.id().equals(id))) {
      throw new ControlRefusal(404, "There is no such group; GET /_sandbox/groups lists them.");
    }
    String userId = Json.text(body, "userId").orElse("");
    return switch (method + " " + verb) {
      case "GET messages" ->
          page("messages", control.messages(id, request.after(), request.patience()));
      case "GET chat" -> page("items", control.chat(id, request.after(), request.patience()));
      case "POST messages" -> done(control.send(id, userId, message(body.path("message"))));
      case "POST unsend" ->
          done(control.unsend(id, userId, Json.text(body, "messageId").orElse("")));
      case "POST postback" -> postback(id, userId, body);
      case "POST join" -> done(control.join(id));
      case "POST leave" -> done(control.leave(id));
      case "POST members" -> done(control.memberJoined(id, userId));
      case "DELETE members" -> done(control.memberLeft(id, more));
      default ->
          phones.answer(method + " " + verb, id, userId, body).orElseThrow(ControlApi::unknown);
    };
  }

  private static ControlRefusal unknown() {
    return new ControlRefusal(404, "GET /_sandbox lists what there is.");
  }

  private static ObjectNode message(JsonNode body) throws ControlRefusal {
    if (!(body instanceof ObjectNode message)) {
      throw new ControlRefusal(
          400, "A message is an object such as {\"type\":\"text\",\"text\":\"…\"}.");
    }
    return message;
  }

  private ObjectNode postback(String chat, String userId, JsonNode body) throws ControlRefusal {
    String data =
        Json.text(body, "data")
            .orElseThrow(() -> new ControlRefusal(400, "A postback has data, a string."));
    Optional<ObjectNode> params =
        body.path("params") instanceof ObjectNode values ? Optional.of(values) : Optional.empty();
    return done(control.postback(chat, userId, data, params, Json.text(body, "displayText")));
  }

  /** Events, an array of them, or one body byte for byte. */
  private ObjectNode inject(JsonNode body) throws ControlRefusal {
    if (body.has("base64")) {
      byte[] bytes;
      try {
        bytes = Base64.getDecoder().decode(Json.text(body, "base64").orElse(""));
      } catch (IllegalArgumentException e) {
        throw new ControlRefusal(400, "base64 is not base64.");
      }
      return Json.object().put("status", control.sendBody(bytes));
    }
    if (body.has("raw")) {
      byte[] bytes = Json.text(body, "raw").orElse("").getBytes(StandardCharsets.UTF_8);
      return Json.object().put("status", control.sendBody(bytes));
    }
    JsonNode events = body.isArray() ? body : body.path("events");
    if (!events.isArray()) {
      throw new ControlRefusal(
          400, "The body is an array of events, {\"events\":[…]}, {\"raw\":…} or {\"base64\":…}.");
    }
    control.inject(
        List.copyOf(events.values()),
        body.path("together").booleanValue(false),
        Json.text(body, "destination"));
    return Json.object().put("events", events.size());
  }

  private ObjectNode about() {
    ObjectNode answer = Json.object();
    answer.put("emulates", "LINE Messaging API");
    answer.put("botUserId", control.config().botUserId());
    answer.put("botName", control.config().botName());
    answer.put("channelId", control.config().channelId());
    answer.put("pendingWebhooks", control.pendingWebhooks());
    ArrayNode faults = answer.putArray("faults");
    ControlJson.labels(Fault.ANY).forEach(faults::add);
    ArrayNode webhookFaults = answer.putArray("webhookFaults");
    ControlJson.labels(Fault.WEBHOOK).forEach(webhookFaults::add);
    ArrayNode endpoints = answer.putArray("endpoints");
    for (Endpoint endpoint : Endpoint.values()) {
      endpoints.add(endpoint.label());
    }
    ArrayNode paths = answer.putArray("paths");
    for (String path :
        List.of(
            "GET|POST users",
            "GET|DELETE users/{userId}",
            "GET users/{userId}/messages?after=N&wait=SECONDS",
            "GET users/{userId}/chat?after=N&wait=SECONDS",
            "POST users/{userId}/messages",
            "POST users|groups/{id}/media?type=image|video|audio|file",
            "POST users/{userId}/follow|block|unblock|unsend|postback",
            "GET|POST groups",
            "GET groups/{groupId}/messages|chat",
            "POST groups/{groupId}/messages|unsend|postback|join|leave|members",
            "DELETE groups/{groupId}/members/{userId}",
            "POST audiences",
            "GET|PUT|DELETE faults",
            "GET|PUT settings",
            "POST keys",
            "POST events",
            "GET requests?after=N",
            "GET webhooks?after=N",
            "GET accepted?after=N",
            "GET stream?after=N&wait=SECONDS")) {
      paths.add(path);
    }
    ControlPhones.PATHS.forEach(paths::add);
    ControlConsole.PATHS.forEach(paths::add);
    return answer;
  }

  private ObjectNode users() {
    ObjectNode answer = Json.object();
    ArrayNode users = answer.putArray("users");
    control.users().forEach(user -> users.add(ControlJson.user(user, control.now())));
    return answer;
  }

  private ObjectNode faults() {
    ObjectNode answer = Json.object();
    ArrayNode faults = answer.putArray("faults");
    control.activeFaults().forEach(fault -> faults.add(ControlJson.fault(fault)));
    return answer;
  }

  private static ObjectNode page(String name, LineControl.Page page) {
    ObjectNode answer = Json.object();
    ArrayNode entries = answer.putArray(name);
    page.entries().forEach(entries::add);
    answer.put("next", page.next());
    if (page.forgotten() > 0) {
      answer.put("forgotten", page.forgotten());
    }
    return answer;
  }

  static ObjectNode done(LineControl.Done done) {
    ObjectNode answer = Json.object();
    if (!done.messageId().isEmpty()) {
      answer.put("messageId", done.messageId());
    }
    if (!done.webhookEventId().isEmpty()) {
      answer.put("webhookEventId", done.webhookEventId());
    }
    return answer;
  }

  private static Set<String> strings(JsonNode array) {
    Set<String> strings = new LinkedHashSet<>();
    for (JsonNode one : array) {
      strings.add(one.stringValue(""));
    }
    return strings;
  }
}

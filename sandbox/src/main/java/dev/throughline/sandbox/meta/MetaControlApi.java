package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.ControlRequest;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link MetaControl} over HTTP. Its reference is docs/sandbox.md. */
final class MetaControlApi implements HttpService {
  private final MetaControl control;

  MetaControlApi(MetaControl control) {
    this.control = control;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.any((request, response) -> ControlRequest.handle(request, response, this::answer));
  }

  private ObjectNode answer(ControlRequest request) throws ControlRefusal, InterruptedException {
    String method = request.method();
    JsonNode body = request.json();
    if (request.part(0).equals("users") && request.path().size() > 1) {
      return user(method + " " + request.part(2), request.part(1), body);
    }
    return switch (method + " " + String.join("/", request.path())) {
      case "GET " -> about();
      case "GET users" -> {
        ObjectNode answer = Json.object();
        ArrayNode users = answer.putArray("users");
        control.people().forEach(account -> users.add(account(account)));
        yield answer;
      }
      case "GET accepted" -> control.accepted(request.after());
      case "GET received" -> control.received(request.after());
      case "GET requests" -> control.requests(request.after());
      case "GET webhooks" -> control.webhooks(request.after(), request.patience());
      case "GET faults" -> faults();
      case "PUT faults" -> {
        control.setFaults(ControlRequest.faults(body, MetaFault::named));
        yield faults();
      }
      case "DELETE faults" -> {
        control.clearFaults();
        yield faults();
      }
      case "GET settings" -> settings();
      case "PUT settings" -> {
        control.settings(changed(control.settings(), body));
        yield settings();
      }
      case "PUT webhook" -> {
        control.subscribe(
            Json.text(body, "url").orElse(""), Json.text(body, "verifyToken").orElse(""));
        yield settings();
      }
      case "DELETE webhook" -> {
        control.unsubscribe();
        yield settings();
      }
      case "GET templates" -> templates();
      case "PUT templates" -> {
        control.template(
            Json.text(body, "name").orElse(""),
            Json.text(body, "language").orElse(""),
            status(Json.text(body, "status").orElse("")));
        yield templates();
      }
      case "POST events" ->
          Json.object()
              .put(
                  "status",
                  control.sendBody(
                      Json.text(body, "raw")
                          .orElseGet(() -> Json.string(body))
                          .getBytes(StandardCharsets.UTF_8)));
      default -> throw new ControlRefusal(404, "GET /_sandbox lists what there is.");
    };
  }

  private ObjectNode user(String deed, String number, JsonNode body) throws ControlRefusal {
    switch (deed) {
      case "PUT " ->
          control.person(
              number,
              Json.text(body, "username"),
              body.path("hidden").booleanValue(false),
              body.path("marketing").booleanValue(true));
      case "POST open" -> control.open(number);
      case "POST messages" -> {
        if (!(body instanceof ObjectNode message)) {
          throw new ControlRefusal(400, "A message is an object as in a webhook.");
        }
        String name = Json.text(body, "name").orElse("");
        message.remove("name");
        return Json.object().put("id", control.send(number, name, message));
      }
      default -> throw new ControlRefusal(404, "GET /_sandbox lists what there is.");
    }
    return Json.object().put("user_id", control.userId(number));
  }

  private static ObjectNode account(Account account) {
    ObjectNode json = Json.object().put("number", account.number());
    json.put("user_id", account.userId()).put("name", account.name());
    account.username().ifPresent(name -> json.put("username", name));
    json.put("hidden", account.hidden()).put("marketing", account.marketing());
    account.lastWrote().ifPresent(at -> json.put("lastWrote", at.toString()));
    return json;
  }

  private ObjectNode about() {
    ObjectNode answer = Json.object().put("emulates", "WhatsApp Cloud API (Meta Graph)");
    answer.put("accountId", control.config().accountId());
    answer.put("phoneNumberId", control.config().phoneNumberId());
    answer.put("number", control.config().number()).put("pending", control.pending());
    ArrayNode endpoints = answer.putArray("endpoints");
    Graph.labels().forEach(label -> endpoints.add(MetaFault.GRAPH + label));
    ObjectNode faults = answer.putObject("faults");
    for (String place : List.of(MetaFault.GRAPH + "*", MetaFault.STATUS, MetaFault.WEBHOOKS)) {
      ArrayNode labels = faults.putArray(place);
      MetaFault.labels(place).forEach(labels::add);
    }
    ArrayNode paths = answer.putArray("paths");
    for (String path :
        List.of(
            "GET users",
            "PUT users/{number}",
            "POST users/{number}/messages|open",
            "GET accepted|received|requests?after=N",
            "GET webhooks?after=N&wait=SECONDS",
            "GET|PUT|DELETE faults",
            "GET|PUT settings",
            "PUT|DELETE webhook",
            "GET|PUT templates",
            "POST events")) {
      paths.add(path);
    }
    return answer;
  }

  private ObjectNode faults() {
    ObjectNode answer = Json.object();
    ArrayNode faults = answer.putArray("faults");
    control
        .activeFaults()
        .forEach(active -> faults.add(Scripted.json(active, active.rule().fault().label())));
    return answer;
  }

  private ObjectNode settings() {
    MetaSettings settings = control.settings();
    ObjectNode json = Json.object();
    control.webhookUrl().ifPresent(url -> json.put("webhookUrl", url));
    json.put("throughput", settings.throughput()).put("pairBurst", settings.pairBurst());
    json.put("pairIntervalMs", settings.pairInterval().toMillis());
    json.put("windowMs", settings.window().toMillis());
    json.put("recipientErrors", settings.recipientErrors().name().toLowerCase(Locale.ROOT));
    json.put("lateByMs", settings.lateBy().toMillis());
    json.put("changesPerBody", settings.changesPerBody());
    ArrayNode redelivery = json.putArray("redeliveryMs");
    settings.redelivery().forEach(wait -> redelivery.add(wait.toMillis()));
    return json.put("webhookTimeoutMs", settings.webhookTimeout().toMillis());
  }

  /** What is left out stays. */
  private static MetaSettings changed(MetaSettings now, JsonNode body) throws ControlRefusal {
    try {
      List<Duration> redelivery = now.redelivery();
      if (body.path("redeliveryMs").isArray()) {
        redelivery =
            body.path("redeliveryMs")
                .valueStream()
                .map(wait -> Duration.ofMillis(wait.longValue()))
                .toList();
      }
      return new MetaSettings(
          body.path("throughput").intValue(now.throughput()),
          body.path("pairBurst").intValue(now.pairBurst()),
          millis(body, "pairIntervalMs", now.pairInterval()),
          millis(body, "windowMs", now.window()),
          Json.text(body, "recipientErrors")
              .map(name -> MetaSettings.RecipientErrors.valueOf(name.toUpperCase(Locale.ROOT)))
              .orElse(now.recipientErrors()),
          millis(body, "lateByMs", now.lateBy()),
          body.path("changesPerBody").intValue(now.changesPerBody()),
          redelivery,
          millis(body, "webhookTimeoutMs", now.webhookTimeout()));
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(400, "A setting is out of its limits: " + e.getMessage());
    }
  }

  private static Duration millis(JsonNode body, String name, Duration absent) {
    return Duration.ofMillis(body.path(name).longValue(absent.toMillis()));
  }

  private static Template.Status status(String name) throws ControlRefusal {
    Optional<Template.Status> status =
        Arrays.stream(Template.Status.values()).filter(one -> one.name().equals(name)).findFirst();
    return status.orElseThrow(() ->
        new ControlRefusal(
            400, "status is one of " + Arrays.toString(Template.Status.values()) + "."));
  }

  private ObjectNode templates() {
    ObjectNode answer = Json.object();
    ArrayNode templates = answer.putArray("templates");
    control.templates().forEach(template -> templates.add(template.json()));
    return answer;
  }
}

package dev.throughline.sandbox.people;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.ControlRequest;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.WebhookClient;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link People} over HTTP, below {@code /sandbox/people}. Its reference is docs/sandbox.md. */
final class PeopleApi implements HttpService {
  /** A mail may show its own styles and nothing from elsewhere, and may not run anything. */
  private static final String MAIL_POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
          + " allow-popups allow-popups-to-escape-sandbox";

  /** What is followed in a mail opens beside the phones. */
  private static final String LINKS = "<base target=\"_blank\">";

  private static final Duration CLICK_TIMEOUT = Duration.ofSeconds(10);

  private final People people;

  PeopleApi(People people) {
    this.people = people;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/{id}/mails/{number}", this::mail);
    rules.any((request, response) -> ControlRequest.handle(request, response, this::answer));
  }

  private ObjectNode answer(ControlRequest request) throws ControlRefusal, InterruptedException {
    String id = request.part(0);
    if (id.isEmpty()) {
      return switch (request.method()) {
        case "GET" -> everybody();
        case "POST" -> about(people.join(Json.text(request.json(), "name").orElse("Guest")));
        default -> throw unknown();
      };
    }
    if (id.equals("stream") && request.method().equals("GET")) {
      return request.query("after").isEmpty()
          ? Json.object().put("next", people.changes().last())
          : ControlRequest.page(
              "changes",
              people
                  .changes()
                  .await(request.after(), People.PAGE_LIMIT, any -> true, request.patience()),
              People.Change::json);
    }
    String deed = request.method() + " " + request.part(1);
    return switch (deed) {
      case "GET " -> about(people.person(id));
      case "GET messages", "GET chat" ->
          people.messages(
              id,
              channel(request.query("channel")),
              request.part(1).equals("chat"),
              request.after(),
              request.patience());
      case "POST messages" -> {
        JsonNode body = request.json();
        yield Json.object()
            .put(
                "id",
                people.write(
                    id,
                    required(Json.text(body, "channel")),
                    Json.text(body, "to"),
                    Json.text(body, "subject"),
                    Json.text(body, "text").orElse("")));
      }
      case "POST open" -> {
        people.open(id, required(Json.text(request.json(), "channel")));
        yield Json.object();
      }
      case "POST unsubscribe" -> unsubscribe(id, request.json());
      case "GET state" -> state(people.person(id));
      case "PUT state" -> {
        people.state(id, conditions(request.json()));
        yield state(people.person(id));
      }
      default -> throw unknown();
    };
  }

  private static ControlRefusal unknown() {
    return new ControlRefusal(
        404, "Below a person there are messages, chat, open, unsubscribe and state.");
  }

  private ObjectNode everybody() throws ControlRefusal {
    ObjectNode answer = Json.object();
    ArrayNode all = answer.putArray("people");
    for (Person person : people.all()) {
      all.add(about(person));
    }
    ObjectNode states = answer.putObject("states");
    for (PhoneChannel channel : PhoneChannel.values()) {
      ArrayNode labels = states.putArray(channel.name());
      people.conditions(channel).forEach(condition -> labels.add(condition.label()));
    }
    return answer;
  }

  private ObjectNode about(Person person) throws ControlRefusal {
    ObjectNode json = person.json();
    json.set("state", state(person));
    return json;
  }

  private ObjectNode state(Person person) throws ControlRefusal {
    ObjectNode json = Json.object();
    people
        .state(person.id())
        .forEach((channel, condition) -> json.put(channel.name(), condition.label()));
    return json;
  }

  private static Map<PhoneChannel, Condition> conditions(JsonNode body) throws ControlRefusal {
    Map<PhoneChannel, Condition> wanted = new EnumMap<>(PhoneChannel.class);
    for (var one : body.properties()) {
      String label = one.getValue().stringValue("").replace(' ', '_').toLowerCase(Locale.ROOT);
      wanted.put(
          required(Optional.of(one.getKey())),
          Condition.named(label)
              .orElseThrow(() ->
                  new ControlRefusal(
                      400, "'" + label + "' is no state; GET /sandbox/people lists them.")));
    }
    return wanted;
  }

  private static Optional<PhoneChannel> channel(Optional<String> name) throws ControlRefusal {
    return name.isEmpty() ? Optional.empty() : Optional.of(required(name));
  }

  private static PhoneChannel required(Optional<String> name) throws ControlRefusal {
    return name.flatMap(PhoneChannel::named)
        .orElseThrow(() -> new ControlRefusal(400, "channel is LINE, WHATSAPP, SMS or EMAIL."));
  }

  /** As a mail client does it: a POST without cookies, and no redirect is followed. */
  private ObjectNode unsubscribe(String id, JsonNode body) throws ControlRefusal {
    String url =
        people
            .mail(id, body.path("n").longValue(0))
            .orElseThrow(() -> new ControlRefusal(404, "n is the _n of a mail of this person."))
            .unsubscribe()
            .orElseThrow(
                () -> new ControlRefusal(409, "This mail offers no one-click unsubscribe."));
    URI address = URI.create(url);
    String host = String.valueOf(address.getHost());
    if (!host.equals("localhost") && !host.equals("127.0.0.1") && !host.equals("[::1]")) {
      throw new ControlRefusal(409, "The sandbox calls nothing but this machine, not " + host);
    }
    try (WebhookClient client = new WebhookClient("Mail client")) {
      WebhookClient.Answer answer =
          client.post(
              address,
              "List-Unsubscribe=One-Click".getBytes(StandardCharsets.US_ASCII),
              Map.of("Content-Type", "application/x-www-form-urlencoded"),
              CLICK_TIMEOUT);
      return Json.object().put("url", url).put("status", answer.status());
    }
  }

  private void mail(ServerRequest request, ServerResponse response) {
    Optional<Mime> mail;
    try {
      long number = Long.parseLong(request.path().pathParameters().get("number"));
      mail = people.mail(request.path().pathParameters().get("id"), number);
    } catch (NumberFormatException | ControlRefusal e) {
      mail = Optional.empty();
    }
    response.header("Cache-Control", "no-store");
    response.header("X-Content-Type-Options", "nosniff");
    response.header("Content-Security-Policy", MAIL_POLICY);
    response.header("Content-Type", "text/html; charset=utf-8");
    response.send(
        mail.flatMap(found -> found.first("text/html"))
            .map(html -> LINKS + html.text())
            .or(() -> Optional.of("<!doctype html><title>Mail</title><p>There is no HTML."))
            .orElseThrow()
            .getBytes(StandardCharsets.UTF_8));
  }
}

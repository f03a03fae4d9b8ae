package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.ControlRequest;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link AwsControl} over HTTP. */
final class ControlApi implements HttpService {
  private static final List<String> PATHS =
      List.of(
          "GET authority",
          "GET|POST topics",
          "GET|POST|DELETE subscriptions",
          "POST publish",
          "GET|PUT|DELETE faults",
          "GET|PUT limits",
          "GET requests?after=N&wait=SECONDS",
          "GET accepted?after=N&wait=SECONDS&service=ses|sms|social",
          "GET notices?after=N&wait=SECONDS",
          "POST sms/inbound",
          "GET sms/feedback/{messageId}",
          "POST whatsapp/inbound|read|media",
          "POST ses/events",
          "GET|PUT objects/{bucket}",
          "GET|PUT objects/{bucket}/{key…}");

  private static final int PAGE_LIMIT = 1_000;

  private final AwsControl control;

  ControlApi(AwsControl control) {
    this.control = control;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.any((request, response) -> ControlRequest.handle(request, response, this::answered));
  }

  private ObjectNode answered(ControlRequest request) throws ControlRefusal, InterruptedException {
    try {
      return answer(request);
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(400, String.valueOf(e.getMessage()));
    }
  }

  private ObjectNode answer(ControlRequest asked) throws ControlRefusal, InterruptedException {
    if (asked.part(0).equals("objects") && asked.path().size() > 1) {
      return asked.path().size() > 2 ? object(asked) : bucket(asked);
    }
    String line = asked.method() + " " + String.join("/", asked.path());
    if (line.startsWith("GET sms/feedback/")) {
      ObjectNode json = Json.object();
      control.feedback(asked.part(2)).ifPresent(said -> json.put("feedback", said));
      return json;
    }
    JsonNode body = asked.json();
    return switch (line) {
      case "GET " -> about();
      case "GET authority" -> Json.object().put("pem", control.certificateAuthority());
      case "GET topics" -> {
        ObjectNode json = Json.object();
        ArrayNode all = json.putArray("topics");
        control
            .topics()
            .forEach(
                (arn, version) -> all.addObject().put("arn", arn).put("signatureVersion", version));
        yield json;
      }
      case "POST topics" ->
          id(
              "arn",
              control.topic(
                  required(body, "name"), Json.text(body, "signatureVersion").orElse("1")));
      case "GET subscriptions" -> subscriptions();
      case "POST subscriptions" ->
          subscription(
              control.subscribe(
                  required(body, "topicArn"),
                  required(body, "protocol"),
                  required(body, "endpoint"),
                  body.path("raw").booleanValue(false),
                  Json.text(body, "deadLetters")));
      case "DELETE subscriptions" -> {
        control.removeSubscription(asked.query("arn").orElse(""));
        yield Json.object();
      }
      case "POST publish" ->
          id(
              "messageId",
              control.publish(
                  required(body, "topicArn"),
                  Json.text(body, "subject"),
                  required(body, "message")));
      case "GET faults" -> faults();
      case "PUT faults" -> {
        control.setFaults(rules(body));
        yield faults();
      }
      case "DELETE faults" -> {
        control.clearFaults();
        yield faults();
      }
      case "GET limits" -> limits();
      case "PUT limits" -> {
        limits(body);
        yield limits();
      }
      case "GET requests" ->
          page(asked, "requests", control.calls(), one -> true, ControlApi::call);
      case "GET accepted" -> {
        String service = asked.query("service").orElse("");
        yield page(
            asked,
            "accepted",
            control.accepted(),
            one -> service.isEmpty() || one.service().equals(service),
            ControlApi::accepted);
      }
      case "GET notices" ->
          page(asked, "notices", control.notices(), one -> true, ControlApi::notice);
      case "POST sms/inbound" ->
          id(
              "messageId",
              control.text(required(body, "from"), Json.text(body, "to"), required(body, "text")));
      case "POST whatsapp/inbound" -> {
        if (!(body.path("message") instanceof ObjectNode message)) {
          throw new IllegalArgumentException(
              "A message is an object such as {\"type\":\"text\",\"text\":{\"body\":\"…\"}}.");
        }
        yield id(
            "messageId",
            control.whatsApp(
                required(body, "from"),
                Json.text(body, "name").orElse("Somebody"),
                Json.text(body, "to"),
                message));
      }
      case "POST whatsapp/read" -> {
        control.read(required(body, "messageId"));
        yield Json.object();
      }
      case "POST whatsapp/media" ->
          id(
              "mediaId",
              control.media(
                  Bytes.of(Base64.getDecoder().decode(required(body, "base64"))),
                  required(body, "mimeType")));
      case "POST ses/events" -> {
        control.mailEvent(required(body, "messageId"), required(body, "type"));
        yield Json.object();
      }
      default -> throw new ControlRefusal(404, "GET /_sandbox lists what there is.");
    };
  }

  private static ObjectNode id(String name, String value) {
    return Json.object().put(name, value);
  }

  private static String required(JsonNode body, String name) {
    return Json.text(body, name)
        .orElseThrow(() -> new IllegalArgumentException("The body has " + name + ", a string."));
  }

  private static <T> ObjectNode page(
      ControlRequest asked,
      String name,
      Journal<T> journal,
      Predicate<T> wanted,
      Function<T, ObjectNode> json)
      throws ControlRefusal, InterruptedException {
    Journal.Page<T> page = journal.await(asked.after(), PAGE_LIMIT, wanted, asked.patience());
    return ControlRequest.page(name, page, json);
  }

  private ObjectNode bucket(ControlRequest asked) {
    if (asked.method().equals("PUT")) {
      control.bucket(asked.part(1));
    }
    ObjectNode json = Json.object();
    ArrayNode keys = json.putArray("keys");
    control.objects(asked.part(1)).forEach(keys::add);
    return json;
  }

  private ObjectNode object(ControlRequest asked) throws ControlRefusal {
    String bucket = asked.part(1);
    String key = String.join("/", asked.path().subList(2, asked.path().size()));
    if (asked.method().equals("PUT")) {
      control.putObject(bucket, key, Bytes.of(asked.bytes(ControlRequest.BODY_LIMIT)));
      return Json.object();
    }
    return control
        .object(bucket, key)
        .map(bytes -> id("base64", Base64.getEncoder().encodeToString(bytes.copy())))
        .orElseThrow(() -> new ControlRefusal(404, "There is no such object."));
  }

  private ObjectNode about() {
    ObjectNode json = Json.object();
    json.put("emulates", "AWS: SES v2, End User Messaging SMS and Social, SQS, SNS, S3");
    json.put("region", control.config().region()).put("account", control.config().account());
    ArrayNode operations = json.putArray("operations");
    Gate.operations().forEach(operations::add);
    ArrayNode faults = json.putArray("faults");
    Arrays.stream(Fault.values()).map(Fault::label).forEach(faults::add);
    ArrayNode paths = json.putArray("paths");
    PATHS.forEach(paths::add);
    return json;
  }

  private ObjectNode subscriptions() {
    ObjectNode json = Json.object();
    ArrayNode all = json.putArray("subscriptions");
    control.subscriptions().forEach(one -> all.add(subscription(one)));
    return json;
  }

  private static ObjectNode subscription(Subscription one) {
    return Json.object()
        .put("arn", one.arn())
        .put("topicArn", one.topicArn())
        .put("protocol", one.protocol())
        .put("endpoint", one.endpoint())
        .put("confirmed", one.confirmed())
        .put("raw", one.raw());
  }

  private ObjectNode faults() {
    ObjectNode json = Json.object();
    ArrayNode all = json.putArray("faults");
    for (Faults.Active<Scripted<Fault>> active : control.activeFaults()) {
      all.add(Scripted.json(active, active.rule().fault().label()));
    }
    return json;
  }

  private static List<Scripted<Fault>> rules(JsonNode body) {
    List<Scripted<Fault>> rules = new ArrayList<>();
    for (JsonNode one : body.isArray() ? body : body.path("faults")) {
      rules.add(Scripted.read(one, Fault::named));
    }
    return rules;
  }

  private ObjectNode limits() {
    AwsControl.Limits limits = control.limits();
    ObjectNode json = Json.object();
    json.put("max24HourSend", limits.max24HourSend()).put("maxSendRate", limits.maxSendRate());
    json.put("sendingEnabled", limits.sendingEnabled()).put("suspended", limits.suspended());
    json.put("smsSpendLimitUsd", limits.smsSpendLimitUsd());
    ArrayNode blocked = json.putArray("blockedCountries");
    limits.blockedCountries().stream().sorted().forEach(blocked::add);
    return json;
  }

  private void limits(JsonNode body) {
    AwsControl.Limits old = control.limits();
    Set<String> blocked = old.blockedCountries();
    if (body.path("blockedCountries").isArray()) {
      blocked = new HashSet<>();
      for (JsonNode country : body.path("blockedCountries")) {
        blocked.add(country.stringValue(""));
      }
    }
    control.limits(
        new AwsControl.Limits(
            body.path("max24HourSend").doubleValue(old.max24HourSend()),
            body.path("maxSendRate").doubleValue(old.maxSendRate()),
            body.path("sendingEnabled").booleanValue(old.sendingEnabled()),
            body.path("suspended").booleanValue(old.suspended()),
            body.path("smsSpendLimitUsd").doubleValue(old.smsSpendLimitUsd()),
            blocked));
  }

  private static ObjectNode call(AwsCall call) {
    ObjectNode json = Json.object().put("at", call.at().toString());
    json.put("operation", call.operation()).put("method", call.method());
    json.put("path", call.path()).put("requestId", call.requestId());
    json.put("attempt", call.attempt()).put("body", call.body());
    json.put("status", call.status()).put("answer", call.answer());
    json.put("accepted", call.accepted());
    call.fault().ifPresent(fault -> json.put("fault", fault));
    return json;
  }

  private static ObjectNode accepted(AcceptedMessage message) {
    ObjectNode json = Json.object().put("at", message.at().toString());
    json.put("service", message.service()).put("messageId", message.messageId());
    json.put("from", message.from());
    ArrayNode to = json.putArray("to");
    message.to().forEach(to::add);
    json.put("text", message.text());
    ObjectNode tags = json.putObject("tags");
    message.tags().forEach(tags::put);
    return json;
  }

  private static ObjectNode notice(Notice notice) {
    ObjectNode json = Json.object().put("at", notice.at().toString());
    json.put("topicArn", notice.topicArn()).put("subscriptionArn", notice.subscriptionArn());
    json.put("messageId", notice.messageId()).put("type", notice.type());
    json.put("attempt", notice.attempt()).put("body", notice.body());
    json.put("status", notice.status()).put("last", notice.last());
    notice.fault().ifPresent(fault -> json.put("fault", fault));
    return json;
  }
}

package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.ControlRequest;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link SmppControl} over HTTP. */
final class SmppControlApi implements HttpService {
  private static final int PAGE_LIMIT = 1_000;
  private static final List<String> PATHS =
      List.of(
          "GET|PUT|DELETE faults",
          "GET|PUT style",
          "POST unbind",
          "POST inbound",
          "GET requests?after=N&wait=SECONDS",
          "GET accepted?after=N&wait=SECONDS");

  private final Supplier<SmppControl> controlled;

  SmppControlApi(Supplier<SmppControl> controlled) {
    this.controlled = controlled;
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
    JsonNode body = asked.json();
    SmppControl control = controlled.get();
    return switch (asked.method() + " " + String.join("/", asked.path())) {
      case "GET " -> about(control);
      case "GET faults" -> faults(control);
      case "PUT faults" -> {
        List<Scripted<SmppFault>> rules = new ArrayList<>();
        for (JsonNode one : body.isArray() ? body : body.path("faults")) {
          rules.add(Scripted.read(one, SmppFault::named));
        }
        control.setFaults(rules);
        yield faults(control);
      }
      case "DELETE faults" -> {
        control.clearFaults();
        yield faults(control);
      }
      case "GET style" -> style(control);
      case "PUT style" -> {
        SmppConfig.Style old = control.style();
        control.style(
            new SmppConfig.Style(
                Json.text(body, "ids").map(SmppConfig.Ids::valueOf).orElse(old.ids()),
                body.path("receiptTlvs").booleanValue(old.receiptTlvs()),
                Json.text(body, "longTexts")
                    .map(SmppConfig.LongTexts::valueOf)
                    .orElse(old.longTexts())));
        yield style(control);
      }
      case "POST unbind" -> {
        control.unbind();
        yield Json.object();
      }
      case "POST inbound" ->
          Json.object()
              .put(
                  "messageId",
                  control.text(
                      required(body, "from"), Json.text(body, "to"), required(body, "text")));
      case "GET requests" ->
          ControlRequest.page(
              "requests",
              control.calls().await(asked.after(), PAGE_LIMIT, one -> true, asked.patience()),
              SmppControlApi::call);
      case "GET accepted" ->
          ControlRequest.page(
              "accepted",
              control.accepted().await(asked.after(), PAGE_LIMIT, one -> true, asked.patience()),
              SmppControlApi::accepted);
      default -> throw new ControlRefusal(404, "GET /_sandbox lists what there is.");
    };
  }

  private static String required(JsonNode body, String name) {
    return Json.text(body, name)
        .orElseThrow(() -> new IllegalArgumentException("The body has " + name + ", a string."));
  }

  private static ObjectNode about(SmppControl control) {
    ObjectNode json = Json.object().put("emulates", "a message centre, SMPP 3.4");
    json.put("bound", control.bound());
    ArrayNode faults = json.putArray("faults");
    Arrays.stream(SmppFault.values()).map(SmppFault::label).forEach(faults::add);
    ArrayNode paths = json.putArray("paths");
    PATHS.forEach(paths::add);
    return json;
  }

  private static ObjectNode faults(SmppControl control) {
    ObjectNode json = Json.object();
    ArrayNode all = json.putArray("faults");
    control
        .activeFaults()
        .forEach(active -> all.add(Scripted.json(active, active.rule().fault().label())));
    return json;
  }

  private static ObjectNode style(SmppControl control) {
    SmppConfig.Style style = control.style();
    return Json.object()
        .put("ids", style.ids().name())
        .put("receiptTlvs", style.receiptTlvs())
        .put("longTexts", style.longTexts().name());
  }

  private static ObjectNode call(SubmitCall call) {
    ObjectNode json = Json.object().put("at", call.at().toString());
    json.put("from", call.from()).put("to", call.to()).put("status", call.status());
    json.put("accepted", call.accepted());
    call.fault().ifPresent(fault -> json.put("fault", fault));
    return json;
  }

  private static ObjectNode accepted(AcceptedSubmit one) {
    return Json.object()
        .put("at", one.at().toString())
        .put("messageId", one.messageId())
        .put("from", one.from())
        .put("to", one.to())
        .put("text", one.text())
        .put("part", one.part())
        .put("parts", one.parts())
        .put("receiptWanted", one.receiptWanted())
        .put("userReference", one.userReference());
  }
}

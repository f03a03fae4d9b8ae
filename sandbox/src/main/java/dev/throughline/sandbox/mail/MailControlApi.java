package dev.throughline.sandbox.mail;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.ControlRequest;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link MailEmulator} over HTTP. Its reference is docs/sandbox.md. */
final class MailControlApi implements HttpService {
  private final MailEmulator mail;

  MailControlApi(MailEmulator mail) {
    this.mail = mail;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.any((request, response) -> ControlRequest.handle(request, response, this::answer));
  }

  private ObjectNode answer(ControlRequest request) throws ControlRefusal, InterruptedException {
    return switch (request.method() + " " + String.join("/", request.path())) {
      case "GET " -> about();
      case "GET accepted" -> mail.accepted(request.after());
      case "GET hooks" -> mail.hooks(request.after(), request.patience());
      case "PUT hook" -> {
        JsonNode body = request.json();
        mail.hook(
            Json.text(body, "url").orElse(""),
            Json.text(body, "header")
                .filter(name -> name.matches("[A-Za-z0-9-]{1,100}"))
                .orElseThrow(() -> new ControlRefusal(400, "header names the secret's header.")),
            Json.text(body, "secret").orElse(""));
        yield about();
      }
      case "POST mails" -> {
        mail.send(Bytes.of(request.bytes(MailConfig.SIZE_LIMIT)));
        yield Json.object();
      }
      case "GET faults" -> faults();
      case "PUT faults" -> {
        mail.setFaults(ControlRequest.faults(request.json(), MailFault::named));
        yield faults();
      }
      case "DELETE faults" -> {
        mail.clearFaults();
        yield faults();
      }
      default -> throw new ControlRefusal(404, "GET /sandbox/mail lists what there is.");
    };
  }

  private ObjectNode about() {
    ObjectNode answer = Json.object().put("emulates", "a mail server (SMTP) and its inboxes");
    answer.put("port", mail.port()).put("user", mail.config().user());
    answer.put("tls", mail.config().tls().name()).put("authority", mail.authority());
    mail.hookUrl().ifPresent(url -> answer.put("hook", url));
    answer.put("pending", mail.pending());
    ArrayNode endpoints = answer.putArray("endpoints");
    MailFault.STAGES.forEach(stage -> endpoints.add(MailFault.SMTP + stage));
    ObjectNode faults = answer.putObject("faults");
    for (String place : List.of(MailFault.SMTP + "*", MailFault.DELIVERY, MailFault.HOOK)) {
      ArrayNode labels = faults.putArray(place);
      MailFault.labels(place).forEach(labels::add);
    }
    ArrayNode paths = answer.putArray("paths");
    for (String path :
        List.of(
            "GET accepted?after=N",
            "GET hooks?after=N&wait=SECONDS",
            "PUT hook",
            "POST mails",
            "GET|PUT|DELETE faults")) {
      paths.add(path);
    }
    return answer;
  }

  private ObjectNode faults() {
    ObjectNode answer = Json.object();
    ArrayNode faults = answer.putArray("faults");
    mail.activeFaults()
        .forEach(active -> faults.add(Scripted.json(active, active.rule().fault().label())));
    return answer;
  }
}

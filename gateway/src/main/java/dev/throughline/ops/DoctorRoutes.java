package dev.throughline.ops;

import dev.throughline.contract.Json;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /doctor} on the operations port: what the command of the same name prints. */
public final class DoctorRoutes {
  private final Doctor doctor;

  public DoctorRoutes(Doctor doctor) {
    this.doctor = doctor;
  }

  public List<Route> routes() {
    return List.of(Route.get("/doctor", this::examine));
  }

  private Response examine(Request request) {
    ObjectNode json = Json.object();
    var findings = json.putArray("findings");
    for (Doctor.Finding finding : doctor.examine()) {
      ObjectNode entry = findings.addObject();
      entry.put("check", finding.check());
      entry.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
      entry.put("sentence", finding.sentence());
    }
    return Response.json(200, Json.bytes(json));
  }
}

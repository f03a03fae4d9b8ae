package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What every call passes: its token, the faults that are set, and the journal. */
final class GraphGate {
  private static final int HISTORY = 20_000;
  private static final long HISTORY_BYTES = 24L << 20;
  private static final int RECORDED_LIMIT = 64 * 1024;

  /**
   * What was asked of Meta and what was answered.
   *
   * @param status 0 if the connection hung or was closed instead
   * @param accepted whether it had its effect, whatever was answered
   */
  record Request(
      Instant at,
      String endpoint,
      String method,
      String path,
      String body,
      int status,
      String answer,
      boolean accepted,
      Optional<String> fault) {
    long weight() {
      return 300L + body.length() + answer.length();
    }

    ObjectNode json() {
      ObjectNode json = Json.object();
      json.put("at", at.toString()).put("endpoint", endpoint).put("method", method);
      json.put("path", path).put("body", body).put("status", status).put("answer", answer);
      json.put("accepted", accepted);
      fault.ifPresent(label -> json.put("fault", label));
      return json;
    }
  }

  /** What to do with the connection. */
  sealed interface Reaction {
    record Respond(int status, String type, Bytes body) implements Reaction {}

    /** Answer nothing for this long, then close. */
    record Hang(Duration time) implements Reaction {}

    /** Close without an answer. */
    record Reset() implements Reaction {}
  }

  private final MetaConfig config;
  private final Graph graph;
  private final InstantSource clock;
  private final Ids ids;
  private final Faults<Scripted<MetaFault>> faults;
  private final Journal<Request> requests = new Journal<>(HISTORY, HISTORY_BYTES, Request::weight);

  GraphGate(
      MetaConfig config,
      Graph graph,
      InstantSource clock,
      Ids ids,
      Faults<Scripted<MetaFault>> faults) {
    this.config = config;
    this.graph = graph;
    this.clock = clock;
    this.ids = ids;
    this.faults = faults;
  }

  Journal<Request> requests() {
    return requests;
  }

  Reaction pass(Graph.Call call, String authorization) throws InterruptedException {
    Graph.Route route = graph.route(call);
    String token =
        authorization.regionMatches(true, 0, "Bearer ", 0, 7) ? authorization.substring(7) : "";
    if (!token.equals(config.accessToken())) {
      GraphError error =
          token.isEmpty()
              ? new GraphError(
                  104, 401, "An access token is required to request this resource.", "", 0)
              : new GraphError(
                  190, 401, "Invalid OAuth access token - Cannot parse access token", "", 0);
      return respond(call, route, GraphAnswer.refused(error), Optional.empty());
    }
    Optional<Scripted<MetaFault>> rule =
        faults.strike(MetaFault.GRAPH + route.label(), () -> recorded(call));
    Optional<String> label = rule.map(one -> one.fault().label());
    if (rule.isPresent() && rule.get().fault() == MetaFault.SLOW) {
      Thread.sleep(MetaFault.delay(rule.get()));
    } else if (rule.isPresent() && !rule.get().fault().afterAccepting()) {
      return strike(call, route, rule.get(), false);
    }
    GraphAnswer answer = route.answer().get();
    return rule.isPresent() && rule.get().fault().afterAccepting() && answer.accepted()
        ? strike(call, route, rule.get(), true)
        : respond(call, route, answer, label);
  }

  private Reaction strike(
      Graph.Call call, Graph.Route route, Scripted<MetaFault> rule, boolean accepted) {
    Optional<String> label = Optional.of(rule.fault().label());
    return switch (rule.fault()) {
      case ERROR ->
          respond(
              call,
              route,
              GraphAnswer.refused(GraphError.of(MetaFault.code(rule), "A fault says so.")),
              label);
      case ERROR_BEFORE, ERROR_AFTER -> {
        // Code 2 says that it is worth trying again, which whoever has taken a message does not.
        GraphError error =
            accepted
                ? GraphError.of(131000, "Something went wrong")
                : GraphError.of(2, "Service temporarily unavailable");
        Reaction.Respond response = json(500, error.answer(traceId()));
        record(call, route, 500, response.body().text(), accepted, label);
        yield response;
      }
      case HANG_BEFORE, HANG_AFTER -> {
        record(call, route, 0, "", accepted, label);
        yield new Reaction.Hang(MetaFault.delay(rule));
      }
      default -> {
        record(call, route, 0, "", accepted, label);
        yield new Reaction.Reset();
      }
    };
  }

  private Reaction respond(
      Graph.Call call, Graph.Route route, GraphAnswer answer, Optional<String> fault) {
    Reaction.Respond response =
        switch (answer) {
          case GraphAnswer.Ok(ObjectNode body) -> json(200, body);
          case GraphAnswer.Refused(GraphError error, Optional<Integer> status) ->
              json(status.orElse(error.status()), error.answer(traceId()));
          case GraphAnswer.Media(String type, Bytes bytes) ->
              new Reaction.Respond(200, type, bytes);
        };
    boolean bytes = answer instanceof GraphAnswer.Media;
    record(
        call,
        route,
        response.status(),
        bytes ? "[" + response.body().length() + " bytes]" : response.body().text(),
        answer.accepted(),
        fault);
    return response;
  }

  private static Reaction.Respond json(int status, ObjectNode body) {
    return new Reaction.Respond(
        status, "application/json; charset=UTF-8", Bytes.of(Json.bytes(body)));
  }

  private String traceId() {
    byte[] bytes = ids.hex(16).getBytes(StandardCharsets.US_ASCII);
    return "A" + java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private void record(
      Graph.Call call,
      Graph.Route route,
      int status,
      String answer,
      boolean accepted,
      Optional<String> fault) {
    requests.add(
        new Request(
            clock.instant(),
            route.label(),
            call.method(),
            call.path(),
            recorded(call),
            status,
            answer,
            accepted,
            fault));
  }

  /** Text as it came; of anything else how much it was. */
  private static String recorded(Graph.Call call) {
    if (call.contentType().startsWith("multipart/")) {
      return "[" + call.body().length() + " bytes]";
    }
    String text = call.body().text();
    return text.length() <= RECORDED_LIMIT ? text : text.substring(0, RECORDED_LIMIT);
  }
}

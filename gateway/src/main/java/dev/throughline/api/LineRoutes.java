package dev.throughline.api;

import dev.throughline.account.AccountCalls;
import dev.throughline.channel.line.account.LineAccount;
import dev.throughline.channel.line.account.LineCall;
import dev.throughline.channel.line.account.LineReply;
import dev.throughline.channel.line.account.Operation;
import dev.throughline.channel.line.account.Operations;
import dev.throughline.contract.Json;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * LINE's own calls for an account of an app, under LINE's own paths: {@code …/line/richmenu/list}
 * for {@code /v2/bot/richmenu/list}. What goes in and out is LINE's; errors are ours, with LINE's
 * words in them.
 */
final class LineRoutes {
  static final String BASE = "/v1/projects/{project}/apps/{app}/line/";

  private static final String ORDINAL = "ordinal";
  private static final int MAX_QUERY_VALUE = 1_000;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,100}");
  private static final Pattern USER = Pattern.compile("U[0-9a-f]{32}");
  private static final Pattern GROUP = Pattern.compile("C[0-9a-f]{32}");
  private static final Pattern ROOM = Pattern.compile("R[0-9a-f]{32}");

  private final LineAccess access;
  private final AccountCalls calls;

  LineRoutes(LineAccess access, AccountCalls calls) {
    this.access = access;
    this.calls = calls;
  }

  List<Route> routes(Guard guard) {
    List<Route> routes = new ArrayList<>();
    for (Operation operation : Operations.all()) {
      // A narrowcast is a send: a job of its own.
      if (!operation.equals(Operations.NARROWCAST)) {
        routes.add(
            Route.of(
                    operation.method(),
                    BASE + Operations.shortPath(operation),
                    guard.project((project, request) -> call(operation, project, request)))
                .limit(operation.body().limit()));
      }
    }
    return routes;
  }

  private Response call(Operation operation, ProjectId project, Request request)
      throws InterruptedException {
    LineAccess.Named account = access.account(project, request);
    LineAccount known = account.known();
    LineReply reply = calls.perform(account.account(), known, read(operation, request));
    return switch (reply) {
      case LineReply.Done done -> passed(done);
      case LineReply.Refused refused -> LineRefusal.of(refused);
      case LineReply.Limited limited -> LineRefusal.of(limited);
      case LineReply.Unreachable unreachable -> LineRefusal.of(unreachable);
      case LineReply.Unknown unknown ->
          LineRefusal.of(unknown, operation.effect() == Operation.Effect.LOOK);
    };
  }

  private static LineCall read(Operation operation, Request request) {
    LineCall call = LineCall.of(operation);
    for (String name : operation.parameters()) {
      String value = request.param(name);
      if (!form(name).matcher(value).matches()) {
        throw Refusal.invalid(
            "FIELD_INVALID", name, name + " in the path does not have the form of LINE's.");
      }
      call = call.at(name, value);
    }
    for (String name : request.queryNames()) {
      if (!name.equals(ORDINAL)) {
        call = call.with(name, parameter(operation.query(), name, request));
      }
    }
    return body(operation, request, call);
  }

  private static String parameter(Set<String> allowed, String name, Request request) {
    if (!allowed.contains(name)) {
      throw Refusal.invalid(
          "FIELD_INVALID", name, "LINE's call has no query parameter " + name + ".");
    }
    // A continuation token may hold a plus that nobody escaped.
    String value =
        (name.equals("start") ? request.rawPlusQuery(name) : request.query(name)).orElse("");
    if (value.length() > MAX_QUERY_VALUE) {
      throw Refusal.invalid(
          "FIELD_INVALID", name, name + " must have at most " + MAX_QUERY_VALUE + " characters.");
    }
    return value;
  }

  private static LineCall body(Operation operation, Request request, LineCall call) {
    Bytes body = request.body();
    return switch (operation.body()) {
      case NONE -> call;
      case JSON -> {
        if (body.length() == 0) {
          yield call.json(Bytes.utf8("{}"));
        }
        Json.request(body);
        yield call.json(body);
      }
      case IMAGE, FILE -> {
        String type = request.header("Content-Type").orElse("");
        String wanted = operation.body() == Operation.Body.IMAGE ? "image/" : "multipart/form-data";
        if (body.length() == 0 || !type.startsWith(wanted)) {
          throw Refusal.invalid(
              "FIELD_INVALID", "", "The body must have the Content-Type " + wanted + "….");
        }
        yield call.body(body, type);
      }
    };
  }

  private static Pattern form(String parameter) {
    return switch (parameter) {
      case "userId" -> USER;
      case "groupId" -> GROUP;
      case "roomId" -> ROOM;
      default -> ID;
    };
  }

  /** LINE's answer as it is; the request id is what progress is asked by. */
  private static Response passed(LineReply.Done done) {
    boolean json =
        done.contentType().isEmpty() || done.contentType().startsWith("application/json");
    Response answer =
        json
            ? Response.json(
                done.status(), done.body().length() == 0 ? Bytes.utf8("{}") : done.body())
            : Response.of(done.status(), done.contentType(), done.body());
    Optional<String> id = done.requestId();
    return id.isPresent() ? answer.with("x-line-request-id", id.get()) : answer;
  }
}

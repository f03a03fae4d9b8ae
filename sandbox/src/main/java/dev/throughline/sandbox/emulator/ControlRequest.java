package dev.throughline.sandbox.emulator;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One request to a control API: its path, query and JSON, within limits. */
public final class ControlRequest {
  public static final int BODY_LIMIT = 16 * 1024 * 1024;

  /** The longest {@code wait}. */
  public static final Duration WAIT_LIMIT = Duration.ofSeconds(60);

  private static final HeaderName ORIGIN = HeaderNames.create("Origin");

  private final ServerRequest request;
  private final List<String> path;

  private ControlRequest(ServerRequest request) {
    this.request = request;
    this.path =
        List.of(request.path().path().split("/")).stream().filter(part -> !part.isEmpty()).toList();
  }

  /** What a control API does with a request: an answer, or the reason why there is none. */
  public interface Deed {
    ObjectNode answer(ControlRequest request) throws ControlRefusal, InterruptedException;
  }

  /** Answers with what the deed makes of the request; pages of other origins get a 403. */
  public static void handle(ServerRequest request, ServerResponse response, Deed deed) {
    try {
      ControlRequest checked = of(request);
      send(response, 200, deed.answer(checked));
    } catch (ControlRefusal e) {
      refuse(response, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopping(response);
    }
  }

  /** For a control API that answers with more than JSON. */
  public static ControlRequest of(ServerRequest request) throws ControlRefusal {
    sameOrigin(request);
    return new ControlRequest(request);
  }

  public static void send(ServerResponse response, int status, ObjectNode body) {
    response.status(Status.create(status));
    response.header(HeaderValues.CONTENT_TYPE_JSON);
    response.header("Cache-Control", "no-store");
    response.send(Json.bytes(body));
  }

  public static void refuse(ServerResponse response, ControlRefusal refusal) {
    send(response, refusal.status(), Json.object().put("message", refusal.getMessage()));
  }

  public static void stopping(ServerResponse response) {
    send(response, 503, Json.object().put("message", "The sandbox is stopping."));
  }

  /** A page of another site must not type on these phones. */
  private static void sameOrigin(ServerRequest request) throws ControlRefusal {
    Optional<String> origin = request.headers().first(ORIGIN);
    if (origin.isPresent()
        && !origin.get().equals("http://" + request.authority())
        && !origin.get().equals("https://" + request.authority())) {
      throw new ControlRefusal(403, "Pages of another origin may not use the sandbox.");
    }
  }

  /** A page of a journal, each entry with its number as {@code _n}. */
  public static <T> ObjectNode page(
      String name, Journal.Page<T> page, Function<T, ObjectNode> json) {
    ObjectNode answer = Json.object();
    ArrayNode entries = answer.putArray(name);
    page.entries()
        .forEach(entry -> entries.add(json.apply(entry.value()).put("_n", entry.number())));
    answer.put("next", page.next());
    if (page.forgotten() > 0) {
      answer.put("forgotten", page.forgotten());
    }
    return answer;
  }

  /**
   * The rules of {@code {"faults":[…]}}.
   *
   * @param named the fault of an endpoint and a label
   */
  public static <F extends Enum<F>> List<Scripted<F>> faults(
      JsonNode body, BiFunction<String, String, Optional<F>> named) throws ControlRefusal {
    if (!body.path("faults").isArray()) {
      throw new ControlRefusal(400, "Faults are {\"faults\":[{\"endpoint\":…,\"fault\":…}]}.");
    }
    List<Scripted<F>> rules = new ArrayList<>();
    try {
      for (JsonNode rule : body.path("faults")) {
        String endpoint = Json.text(rule, "endpoint").orElse("");
        rules.add(Scripted.read(rule, label -> named.apply(endpoint, label)));
      }
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(400, String.valueOf(e.getMessage()));
    }
    return rules;
  }

  public String method() {
    return request.prologue().method().text();
  }

  /** The parts of the path, decoded. */
  public List<String> path() {
    return path;
  }

  /** One part of the path; empty beyond its end. */
  public String part(int index) {
    return index < path.size() ? path.get(index) : "";
  }

  /** An absent body is an empty object. */
  public JsonNode json() throws ControlRefusal {
    if (!request.content().hasEntity()) {
      return Json.object();
    }
    byte[] bytes = bytes(BODY_LIMIT);
    if (bytes.length == 0) {
      return Json.object();
    }
    try {
      return Json.parse(bytes);
    } catch (Json.Unparsable e) {
      throw new ControlRefusal(
          400, "The body is not JSON (line " + e.line() + ", column " + e.column() + ").");
    }
  }

  /** The body as it came. */
  public byte[] bytes(int limit) throws ControlRefusal {
    byte[] bytes;
    try (InputStream in = request.content().inputStream()) {
      bytes = in.readNBytes(limit + 1);
    } catch (IOException e) {
      throw new ControlRefusal(400, "The body ended early.");
    }
    if (bytes.length > limit) {
      throw new ControlRefusal(413, "A body here has at most " + limit + " bytes.");
    }
    return bytes;
  }

  public Optional<String> query(String name) {
    return request.query().first(name).asOptional();
  }

  /** Where to go on reading; 0 if it is not said. */
  public long after() throws ControlRefusal {
    Optional<String> text = query("after");
    try {
      return text.map(Long::parseLong).map(number -> Math.max(0, number)).orElse(0L);
    } catch (NumberFormatException e) {
      throw new ControlRefusal(400, "after is a whole number.");
    }
  }

  /** {@code wait} in seconds, at most {@link #WAIT_LIMIT}. */
  public Duration patience() throws ControlRefusal {
    Optional<String> text = query("wait");
    try {
      double seconds = text.map(Double::parseDouble).orElse(0.0);
      double limited = Math.min(Math.max(0, seconds), (double) WAIT_LIMIT.toSeconds());
      return Duration.ofMillis((long) (limited * 1000));
    } catch (NumberFormatException e) {
      throw new ControlRefusal(400, "wait is a number of seconds.");
    }
  }
}

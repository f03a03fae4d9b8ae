package dev.throughline.sandbox;

import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.people.People;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The phones on the screen. Mount it under a path of its own, such as {@code /sandbox}; the control
 * API is below it under {@code api}, people under {@code people}, so that the page needs nothing
 * but its own origin.
 */
public final class SandboxPages implements HttpService {
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "sandbox.css", "text/css; charset=utf-8",
          "app.js", "text/javascript; charset=utf-8",
          "api.js", "text/javascript; charset=utf-8",
          "cards.js", "text/javascript; charset=utf-8",
          "panel.js", "text/javascript; charset=utf-8",
          "phone.js", "text/javascript; charset=utf-8",
          "person.js", "text/javascript; charset=utf-8",
          "channel.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  private final LineEmulator line;
  private final People people;
  private final Map<String, HttpService> controls;

  /**
   * @param controls the control APIs of further emulators, by the name of their path
   */
  public SandboxPages(LineEmulator line, People people, Map<String, HttpService> controls) {
    this.line = line;
    this.people = people;
    this.controls = Map.copyOf(controls);
  }

  @Override
  public void routing(HttpRules rules) {
    rules.register("/api", line.controlService());
    rules.register("/people", people.controlService());
    controls.forEach((name, control) -> rules.register("/" + name, control));
    rules.get("/", this::index);
    TYPES.forEach((name, type) -> {
      byte[] content = resource(name);
      rules.get("/" + name, (request, response) -> send(response, content, type));
    });
  }

  /** The page's own links are relative, so its address must end in a slash. */
  private void index(ServerRequest request, ServerResponse response) {
    String path = request.prologue().uriPath().rawPath();
    if (!path.endsWith("/")) {
      response.status(Status.PERMANENT_REDIRECT_308).header("Location", path + "/").send();
      return;
    }
    send(response, resource("index.html"), "text/html; charset=utf-8");
  }

  private static void send(ServerResponse response, byte[] content, String type) {
    response.header("Content-Type", type);
    response.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    response.header("X-Content-Type-Options", "nosniff");
    response.header("Referrer-Policy", "no-referrer");
    response.header("Cache-Control", "no-cache");
    response.send(content);
  }

  private static byte[] resource(String name) {
    try (InputStream in = SandboxPages.class.getResourceAsStream("pages/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the sandbox was built without its page " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

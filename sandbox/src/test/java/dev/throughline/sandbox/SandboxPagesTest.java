package dev.throughline.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.line.LineUser;
import dev.throughline.sandbox.people.People;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The page is whole, needs nothing but its own origin, and nobody else's page can use it. */
class SandboxPagesTest {
  private static final Pattern REFERENCE =
      Pattern.compile("(?:src|href|from)[= ]*\"(?:\\./)?([a-z]+\\.[a-z]+)\"");

  private final LineEmulator line =
      new LineEmulator(
          LineConfig.channel("1", "secret", "token", "U" + "b".repeat(32))
              .withUsers(List.of(LineUser.friend("U" + "a".repeat(32), "花子"))),
          InstantSource.system(),
          new SplittableRandom(7));
  private final People people = new People(InstantSource.system());
  private final WebServer operations =
      WebServer.builder()
          .shutdownHook(false)
          .address(InetAddress.getLoopbackAddress())
          .routing(
              HttpRouting.builder().register("/sandbox", new SandboxPages(line, people, Map.of())))
          .build()
          .start();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
    operations.stop();
    line.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(path)).GET());
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + operations.port() + path);
  }

  @Test
  void everyFileThatThePageNamesIsServedUnderAStrictPolicy() throws Exception {
    HttpResponse<String> index = get("/sandbox/");
    var names = new TreeSet<String>();
    names.add("phone.js");
    names.add("cards.js");
    names.add("panel.js");
    names.add("person.js");
    names.add("channel.js");
    for (Matcher found = REFERENCE.matcher(index.body()); found.find(); ) {
      names.add(found.group(1));
    }
    assertThat(names).contains("app.js", "sandbox.css", "icon.svg");
    for (String name : List.copyOf(names)) {
      if (name.endsWith(".js")) {
        for (Matcher found = REFERENCE.matcher(get("/sandbox/" + name).body()); found.find(); ) {
          names.add(found.group(1));
        }
      }
    }
    for (String name : names) {
      HttpResponse<String> file = get("/sandbox/" + name);
      assertThat(file.statusCode()).as(name).isEqualTo(200);
      assertThat(file.headers().firstValue("content-security-policy").orElse(""))
          .startsWith("default-src 'self'");
      assertThat(file.headers().firstValue("x-content-type-options")).contains("nosniff");
      assertThat(file.body()).as(name).doesNotContain("eval(").doesNotContain("innerHTML");
      assertThat(file.body().replace("http://www.w3.org/2000/svg", ""))
          .as("%s fetches nothing from elsewhere", name)
          .doesNotContainPattern("[\"'(]https?://");
    }
  }

  @Test
  void thePageIsFoundWithoutItsSlash() throws Exception {
    HttpResponse<String> answer = get("/sandbox");
    assertThat(answer.statusCode()).isEqualTo(308);
    assertThat(answer.headers().firstValue("location")).contains("/sandbox/");
  }

  @Test
  void theControlApiAnswersBesideThePage() throws Exception {
    assertThat(get("/sandbox/api/users").body()).contains("花子");
    assertThat(get("/sandbox/api/nothing").statusCode()).isEqualTo(404);
  }

  @Test
  void pagesOfOtherSitesCannotTypeOnThePhones() throws Exception {
    String path = "/sandbox/api/users/U" + "a".repeat(32) + "/block";
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.noBody());
    assertThat(send(request.copy().header("Origin", "https://example.com")).statusCode())
        .isEqualTo(403);
    String own = "http://127.0.0.1:" + operations.port();
    assertThat(send(request.copy().header("Origin", own)).statusCode()).isEqualTo(200);
  }
}

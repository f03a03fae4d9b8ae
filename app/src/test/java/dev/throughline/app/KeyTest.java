package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.http.TargetPolicy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Whoever has a live key of a project gets in, by Basic or by a token, until the very request after
 * the one that revoked it.
 */
final class KeyTest {
  private static final String FORM = "application/x-www-form-urlencoded";

  private static World world;
  private static CustomerApp app;

  private Key key;

  private record Key(String project, String id, String secret) {
    String basic() {
      return Api.basic(id, secret);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    app = world.app();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void aKey() {
    key = newKey(world.project);
  }

  @Test
  void aTokenAndBasicOpenTheProject() {
    JsonNode token = token(key.basic()).ok();

    assertThat(token.propertyNames())
        .containsExactlyInAnyOrder("access_token", "expires_in", "scope", "token_type");
    assertThat(token.path("token_type").asString()).isEqualTo("bearer");
    assertThat(token.path("expires_in").asInt()).isPositive();
    assertThat(apps("Bearer " + token.path("access_token").asString()).status()).isEqualTo(200);
    assertThat(apps("bearer " + token.path("access_token").asString()).status()).isEqualTo(200);
    assertThat(apps(key.basic()).status()).isEqualTo(200);
  }

  @Test
  void theKeyMayStandInTheForm() {
    Api.Answer token =
        world
            .open()
            .post(
                "/oauth2/token",
                "grant_type=client_credentials&client_id="
                    + key.id
                    + "&client_secret="
                    + URLEncoder.encode(key.secret, StandardCharsets.UTF_8),
                "Content-Type",
                FORM);

    assertThat(apps("Bearer " + token.ok().path("access_token").asString()).status())
        .isEqualTo(200);
  }

  @Test
  void aRevokedKeyIsRefusedFromTheNextRequestOn() throws Exception {
    String bearer = bearer();
    assertThat(apps(bearer).status()).isEqualTo(200);
    Key other = newKey(world.project);

    revoke().ok();

    refused(apps(bearer));
    refused(apps(key.basic()));
    Api.Answer token = token(key.basic());
    assertThat(token.status()).isEqualTo(401);
    assertThat(token.json().path("error").asString()).isEqualTo("invalid_client");
    assertThat(token.json().path("error_description").asString()).isNotBlank();
    assertThat(revoke().status()).isEqualTo(404);
    assertThat(apps(other.basic()).status()).isEqualTo(200);

    world.restart(app);
    refused(apps(bearer));
    refused(apps(key.basic()));
  }

  /** Every request that begins after the answer to the revocation is refused, on every path. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aKeyIsRevokedInTheMiddleOfManyRequests(boolean byToken) throws Exception {
    String authorization = byToken ? bearer() : key.basic();
    Api api = world.open().as(authorization).under("/v1/projects/" + world.project);
    String text = "text " + world.number();
    String user = world.friend();
    int senders = 16;
    List<Sent> all = new ArrayList<>();
    long revoked;
    CountDownLatch busy = new CountDownLatch(4 * senders);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Sent>>> running = new ArrayList<>();
      for (int i = 0; i < senders; i++) {
        running.add(threads.submit(() -> sendUntilRefused(api, user, text, busy)));
      }
      busy.await();
      revoke().ok();
      revoked = System.nanoTime();
      for (Future<List<Sent>> sender : running) {
        all.addAll(sender.get());
      }
    }

    assertThat(all).extracting(Sent::status).containsOnly(200, 401);
    assertThat(all.stream().filter(sent -> sent.begun > revoked))
        .extracting(Sent::status)
        .isNotEmpty()
        .containsOnly(401);
    // What was answered 200 is there, and of what was refused there is nothing.
    List<String> accepted =
        all.stream().filter(sent -> sent.status == 200).map(Sent::message).toList();
    assertThat(accepted).hasSizeGreaterThanOrEqualTo(4 * senders);
    World.eventually(() -> assertThat(world.accepted(text)).hasSize(accepted.size()));
    assertThat(accepted)
        .allSatisfy(message -> assertThat(app.status(message)).isEqualTo("QUEUED_ON_CHANNEL"));
    refused(api.get("/messages"));
    refused(api.delete("/apps/" + app.id()));
  }

  @Test
  void aTokenOutlivesARestartAndEndsInTime() throws Exception {
    String bearer = bearer();

    world.shut();
    world.open(TargetPolicy.SANDBOX);
    assertThat(apps(bearer).status()).isEqualTo(200);
    world.advance(Duration.ofSeconds(3_598));
    assertThat(apps(bearer).status()).isEqualTo(200);
    world.advance(Duration.ofSeconds(1));

    Api.Answer expired = apps(bearer);
    assertThat(expired.status()).isEqualTo(401);
    assertThat(expired.headers().firstValue("www-authenticate").orElseThrow()).contains("expired");
  }

  @Test
  void aWrongSecretOpensNothing() {
    for (String wrong :
        List.of(
            "",
            "x",
            key.secret.toLowerCase(java.util.Locale.ROOT),
            key.secret + "=",
            " " + key.secret,
            key.secret.substring(1),
            newKey(world.project).secret)) {
      refused(apps(Api.basic(key.id, wrong)));
      assertThat(token(Api.basic(key.id, wrong)).status()).isEqualTo(401);
    }
    refused(apps(Api.basic("", "")));
    refused(apps(Api.basic(key.secret, key.id)));
    refused(apps(key.basic().replace("Basic", "Bearer")));
    refused(apps(""));
    refused(apps(bearer() + "x"));
  }

  @Test
  void aKeyOfAnotherProjectOpensItsOwnOnly() {
    String project = world.newProject();
    Key other = newKey(project);
    String token = "Bearer " + token(other.basic()).ok().path("access_token").asString();

    for (String authorization : List.of(other.basic(), token)) {
      Api.Answer answer = apps(authorization);
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.error()).isEqualTo("UNAUTHORIZED");
      Api own = world.open().as(authorization).under("/v1/projects/" + project);
      assertThat(own.get("/apps").ok().path("apps")).isEmpty();
      assertThat(own.get("/apps/" + app.id()).status()).isEqualTo(404);
      assertThat(own.get("/webhooks/" + app.webhook()).status()).isEqualTo(404);
      assertThat(own.post("/messages:send", app.sendBody("U" + "0".repeat(32), "x")).status())
          .isEqualTo(404);
    }
    // Whether a project exists is nobody's business.
    assertThat(world.open().as(key.basic()).under("/v1/projects/nobodys").get("/apps").status())
        .isEqualTo(403);
    assertThat(world.admin().delete("/admin/projects/" + project + "/keys/" + key.id).status())
        .isEqualTo(404);
    assertThat(apps(key.basic()).status()).isEqualTo(200);
  }

  @Test
  void theAdministratorsTokenIsNoKey() throws Exception {
    refused(
        apps(
            "Bearer " + java.nio.file.Files.readString(world.data.resolve("admin.token")).strip()));
    assertThat(
            world
                .ops()
                .as(key.basic())
                .post("/admin/projects/" + world.project + "/keys", "{}")
                .status())
        .isEqualTo(401);
  }

  private record Sent(long begun, int status, String message) {}

  private static List<Sent> sendUntilRefused(
      Api api, String user, String text, CountDownLatch busy) {
    List<Sent> sent = new ArrayList<>();
    int refused = 0;
    long end = System.nanoTime() + World.PATIENCE.toNanos();
    while (refused < 3) {
      long begun = System.nanoTime();
      assertThat(begun).as("the key is refused before the time is up").isLessThan(end);
      Api.Answer answer = api.post("/messages:send", app.sendBody(user, text));
      boolean ok = answer.status() == 200;
      sent.add(
          new Sent(begun, answer.status(), ok ? answer.json().path("message_id").asString() : ""));
      refused += ok ? 0 : 1;
      busy.countDown();
    }
    return sent;
  }

  private static void refused(Api.Answer answer) {
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.error()).isEqualTo("UNAUTHENTICATED");
    assertThat(answer.json().path("error").path("code").asInt()).isEqualTo(401);
    // By the word "expired" SDKs would fetch another token, in vain.
    assertThat(answer.headers().firstValue("www-authenticate").orElseThrow())
        .doesNotContain("expired");
  }

  private static Key newKey(String project) {
    JsonNode key = world.admin().post("/admin/projects/" + project + "/keys", "{}").ok();
    return new Key(project, key.path("key_id").asString(), key.path("key_secret").asString());
  }

  private Api.Answer revoke() {
    return world.admin().delete("/admin/projects/" + key.project + "/keys/" + key.id);
  }

  private String bearer() {
    return "Bearer " + token(key.basic()).ok().path("access_token").asString();
  }

  private static Api.Answer token(String authorization) {
    return world
        .open()
        .as(authorization)
        .post("/oauth2/token", "grant_type=client_credentials", "Content-Type", FORM);
  }

  private static Api.Answer apps(String authorization) {
    return world.open().as(authorization).get("/v1/projects/" + world.project + "/apps");
  }
}

package dev.throughline.app;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Gives a sandbox some seconds of the main job, so that its JVM can keep what it learned of it: a
 * build ends with this ({@code docs/adr/0008-starts-are-rehearsed.md}). People write by LINE's
 * signed webhooks, the app sends to one of them through the API, and in the end to many at once.
 *
 * <pre>{@code
 * java ... dev.throughline.app.Rehearsal DATA/sandbox.json
 * }</pre>
 */
final class Rehearsal {
  private static final Duration LENGTH = Duration.ofSeconds(5);

  /** Under load what was accepted waits; after it the rest is folded and sent. */
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(3);

  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int CALLERS = 16;
  private static final int PEOPLE = 500;

  /** Of the broadcast: a hundred multicasts. */
  private static final int AUDIENCE = 50_000;

  /** One of so many calls is a send; the others are webhooks. */
  private static final int A_SEND_IN = 8;

  private final JsonNode sandbox;
  private final HttpClient client;
  private final AtomicLong number = new AtomicLong();

  private Rehearsal(JsonNode sandbox, HttpClient client) {
    this.sandbox = sandbox;
    this.client = client;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    JsonNode sandbox = JsonMapper.builder().build().readTree(Path.of(arguments[0]));
    try (HttpClient client = HttpClient.newHttpClient()) {
      new Rehearsal(sandbox, client).play(System.nanoTime() + LENGTH.toNanos());
    }
  }

  private void play(long end) throws IOException, InterruptedException {
    Thread[] callers = new Thread[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
      callers[i] = Thread.ofVirtual().start(() -> call(end));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    broadcast();
    Thread.sleep(ENDS_WITHIN);
  }

  private void broadcast() throws IOException, InterruptedException {
    String body =
        """
        {"send":{"app_id":"%s","message":{"text_message":{"text":"Rehearsal, to all"}}},\
        "audience":{"upload":true}}\
        """
            .formatted(fact("app_id"));
    HttpResponse<String> made =
        client.send(api("/broadcasts", body).build(), BodyHandlers.ofString());
    String path =
        "/broadcasts/" + JsonMapper.builder().build().readTree(made.body()).path("id").asString();
    StringBuilder people = new StringBuilder("line\n");
    for (int i = 0; i < AUDIENCE; i++) {
      people.append('U').append(HexFormat.of().toHexDigits((long) i).repeat(2)).append('\n');
    }
    var _ =
        client.send(
            api(path + "/audience", "")
                .setHeader("Content-Type", "text/csv")
                .PUT(BodyPublishers.ofString(people.toString()))
                .build(),
            BodyHandlers.discarding());
    var _ = client.send(api(path + ":start", "").build(), BodyHandlers.discarding());
  }

  private void call(long end) {
    try {
      while (System.nanoTime() - end < 0) {
        long next = number.incrementAndGet();
        var _ =
            client.send(
                next % A_SEND_IN == 0 ? send(next) : webhook(next), BodyHandlers.discarding());
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("the sandbox does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpRequest webhook(long next) throws GeneralSecurityException {
    String body =
        "{\"destination\":\"%s\",\"events\":[%s,%s]}"
            .formatted(fact("line_bot_user_id"), event(2 * next), event(2 * next + 1));
    Mac mac = Mac.getInstance("HmacSHA256");
    byte[] secret = fact("line_channel_secret").getBytes(StandardCharsets.UTF_8);
    mac.init(new SecretKeySpec(secret, mac.getAlgorithm()));
    byte[] signature = mac.doFinal(body.getBytes(StandardCharsets.UTF_8));
    return request("/hooks/line/" + fact("app_id"), body)
        .header("X-Line-Signature", Base64.getEncoder().encodeToString(signature))
        .build();
  }

  /** Somebody writes; ids in LINE's forms, none of them twice. */
  private static String event(long next) {
    return """
    {"type":"message","mode":"active","timestamp":%d,"webhookEventId":"01REHEARSAL%015d",\
    "deliveryContext":{"isRedelivery":false},"replyToken":"%032d",\
    "source":{"type":"user","userId":"U%s"},\
    "message":{"id":"%d","type":"text","quoteToken":"q%d","text":"Rehearsal, line %d"}}\
    """
        .formatted(
            System.currentTimeMillis(),
            next,
            next,
            HexFormat.of().toHexDigits(next % PEOPLE).repeat(2),
            next,
            next,
            next);
  }

  private HttpRequest send(long next) {
    String body =
        """
        {"app_id":"%s","recipient":{"identified_by":{"channel_identities":[\
        {"channel":"LINE","identity":"%s"}]}},\
        "message":{"text_message":{"text":"Rehearsal, answer %d"}},"channel_priority_order":["LINE"]}\
        """
            .formatted(fact("app_id"), fact("line_user_id"), next);
    return api("/messages:send", body).build();
  }

  private HttpRequest.Builder api(String path, String body) {
    String key = fact("key_id") + ":" + fact("key_secret");
    return request("/v1/projects/" + fact("project_id") + path, body)
        .header(
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8)));
  }

  private HttpRequest.Builder request(String path, String body) {
    return HttpRequest.newBuilder(URI.create(fact("api") + path))
        .timeout(DEADLINE)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private String fact(String name) {
    return sandbox.path(name).asString();
  }
}

package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.throughline.store.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who has just started the sandbox sends on all four channels and is answered on them, with nothing
 * to set up; and a plan goes past a block and a phone in airplane mode to the next channel, once.
 */
final class SandboxChannelsTest {
  @TempDir Path data;

  private SandboxWorld world;
  private SandboxFile file;

  @BeforeEach
  void start() throws Exception {
    TestDatabase.lendBinaries(data);
    world =
        SandboxWorld.start(
            data,
            Settings.none(),
            Optional.of(0),
            Optional.of(0),
            Emulators.Options.DEFAULT,
            InstantSource.system());
    file = world.file();
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private Api api() {
    return new Api(
        file.get("api") + "/v1/projects/" + file.get("project_id"),
        Api.basic(file.get("key_id"), file.get("key_secret")));
  }

  private Api people() {
    return new Api(file.get("ops") + "/sandbox/people", "");
  }

  private static Map<String, String> identities(JsonNode person) {
    String number = person.path("phone").asString().substring(1);
    return Map.of(
        "LINE",
        person.path("line_user_id").asString(),
        "WHATSAPP",
        number,
        "SMS",
        number,
        "EMAIL",
        person.path("email").asString());
  }

  private String send(JsonNode person, List<String> channels, String text, Optional<String> plan) {
    ObjectNode body = (ObjectNode) Api.json("{}");
    body.put("app_id", file.get("app_id"));
    var identities =
        body.putObject("recipient").putObject("identified_by").putArray("channel_identities");
    channels.forEach(channel ->
        identities
            .addObject()
            .put("channel", channel)
            .put("identity", identities(person).get(channel)));
    body.putObject("message").putObject("text_message").put("text", text);
    if (plan.isPresent()) {
      body.set("delivery_plan", Api.json(plan.get()));
    } else {
      channels.forEach(body.putArray("channel_priority_order")::add);
    }
    return api().post("/messages:send", body.toString()).ok().path("message_id").asString();
  }

  private List<String> shown(JsonNode person, String channel, int wait) {
    return people()
        .get("/" + person.path("id").asString() + "/messages?channel=" + channel + "&wait=" + wait)
        .ok()
        .path("messages")
        .valueStream()
        .map(message -> message.path("_text").asString())
        .toList();
  }

  @Test
  void everyChannelWorksFromTheFirstMinute() throws Exception {
    JsonNode facts = Api.json(file.published().orElseThrow());
    JsonNode hanako = facts.path("people").path(0);
    assertThat(hanako.path("line_user_id").asString()).isEqualTo(file.get("line_user_id"));
    for (String channel : List.of("LINE", "WHATSAPP", "SMS", "EMAIL")) {
      send(hanako, List.of(channel), "by " + channel, Optional.empty());
      assertThat(shown(hanako, channel, 20)).containsExactly("by " + channel);
      people()
          .post(
              "/" + hanako.path("id").asString() + "/messages",
              "{\"channel\":\"" + channel + "\",\"text\":\"back by " + channel + "\"}")
          .ok();
    }
    World.eventually(() ->
        assertThat(
                api()
                    .get("/messages?app_id=" + file.get("app_id"))
                    .ok()
                    .path("messages")
                    .valueStream()
                    .map(message -> message.at("/contact_message/text_message/text").asString(""))
                    .filter(text -> !text.isEmpty()))
            .containsExactlyInAnyOrder(
                "back by LINE", "back by WHATSAPP", "back by SMS", "back by EMAIL"));
    goesOnPastABlockAndAirplaneMode(hanako);
    assumeTrue(isThere("curl"), "curl is missing: the example of the migration is not tried");
    theExampleOfTheMigrationWorks(hanako);
  }

  /** As docs/sandbox.md has it. */
  @Test
  void whoHasWhatsAppOverAwsGetsPicturesToo() {
    Api aws = new Api(file.get("ops") + "/sandbox/aws", "");
    ObjectNode settings = (ObjectNode) Api.json("{}");
    ObjectNode account =
        settings
            .putArray("channel_credentials")
            .addObject()
            .put("channel", "WHATSAPP")
            .putObject("whatsapp_aws_social")
            .put("access_key_id", file.get("aws_access_key_id"))
            .put("secret_access_key", file.get("aws_secret_access_key"))
            .put("region", file.get("aws_region"))
            .put("origination_phone_number_id", file.get("aws_whatsapp_number_id"))
            .put("meta_phone_number_id", file.get("aws_whatsapp_meta_number_id"))
            .put("media_bucket", file.get("aws_media_bucket"));
    String topic = file.get("aws_whatsapp_topic_arn");
    account.putArray("topic_arns").add(topic);
    api().patch("/apps/" + file.get("app_id"), settings.toString()).ok();
    ObjectNode subscription = (ObjectNode) Api.json("{\"protocol\":\"http\"}");
    subscription.put("topicArn", topic);
    subscription.put("endpoint", file.get("api") + "/hooks/whatsapp/" + file.get("app_id"));
    aws.post("/subscriptions", subscription.toString()).ok();
    World.eventually(() ->
        assertThat(aws.get("/subscriptions").ok().path("subscriptions").valueStream())
            .filteredOn(one -> one.path("topicArn").asString().equals(topic))
            .isNotEmpty()
            .allMatch(one -> one.path("confirmed").asBoolean()));

    String media =
        aws.post("/whatsapp/media", "{\"mimeType\":\"image/jpeg\",\"base64\":\"/9j/4AAQ\"}")
            .ok()
            .path("mediaId")
            .asString();
    ObjectNode sent = (ObjectNode) Api.json("{\"from\":\"+819012345678\"}");
    sent.putObject("message")
        .put("type", "image")
        .putObject("image")
        .put("id", media)
        .put("mime_type", "image/jpeg");
    aws.post("/whatsapp/inbound", sent.toString()).ok();

    World.eventually(() -> {
      String id =
          api()
              .get("/messages?app_id=" + file.get("app_id"))
              .ok()
              .path("messages")
              .path(0)
              .path("id")
              .asString();
      JsonNode file = api().get("/media/" + id).ok();
      assertThat(file.path("state").asString()).as(file.toString()).isEqualTo("ready");
      assertThat(file.path("length").asInt()).isEqualTo(6);
    });
    assertThat(aws.get("/objects/" + file.get("aws_media_bucket")).ok().path("keys")).isEmpty();
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** What docs/migrate-from-aws-sample.md has its readers paste. */
  private void theExampleOfTheMigrationWorks(JsonNode hanako) throws Exception {
    String document = Files.readString(Path.of("..", "docs", "migrate-from-aws-sample.md"));
    String example = document.split("```sh\n", 2)[1].split("```", 2)[0];
    Path script =
        Files.writeString(
            data.resolve("example.sh"),
            example.replace(".throughline/data/sandbox.json", data + "/sandbox.json"));
    Path printed = data.resolve("example.txt");
    Process shell =
        new ProcessBuilder("bash", "-e", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();

    assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();

    assertThat(Files.readString(printed))
        .contains("\"parts\":[\"pc\",\"fc\"]", "\"message_id\"")
        .contains("RECIPIENT_NOT_OPTED_IN", "\"kind\":\"attempt\"");
    assertThat(shell.exitValue()).isZero();
    assertThat(shown(hanako, "SMS", 0)).contains("Your parcel is here & 100% free");
  }

  private void goesOnPastABlockAndAirplaneMode(JsonNode hanako) {
    String id = hanako.path("id").asString();
    people().put("/" + id + "/state", "{\"LINE\":\"blocked\",\"WHATSAPP\":\"airplane\"}").ok();
    // the gateway has heard of the block once LINE's webhook was answered
    World.eventually(() ->
        assertThat(
                new Api(file.get("line"), "").get("/_sandbox").ok().path("pendingWebhooks").asInt())
            .isZero());
    String plan =
        """
        {"steps":[
          {"channel":"LINE"},
          {"channel":"WHATSAPP","until":"device","within":"1s"},
          {"channel":"SMS","until":"device","within":"30s"},
          {"channel":"EMAIL"}]}
        """;
    String message =
        send(
            hanako,
            List.of("LINE", "WHATSAPP", "SMS", "EMAIL"),
            "your parcel is here",
            Optional.of(plan));
    World.eventually(
        () -> assertThat(shown(hanako, "SMS", 0)).containsOnlyOnce("your parcel is here"));
    World.eventually(() ->
        assertThat(api().get("/messages/" + message + "/timeline").ok().path("status").asString())
            .isEqualTo("DELIVERED"));
    assertThat(shown(hanako, "LINE", 0)).doesNotContain("your parcel is here");
    assertThat(shown(hanako, "WHATSAPP", 0)).doesNotContain("your parcel is here");
    assertThat(shown(hanako, "EMAIL", 0)).doesNotContain("your parcel is here");
    assertThat(
            api()
                .get("/messages/" + message + "/timeline")
                .ok()
                .path("entries")
                .valueStream()
                .map(entry -> entry.path("channel").asString(""))
                .filter(channel -> !channel.isEmpty()))
        .contains("LINE", "WHATSAPP", "SMS")
        .doesNotContain("EMAIL");
  }
}

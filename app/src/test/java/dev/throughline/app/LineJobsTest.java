package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.LineSettings;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Work that takes LINE many calls goes on by itself, says how far it is, and ends: friends become
 * contacts with their names, from LINE's list or from a file, and a narrowcast is sent once and
 * followed to its end, whatever fails on the way.
 */
class LineJobsTest {
  private static final String MESSAGES =
      "\"messages\":[{\"type\":\"text\",\"text\":\"A sale begins\"}]";

  private static World world;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @Test
  void friendsBecomeContactsOnceLineListsThem() throws Exception {
    CustomerApp app = world.app();
    Set<String> friends = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      friends.add(world.friend());
    }
    LineSettings settings = world.line.settings();
    world.line.settings(verified(settings, false));
    String job = start(app, "/followers:import", "{}");
    JsonNode refused = comesTo(app, job, "FAILED");
    assertThat(refused.path("error").asString()).contains("403").contains("followers:upload");
    assertThat(contacts(app)).doesNotContainAnyElementsOf(friends);

    world.line.settings(settings);
    // An answer that is lost on the way costs a pause, and nobody.
    world.fault("followers", Fault.ERROR_BEFORE, "", 1);
    assertThat(world.api().post(line(app) + "/jobs/" + job + ":resume", "").status())
        .isEqualTo(202);
    World.eventually(() -> {
      world.advance(Duration.ofSeconds(1));
      assertThat(job(app, job).path("state").asString()).isEqualTo("DONE");
    });
    JsonNode done = job(app, job);
    long listed = done.path("progress").path("friends").asLong();
    assertThat(listed).isGreaterThanOrEqualTo(3);
    assertThat(done.path("progress").path("profiles").asLong()).isEqualTo(listed);
    assertThat(contacts(app)).containsAll(friends);
    for (String friend : friends) {
      JsonNode contact = contact(friend, app);
      assertThat(contact.path("display_name").asString()).startsWith("Hanako");
    }
    assertThat(
            world.count(
                "select count(*) from identity where friend = 'friend' and app::text is not null"))
        .isGreaterThanOrEqualTo(3);
    // Once more finds the same people.
    Set<String> before = contacts(app);
    comesTo(app, start(app, "/followers:import", "{\"profiles\":false}"), "DONE");
    assertThat(contacts(app)).isEqualTo(before);
  }

  @Test
  void friendsOfAFileBecomeContacts() throws Exception {
    CustomerApp app = world.app();
    String user = world.friend();
    String other = "U" + "7".repeat(32);
    String csv = "\ufeffname;user_id\r\n\"Hanako\";\"" + user + "\"\r\n\r\nTaro;" + other + "\r\n";
    Api.Answer taken = world.api().post(line(app) + "/followers:upload", csv);
    assertThat(taken.status()).as(taken.text()).isEqualTo(202);
    assertThat(taken.json().path("friends").asInt()).isEqualTo(2);
    World.eventually(() -> assertThat(contacts(app)).contains(user, other));

    comesTo(app, start(app, "/followers:refreshProfiles", ""), "DONE");
    assertThat(contact(user, app).path("display_name").asString()).startsWith("Hanako");
    assertThat(contact(other, app).path("display_name").asString()).isEmpty();

    Api.Answer wrong = world.api().post(line(app) + "/followers:upload", user + "\nHanako\n");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.text()).contains("Line 2").doesNotContain("Hanako");
  }

  @Test
  void aNameThatTheAppGaveStays() throws Exception {
    CustomerApp app = world.app();
    String user = world.friend();
    world.api().post(line(app) + "/followers:upload", user);
    World.eventually(() -> assertThat(contacts(app)).contains(user));
    String contact = contact(user, app).path("id").asString();
    world.api().patch("/contacts/" + contact, "{\"display_name\":\"Ours\"}").ok();
    comesTo(app, start(app, "/followers:refreshProfiles", ""), "DONE");
    assertThat(contact(user, app).path("display_name").asString()).isEqualTo("Ours");
  }

  @Test
  void aNarrowcastIsFollowedToItsEnd() throws Exception {
    CustomerApp app = world.app();
    String user = world.friend();
    LineSettings settings = world.line.settings();
    world.line.audience(4711, Set.of(user));
    world.line.settings(minimum(settings, 1));
    // LINE takes it and says 500: the repeat has the same retry key, and is told so.
    world.fault("narrowcast", Fault.ERROR_AFTER, "", 1);
    String body =
        "{" + MESSAGES + ",\"recipient\":{\"type\":\"audience\",\"audienceGroupId\":4711}}";
    long attempts = world.count("select count(*) from entry where kind = 'attempt'");
    Api.Answer started =
        world.api().post(line(app) + "/message/narrowcast", body, "Idempotency-Key", "sale-1");
    assertThat(started.status()).as(started.text()).isEqualTo(202);
    String job = started.json().path("job_id").asString();
    assertThat(
            world
                .api()
                .post(line(app) + "/message/narrowcast", body, "Idempotency-Key", "sale-1")
                .json()
                .path("job_id")
                .asString())
        .isEqualTo(job);
    World.eventually(() -> {
      world.advance(Duration.ofSeconds(5));
      assertThat(job(app, job).path("state").asString()).isEqualTo("DONE");
    });
    JsonNode progress = job(app, job).path("progress");
    assertThat(progress.path("phase").asString()).isEqualTo("succeeded");
    assertThat(progress.path("success_count").asLong()).isEqualTo(1);
    assertThat(progress.path("request_id").asString()).isNotEmpty();
    assertThat(world.accepted("A sale begins")).hasSize(1);
    assertThat(world.count("select count(*) from entry where kind = 'attempt'"))
        .isEqualTo(attempts + 2);
    world.line.settings(settings);
  }

  @Test
  void whatLineWouldRefuseIsToldAtOnce() throws Exception {
    CustomerApp app = world.app();
    Api.Answer wrong =
        world
            .api()
            .post(
                line(app) + "/message/narrowcast",
                "{\"messages\":[{\"type\":\"text\",\"text\":\"\"}]}");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.text()).contains("LINE_REFUSED").contains("messages[0].text");
  }

  @Test
  void aNarrowcastThatFailsSaysWhy() throws Exception {
    CustomerApp app = world.app();
    world.line.audience(4712, Set.of(world.friend()));
    String job =
        start(
            app,
            "/message/narrowcast",
            "{" + MESSAGES + ",\"recipient\":{\"type\":\"audience\",\"audienceGroupId\":4712}}");
    World.eventually(() -> {
      world.advance(Duration.ofSeconds(5));
      assertThat(job(app, job).path("state").asString()).isEqualTo("FAILED");
    });
    assertThat(job(app, job).path("error").asString()).contains("50");
  }

  @Test
  void aJobIsListedAndOfItsAppAlone() throws Exception {
    CustomerApp app = world.app();
    CustomerApp other = world.app();
    String job = start(app, "/followers:refreshProfiles", "");
    comesTo(app, job, "DONE");
    JsonNode listed = world.api().get(line(app) + "/jobs").ok().path("jobs");
    assertThat(listed.size()).isEqualTo(1);
    assertThat(listed.get(0).path("kind").asString()).isEqualTo("PROFILES_REFRESH");
    assertThat(world.api().get(line(other) + "/jobs/" + job).status()).isEqualTo(404);
    assertThat(world.api().post(line(app) + "/jobs/" + job + ":resume", "").status())
        .isEqualTo(400);
  }

  private static String line(CustomerApp app) {
    return "/apps/" + app.id() + "/line";
  }

  private static String start(CustomerApp app, String path, String body) {
    Api.Answer answer = world.api().post(line(app) + path, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.json().path("job_id").asString();
  }

  private static JsonNode job(CustomerApp app, String job) {
    return world.api().get(line(app) + "/jobs/" + job).ok();
  }

  private static JsonNode comesTo(CustomerApp app, String job, String state) {
    World.eventually(
        () -> assertThat(job(app, job).path("state").asString()).as(job).isEqualTo(state));
    return job(app, job);
  }

  /** The LINE user ids of the project's contacts. */
  private static Set<String> contacts(CustomerApp app) {
    Set<String> users = new HashSet<>();
    String token = "";
    do {
      JsonNode page =
          world
              .api()
              .get("/contacts?page_size=20" + (token.isEmpty() ? "" : "&page_token=" + token))
              .ok();
      for (JsonNode contact : page.path("contacts")) {
        for (JsonNode identity : contact.path("channel_identities")) {
          if (identity.path("app_id").asString().equals(app.id())) {
            users.add(identity.path("identity").asString());
          }
        }
      }
      token = page.path("next_page_token").asString();
    } while (!token.isEmpty());
    return users;
  }

  private static JsonNode contact(String user, CustomerApp app) {
    for (JsonNode contact :
        world.api().get("/contacts?channel=LINE&identity=" + user).ok().path("contacts")) {
      for (JsonNode identity : contact.path("channel_identities")) {
        if (identity.path("app_id").asString().equals(app.id())) {
          return contact;
        }
      }
    }
    throw new AssertionError("no contact of this user in this app");
  }

  private static LineSettings verified(LineSettings s, boolean verified) {
    return settings(s, s.narrowcastMinimum(), verified);
  }

  private static LineSettings minimum(LineSettings s, int people) {
    return settings(s, people, s.verifiedAccount());
  }

  private static LineSettings settings(LineSettings s, int minimum, boolean verified) {
    return new LineSettings(
        s.webhookActive(),
        s.redelivery(),
        s.eventsPerBody(),
        s.webhookConcurrency(),
        s.webhookTimeout(),
        s.monthlyQuota(),
        s.rateLimits(),
        s.rateLimitOverrides(),
        minimum,
        verified);
  }
}

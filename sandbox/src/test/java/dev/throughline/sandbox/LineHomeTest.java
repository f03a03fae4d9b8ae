package dev.throughline.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.Friendship;
import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.line.LineUser;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** LINE takes every push with a 200; the person's state says what is on the screen, and when. */
class LineHomeTest {
  private static final Person HANAKO = Person.numbered(1, "Hanako", "U" + "a".repeat(32));

  private final LineEmulator line =
      new LineEmulator(
          LineConfig.channel("1", "secret", "token", "U" + "b".repeat(32))
              .withUsers(List.of(LineUser.friend(HANAKO.lineUserId(), "Hanako"))),
          InstantSource.system(),
          new SplittableRandom(7));
  private final People people = new People(InstantSource.system());
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void introduce() throws Exception {
    people.connect(new LineHome(line.control()));
    people.add(HANAKO);
  }

  @AfterEach
  void close() {
    client.close();
    people.close();
    line.close();
  }

  private void push(String text) throws IOException, InterruptedException {
    String body =
        "{\"to\":\""
            + HANAKO.lineUserId()
            + "\",\"messages\":[{\"type\":\"text\",\"text\":\""
            + text
            + "\"}]}";
    assertThat(
            client
                .send(
                    HttpRequest.newBuilder(line.baseUri().resolve("/v2/bot/message/push"))
                        .header("Authorization", "Bearer token")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                    BodyHandlers.discarding())
                .statusCode())
        .isEqualTo(200);
  }

  private JsonNode shown(long after) throws Exception {
    return people.messages(
        HANAKO.id(), Optional.of(PhoneChannel.LINE), false, after, Duration.ZERO);
  }

  @Test
  void whatComesToAPhoneThatIsOffIsShownOnceWhenItIsOn() throws Exception {
    push("one");
    JsonNode first = shown(0);
    assertThat(first.at("/messages/0/_text").stringValue("")).isEqualTo("one");
    assertThat(first.at("/messages/0/_channel").stringValue("")).isEqualTo("LINE");
    people.state(HANAKO.id(), Map.of(PhoneChannel.LINE, Condition.AIRPLANE));
    push("two");
    long next = first.path("next").longValue(0);
    JsonNode dark = shown(next);
    assertThat(dark.path("messages")).isEmpty();
    assertThat(dark.path("next").longValue(0)).isEqualTo(next);
    assertThat(shown(0).path("messages")).hasSize(1);
    assertThatThrownBy(() ->
            people.write(HANAKO.id(), PhoneChannel.LINE, Optional.empty(), Optional.empty(), "hi"))
        .isInstanceOf(ControlRefusal.class);

    people.state(HANAKO.id(), Map.of(PhoneChannel.LINE, Condition.OK));
    JsonNode light = shown(next);
    assertThat(light.path("messages")).hasSize(1);
    assertThat(light.at("/messages/0/_text").stringValue("")).isEqualTo("two");
  }

  @Test
  void aBlockIsLinesOwn() throws Exception {
    people.state(HANAKO.id(), Map.of(PhoneChannel.LINE, Condition.BLOCKED));
    assertThat(line.control().user(HANAKO.lineUserId()).orElseThrow().friendship())
        .isEqualTo(Friendship.BLOCKED);
    push("never seen");
    people.state(HANAKO.id(), Map.of(PhoneChannel.LINE, Condition.OK));
    assertThat(people.state(HANAKO.id())).containsEntry(PhoneChannel.LINE, Condition.OK);
    assertThat(shown(0).path("messages")).isEmpty();
    assertThatThrownBy(
            () -> people.state(HANAKO.id(), Map.of(PhoneChannel.LINE, Condition.LATE_RECEIPT)))
        .isInstanceOf(ControlRefusal.class);
    assertThat(
            Json.string(
                Json.object()
                    .put(
                        "id",
                        people.write(
                            HANAKO.id(),
                            PhoneChannel.LINE,
                            Optional.empty(),
                            Optional.empty(),
                            "hello"))))
        .contains("id");
  }
}

package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A program on the unmodified Conversation API SDK for Node, only pointed at the sandbox's
 * addresses, and a person with an emulated LINE phone talk with each other: the text arrives, the
 * answer comes back as a signed callback that the SDK finds valid, and what is said to an answer
 * goes out free of charge by its reply token.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class SinchSdkTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path data = Path.of("");

  @Test
  void aProgramAndAPhoneTalk() throws Exception {
    try (SandboxWorld world =
        SandboxWorld.start(
            data,
            Settings.none(),
            Optional.of(0),
            Optional.of(0),
            Emulators.Options.DEFAULT,
            InstantSource.system())) {
      Process program =
          NodeProgram.start("conversation.mjs", data.resolve("sandbox.json").toString());
      try (Phone phone = new Phone(world.file().get("line"), world.file().get("line_user_id"))) {
        JsonNode first = phone.message();
        assertThat(first.path("text").asString()).isEqualTo("こんにちは");
        assertThat(first.path("_via").asString()).isEqualTo("push");

        phone.say("はい、お願いします 👍");
        JsonNode second = phone.message();
        assertThat(second.path("text").asString()).isEqualTo("さようなら");
        assertThat(second.path("_via").asString()).isEqualTo("reply");

        assertThat(output(program))
            .contains(
                "{\"what\":\"listed\",\"value\":1}",
                "{\"what\":\"templates\",\"value\":{\"translations\":1,\"version\":2,"
                    + "\"description\":\"changed\",\"listed\":1,\"left\":0}}",
                "{\"what\":\"undriven\",\"value\":[]}",
                "{\"what\":\"inbound\",\"value\":\"はい、お願いします 👍\"}",
                "{\"what\":\"callback\",\"value\":{\"valid\":true,\"trigger\":\"MESSAGE_INBOUND\"}}")
            .noneMatch(line -> line.contains("\"valid\":false"));
        assertThat(program.waitFor()).isZero();
      } finally {
        program.destroyForcibly();
      }
    }
  }

  private static List<String> output(Process program) throws IOException {
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    }
    return lines;
  }

  /** A person with the emulated phone. */
  private static final class Phone implements AutoCloseable {
    private final URI messages;
    private final HttpClient client = HttpClient.newHttpClient();
    private long next;

    Phone(String line, String user) {
      this.messages = URI.create(line + "/_sandbox/users/" + user + "/messages");
    }

    /** The next message from the company, waited for. */
    JsonNode message() throws IOException, InterruptedException {
      while (true) {
        JsonNode page = get();
        next = page.path("next").asLong();
        for (JsonNode message : page.path("messages")) {
          if (message.path("_from").asString().equals("bot")) {
            return message;
          }
        }
      }
    }

    void say(String text) throws IOException, InterruptedException {
      String body =
          JSON.writeValueAsString(JSON.createObjectNode().put("type", "text").put("text", text));
      client.send(
          HttpRequest.newBuilder(messages)
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.discarding());
    }

    @Override
    public void close() {
      client.close();
    }

    private JsonNode get() throws IOException, InterruptedException {
      URI page = URI.create(messages + "?after=" + next + "&wait=10");
      return JSON.readTree(
          client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body());
    }
  }
}

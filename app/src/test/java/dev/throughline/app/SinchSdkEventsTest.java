package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every method that the unmodified Conversation API SDK for Node has for apps, webhooks, events,
 * capability and consents answers as it expects, and it finds every callback valid and knows what
 * it is about.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class SinchSdkEventsTest {

  @Test
  void theSdkGoesThroughItsMethods() throws Exception {
    try (World world = World.start()) {
      CustomerApp app = world.app();
      String user = world.friend();
      Process program = NodeProgram.start("events.mjs", told(world, app, user).toString());
      List<String> said = new ArrayList<>();
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          said.add(line);
          if (line.equals("{\"what\":\"ready\",\"value\":true}")) {
            world.receivesLine(app);
            world.line.say(user, "hello");
            world.line.postback(
                user,
                user,
                "when",
                Optional.of((ObjectNode) Api.json("{\"date\":\"2026-12-24\"}")),
                Optional.empty());
            world.line.block(user);
            world.line.unblock(user);
          }
        }
      } finally {
        program.destroyForcibly();
      }

      assertThat(said)
          .contains(
              "{\"what\":\"app\",\"value\":\"Another\"}",
              "{\"what\":\"queue\",\"value\":{\"outbound_size\":0,\"outbound_limit\":0}}",
              "{\"what\":\"apps\",\"value\":1}",
              "{\"what\":\"renamed\",\"value\":\"Renamed\"}",
              "{\"what\":\"triggers\",\"value\":true}",
              "{\"what\":\"webhook\",\"value\":true}",
              "{\"what\":\"webhooks\",\"value\":0}",
              "{\"what\":\"sent\",\"value\":7}",
              "{\"what\":\"reported\",\"value\":true}",
              "{\"what\":\"event\",\"value\":{\"generic_event\":{\"payload\":{\"a\":1}}}}",
              "{\"what\":\"listed\",\"value\":7}",
              "{\"what\":\"left\",\"value\":6}",
              "{\"what\":\"capability\",\"value\":\"asked\"}",
              "{\"what\":\"capable\",\"value\":\"CAPABILITY_FULL\"}",
              "{\"what\":\"registered\",\"value\":200}",
              "{\"what\":\"opted\",\"value\":\"out\"}",
              "{\"what\":\"identities\",\"value\":[true]}",
              "{\"what\":\"audit\",\"value\":[\"OPERATION_INSERT\"]}",
              "{\"what\":\"trouble\",\"value\":\"LINE_CREDENTIAL_REFUSED\"}",
              "{\"what\":\"apps\",\"value\":0}",
              "{\"what\":\"undriven\",\"value\":[]}")
          .noneMatch(line -> line.contains("\"valid\":false"));
      assertThat(program.waitFor()).as(String.join("\n", said)).isZero();
    }
  }

  private static JsonNode told(World world, CustomerApp app, String user) {
    String[] key =
        new String(
                Base64.getDecoder().decode(world.basic().substring("Basic ".length())),
                StandardCharsets.UTF_8)
            .split(":", 2);
    ObjectNode told = (ObjectNode) Api.json("{}");
    told.put("api", "http://127.0.0.1:" + world.gateway().publicPort());
    told.put("project_id", world.project);
    told.put("key_id", key[0]);
    told.put("key_secret", key[1]);
    told.put("app_id", app.id());
    told.put("line_user_id", user);
    told.put("token", World.CHANNEL_TOKEN);
    told.put("secret", World.CHANNEL_SECRET);
    return told;
  }
}

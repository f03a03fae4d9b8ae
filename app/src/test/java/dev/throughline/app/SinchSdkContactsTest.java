package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every method that the unmodified Conversation API SDK for Node has for contacts, conversations,
 * messages and project settings is answered as the SDK expects.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class SinchSdkContactsTest {

  @Test
  void everyMethodIsAnswered() throws Exception {
    try (World world = World.start()) {
      CustomerApp app = world.app();
      String user = world.friend();
      String key =
          new String(
              Base64.getDecoder().decode(world.basic().substring("Basic ".length())),
              StandardCharsets.UTF_8);
      Process program =
          NodeProgram.start(
              "contacts.mjs",
              "http://127.0.0.1:" + world.gateway().publicPort(),
              world.project,
              key.substring(0, key.indexOf(':')),
              key.substring(key.indexOf(':') + 1),
              app.id(),
              user,
              world.friend(),
              world.clock.instant().minusSeconds(60).toString());
      List<String> lines = program.inputReader(StandardCharsets.UTF_8).lines().toList();
      assertThat(program.waitFor()).as("%s", lines).isZero();
      ObjectNode answers = (ObjectNode) Api.json("{}");
      for (String line : lines) {
        if (!line.startsWith("{")) {
          // The SDK says which version it is.
          continue;
        }
        JsonNode answered = Api.json(line);
        answers.set(answered.path("call").asString(), answered.path("answer"));
      }

      assertThat(answers.path("contact.update").path("email").asString())
          .isEqualTo("taro@example.com");
      assertThat(answers.path("contact.list").at("/0/channel_identities/0/identity").asString())
          .isEqualTo("46701234567");
      assertThat(answers.path("contact.list all")).hasSize(2);
      assertThat(answers.path("contact.listIdentityConflicts")).isEmpty();
      assertThat(answers.path("contact.getChannelProfile").path("profile_name").asString())
          .startsWith("Hanako ");
      assertThat(answers.path("contact.mergeContact").path("channel_identities")).hasSize(2);
      assertThat(answers.path("conversation.update").path("metadata_json").toString())
          .isEqualTo("{\"a\":1,\"b\":2}");
      assertThat(answers.path("conversation.list")).hasSize(1);
      assertThat(answers.path("conversation.listRecent").at("/0/last_message/id"))
          .isEqualTo(answers.path("messages.get").path("id"));
      assertThat(answers.path("messages.get").path("metadata").asString()).isEqualTo("meta");
      assertThat(answers.path("messages.list")).hasSize(2);
      assertThat(answers.path("messages.listLast").at("/0/id"))
          .isEqualTo(answers.path("messages.get").path("id"));
      assertThat(answers.path("messages.update").path("metadata").asString()).isEqualTo("new");
      assertThat(answers.path("conversation.injectEvent").path("event_id").asString()).hasSize(26);
      assertThat(answers.path("messages.send all")).hasSize(9);
      assertThat(answers.path("messages.send all").valueStream().map(JsonNode::asString))
          .containsOnly("QUEUED_ON_CHANNEL");
      assertThat(answers.path("transcoding").at("/transcoded_message/LINE").asString())
          .isEqualTo("{\"messages\":[{\"type\":\"text\",\"text\":\"as it is\"}]}");
      for (String write : new String[] {"create", "update"}) {
        assertThat(
                answers
                    .path("settings." + write)
                    .at("/settings/contact_settings/unified_contact_id_enabled")
                    .asBoolean())
            .isEqualTo(write.equals("create"));
      }
      assertThat(answers.path("undriven")).as("methods that nobody called").isEmpty();
      assertThat(answers.propertyNames())
          .contains(
              "conversation.injectMessage",
              "messages.delete",
              "conversation.stopActive",
              "conversation.delete",
              "contact.delete",
              "settings.get",
              "settings.delete");
    }
  }
}

package dev.throughline.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.message.AppMessage;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A template that WhatsApp keeps is said there and nowhere else; where a template of ours names
 * one, it stands for ours, with our parameters in its places; and what was said is read back the
 * same.
 */
class ChannelTemplatesTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static ObjectNode template(String mapping) {
    return (ObjectNode)
        JSON.readTree(
            """
            {"id":"t","default_translation":"en","translations":[{"language_code":"en","version":"1",
              "text_message":{"text":"Hello ${name}"},
              "channel_template_overrides":{"WHATSAPP":{
                "template_reference":{"template_id":"hello","language_code":"en_US",
                  "parameters":{"body[1]text":"you","body[2]text":"there"}},
                "parameter_mappings":{%s}}}}]}\
            """
                .formatted(mapping));
  }

  private static final ObjectNode MESSAGE =
      (ObjectNode)
          JSON.readTree(
              """
              {"template_message":{"omni_template":{"template_id":"t","version":"latest",
                "parameters":{"name":"Hanako"}}}}\
              """);

  private static Said said(ObjectNode message, String channel, String mapping) {
    AppMessage read = AppMessages.stored(message).orElseThrow();
    return Sayings.of(
        read, new ChannelName(channel), _ -> Optional.of(template(mapping)), Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"body[1]text\":\"name\"", "\"name\":\"body[1]text\""})
  void aTemplateOfTheChannelStandsForOurs(String mapping) {
    Said.Something said = (Said.Something) said(MESSAGE, "WHATSAPP", mapping);

    Content.Specific content = (Content.Specific) said.content();
    JsonNode json = JSON.readTree(content.json());
    assertThat(content.type()).isEqualTo(Content.Specific.TEMPLATE);
    assertThat(json.path("template_id").asString()).isEqualTo("hello");
    assertThat(json.path("parameters"))
        .isEqualTo(JSON.readTree("{\"body[1]text\":\"Hanako\",\"body[2]text\":\"there\"}"));
    ObjectNode filled = (ObjectNode) JSON.readTree(said.filled().orElseThrow());
    assertThat(AppMessages.said(MESSAGE, Optional.of(filled), ChannelName.WHATSAPP))
        .contains(content);
  }

  @Test
  void elsewhereOursIsSaid() {
    Said.Something said = (Said.Something) said(MESSAGE, "LINE", "\"body[1]text\":\"name\"");

    assertThat(said.content()).isEqualTo(new Content.Text("Hello Hanako"));
  }

  @Test
  void aParameterThatNobodyGivesIsMissed() {
    Said said = said(MESSAGE, "WHATSAPP", "\"body[3]text\":\"size\"");

    Reason reason = ((Said.Nothing) said).reason();
    assertThat(reason.code()).isEqualTo(Reason.Code.TEMPLATE_INSUFFICIENT_PARAMETERS);
    assertThat(reason.description()).contains("size");
  }
}

package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.app.SampleWorld.Answered;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Defect 17: a message had two channels, and nobody asked whether the person wanted it, or what
 * time it was where they live.
 *
 * <p>Here the sample's request is under the app's policy like any send, {@code validate_only} says
 * beforehand what that comes to, and a plan has as many steps as there are ways to somebody.
 */
@AwsSample
final class TwoChannelsAndNoPolicyTest {
  private static final String SENDER = "+12065550103";
  private static final String FROM = "news@sandbox.example";

  @Test
  void consentAndQuietHoursHold(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "sale " + world.number() + ".";
    LocalDate today = LocalDate.ofInstant(world.now(), ZoneId.of("Asia/Tokyo"));
    ObjectNode settings = Ask.json("{}");
    settings.putArray("channel_credentials").add(world.sms(SENDER)).add(world.email(FROM));
    ObjectNode policy = settings.putObject("throughline");
    policy
        .putObject("consent_policy")
        .putObject("channels")
        .putObject("SMS")
        .put("MARKETING", "opt_in");
    ObjectNode quiet = policy.putObject("quiet_hours").put("time_zone", "Asia/Tokyo");
    quiet
        .putArray("holidays")
        .addObject()
        .put("name", "holiday")
        .putArray("dates")
        .add(today.toString());
    world.anotherApp(settings);
    ObjectNode request = Ask.fallback(person, "sms", "email", "60", text);
    ((ObjectNode) request.path("pc")).put("sender", SENDER);
    ((ObjectNode) request.path("fc")).put("sender", FROM);
    ((ObjectNode) request.at("/pc/sms")).put("message_type", "PROMOTIONAL");

    Answered foretold = world.asks(request.deepCopy().put("validate_only", true));
    String id = world.sends(request);

    JsonNode shown = foretold.json().path("messages").path(0);
    assertThat(shown.path("class").asString()).isEqualTo("MARKETING");
    assertThat(shown.at("/channels/0/reason/code").asString()).isEqualTo("RECIPIENT_NOT_OPTED_IN");
    Instant morning = Instant.parse(shown.at("/channels/1/held/not_before").asString());
    assertThat(morning)
        .isEqualTo(today.plusDays(1).atStartOfDay(ZoneId.of("Asia/Tokyo")).toInstant());
    SampleWorld.eventually(
        () -> assertThat(world.timeline(id)).contains("status SMS", "wait EMAIL"));
    assertThat(world.shown(person, PhoneChannel.EMAIL, text)).isEmpty();

    world.advance(Duration.between(world.now(), morning));

    world.comesToShow(person, PhoneChannel.EMAIL, text);
    assertThat(world.texted(text)).isZero();
  }

  @Test
  void aPlanGoesOnAsLongAsThereAreWays(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "anyhow " + world.number() + ".";
    world.blocksLine(person);
    world.state(person, PhoneChannel.WHATSAPP, Condition.NO_APP);
    world.state(person, PhoneChannel.SMS, Condition.BLOCKED);
    ObjectNode send = Ask.json("{}");
    send.put("app_id", world.appId());
    ArrayNode identities =
        send.putObject("recipient").putObject("identified_by").putArray("channel_identities");
    identities.addObject().put("channel", "LINE").put("identity", person.lineUserId());
    identities.addObject().put("channel", "WHATSAPP").put("identity", person.phone());
    identities.addObject().put("channel", "SMS").put("identity", person.phone());
    identities.addObject().put("channel", "EMAIL").put("identity", person.email());
    send.putObject("message").putObject("text_message").put("text", text);
    ArrayNode steps = send.putObject("delivery_plan").putArray("steps");
    for (String channel : List.of("LINE", "WHATSAPP", "SMS", "EMAIL")) {
      steps.addObject().put("channel", channel).put("until", "device");
    }

    String id = world.post("/messages:send", send).json().path("message_id").asString();

    world.comesToShow(person, PhoneChannel.EMAIL, text);
    assertThat(world.timeline(id))
        .containsSubsequence("status LINE", "status WHATSAPP", "status SMS", "attempt EMAIL");
    world.settled();
  }
}

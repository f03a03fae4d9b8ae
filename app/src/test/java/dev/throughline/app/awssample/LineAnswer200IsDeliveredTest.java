package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.line.Friendship;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Defect 13: LINE's 200 was a delivery, so that who had blocked the account was shown as reached
 * and never got the fallback.
 *
 * <p>Here the sample's request stops at LINE's 200 as well, but it is told as accepted and not as
 * delivered; who is known to have blocked the account gets the fallback at once; and a plan may ask
 * for more than LINE can tell.
 */
@AwsSample
final class LineAnswer200IsDeliveredTest {
  @Test
  void whoIsKnownToHaveBlockedGetsTheFallbackAtOnce(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "blocked " + world.number() + ".";
    world.blocksLine(person);

    String id = world.sends(Ask.fallback(person, "line", "sms", "600", text));

    world.comesToShow(person, PhoneChannel.SMS, text);
    world.comesTo(id, "DELIVERED");
    assertThat(world.pushes(text)).isZero();
    assertThat(world.told(id)).first().isEqualTo("SWITCHING_CHANNEL RECIPIENT_NOT_OPTED_IN");
  }

  @Test
  void nobodyIsSaidToHaveItBecauseLineTookIt(SampleWorld world) throws Exception {
    Person stranger = world.somebody(Friendship.NONE);
    String text = "who knows " + world.number() + ".";

    String id = world.sends(Ask.fallback(stranger, "line", "sms", "600", text));

    world.comesTo(id, "QUEUED_ON_CHANNEL");
    assertThat(world.waits(id)).as("LINE's 200 ends the plan").isEmpty();
    assertThat(world.told(id)).containsExactly("QUEUED_ON_CHANNEL");
    assertThat(world.texted(text)).isZero();
  }

  @Test
  void aPlanMayAskForMoreThanLineTells(SampleWorld world) throws Exception {
    Person stranger = world.somebody(Friendship.NONE);
    String text = "be sure " + world.number() + ".";
    ObjectNode send = Ask.json("{}");
    send.put("app_id", world.appId());
    ArrayNode identities =
        send.putObject("recipient").putObject("identified_by").putArray("channel_identities");
    identities.addObject().put("channel", "LINE").put("identity", stranger.lineUserId());
    identities.addObject().put("channel", "SMS").put("identity", stranger.phone());
    send.putObject("message").putObject("text_message").put("text", text);
    ArrayNode steps = send.putObject("delivery_plan").putArray("steps");
    steps
        .addObject()
        .put("channel", "LINE")
        .put("until", "device")
        .put("within", "60s")
        .put("beyond_ceiling", "fall_over");
    steps.addObject().put("channel", "SMS");

    assertThat(world.post("/messages:send", send).status()).isEqualTo(200);

    assertThat(world.advance()).isEqualTo(Duration.ofSeconds(60));
    world.comesToShow(stranger, PhoneChannel.SMS, text);
    assertThat(world.pushes(text)).isEqualTo(1);
  }
}

package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Defect 8: a delivery of the primary message that came after the fallback overwrote {@code
 * sent_fallback}: that there had been a fallback was forgotten.
 *
 * <p>Here what happened is only ever added to: both attempts and the late receipt stand in the
 * timeline.
 */
@AwsSample
final class LateDeliveryOverwritesTheFallbackTest {
  @Test
  void bothAttemptsStay(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "late " + world.number() + ".";
    world.state(person, PhoneChannel.WHATSAPP, Condition.AIRPLANE);
    world.state(person, PhoneChannel.SMS, Condition.AIRPLANE);
    String id = world.sends(Ask.fallback(person, "whatsapp", "sms", "60", text));
    assertThat(world.advance()).isEqualTo(Duration.ofSeconds(60));
    SampleWorld.eventually(() -> assertThat(world.texted(text)).isEqualTo(1));

    world.state(person, PhoneChannel.WHATSAPP, Condition.OK);

    world.comesTo(id, "DELIVERED");
    world.settled();
    assertThat(world.timeline(id))
        .containsSubsequence(
            "attempt WHATSAPP",
            "outcome WHATSAPP",
            "status WHATSAPP",
            "attempt SMS",
            "outcome SMS",
            "receipt WHATSAPP")
        .containsOnlyOnce("attempt WHATSAPP", "attempt SMS");
    SampleWorld.eventually(() ->
        assertThat(world.told(id))
            .containsSubsequence("SWITCHING_CHANNEL DELIVERY_REPORT_TIME_OUT", "DELIVERED"));
  }
}

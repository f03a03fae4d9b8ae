package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Defect 1: a primary channel that refused the message at once left no message id to store, so the
 * request was tried five times and the fallback never.
 *
 * <p>Here the attempt is kept before it is made, the refusal is its outcome, and the fallback goes
 * out at once.
 */
@AwsSample
final class PrimaryFailureLosesTheFallbackTest {
  @Test
  void theFallbackGoesOutAtOnce(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "code " + world.number();
    world
        .aws()
        .setFaults(
            List.of(
                Scripted.always("sms.SendTextMessage", Fault.REJECT)
                    .withDetail("ConflictException/DESTINATION_PHONE_NUMBER_OPTED_OUT")
                    .about(person.phone())));

    String id = world.sends(Ask.fallback(person, "sms", "whatsapp", "600", text));

    world.comesToShow(person, PhoneChannel.WHATSAPP, text);
    world.comesTo(id, "DELIVERED");
    assertThat(world.shown(person, PhoneChannel.SMS, text)).isEmpty();
    assertThat(world.timeline(id))
        .containsSubsequence(
            "attempt SMS", "outcome SMS", "status SMS", "attempt WHATSAPP", "outcome WHATSAPP")
        .containsOnlyOnce("attempt SMS", "attempt WHATSAPP");
    assertThat(world.told(id)).first().asString().startsWith("SWITCHING_CHANNEL");
    assertThat(world.waits(id)).as("nothing waits for the 600 seconds").isEmpty();
  }
}

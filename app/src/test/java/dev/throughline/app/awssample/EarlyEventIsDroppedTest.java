package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.meta.MetaFault;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Defect 6: an event that came before the message's row was written, or for a message whose id the
 * provider's answer never brought, was dropped, and the fallback went out though the message had
 * arrived.
 *
 * <p>Here each message carries our own name of it to the provider and back, so that it is known
 * whatever became of the answer.
 */
@AwsSample
final class EarlyEventIsDroppedTest {
  @Test
  void aDeliveryIsKnownThoughTheAnswerWasLost(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "lost answer " + world.number() + ".";
    world
        .aws()
        .setFaults(
            List.of(
                Scripted.times("sms.SendTextMessage", Fault.RESET_AFTER, 1).about(person.phone())));

    String id = world.sends(Ask.fallback(person, "sms", "email", "600", text));

    world.comesTo(id, "DELIVERED");
    assertThat(world.waits(id)).as("nothing waits for the 600 seconds").isEmpty();
    assertThat(world.texted(text)).isEqualTo(1);
    assertThat(world.shown(person, PhoneChannel.EMAIL, text)).isEmpty();
  }

  @Test
  void onWhatsAppAsWell(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "lost wamid " + world.number() + ".";
    world
        .meta()
        .setFaults(List.of(Scripted.times("graph.messages", MetaFault.RESET_AFTER, 1).about(text)));

    String id = world.sends(Ask.fallback(person, "whatsapp", "email", "600", text));

    world.comesTo(id, "DELIVERED");
    assertThat(world.waits(id)).isEmpty();
    assertThat(world.shown(person, PhoneChannel.WHATSAPP, text)).hasSize(1);
    assertThat(world.shown(person, PhoneChannel.EMAIL, text)).isEmpty();
  }
}

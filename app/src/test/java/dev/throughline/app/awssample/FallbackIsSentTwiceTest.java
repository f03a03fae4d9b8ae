package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.meta.MetaFault;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Defect 7: whether to fall back was looked up and then acted on, so that a request that came again
 * sent the fallback again: a message that had already fallen back passed the test.
 *
 * <p>Here it is decided once, in the order of the log, and the fallback has one attempt, however
 * often and in whatever order the reasons for it come.
 */
@AwsSample
final class FallbackIsSentTwiceTest {
  @Test
  void howeverOftenThePrimaryIsSaidToHaveFailed(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "twice " + world.number() + ".";
    world.state(person, PhoneChannel.WHATSAPP, Condition.NO_APP);
    world
        .meta()
        .setFaults(
            List.of(
                Scripted.always("status", MetaFault.STATUS_TWICE),
                Scripted.always("webhook", MetaFault.WEBHOOK_TWICE)));

    String id = world.sends(Ask.fallback(person, "whatsapp", "sms", "60", text));
    world.comesToShow(person, PhoneChannel.SMS, text);
    for (int i = 0; i < 3; i++) {
      world.advance(Duration.ofSeconds(60));
    }

    assertThat(world.texted(text)).isEqualTo(1);
    assertThat(world.timeline(id)).containsOnlyOnce("attempt SMS");
  }

  @Test
  void thoughTheTimeEndsAndTheFailureIsToldThen(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "both reasons " + world.number() + ".";
    world.aws().setFaults(List.of(Scripted.always("events.sms", Fault.LOSE).about(person.phone())));

    String id = world.sends(Ask.fallback(person, "sms", "whatsapp", "60", text));
    assertThat(world.waits(id)).contains(world.now().plusSeconds(60));
    assertThat(world.advance()).isEqualTo(Duration.ofSeconds(60));
    world.comesToShow(person, PhoneChannel.WHATSAPP, text);
    world.comesTo(id, "DELIVERED");

    world.advance(Duration.ofSeconds(60));
    assertThat(world.waits(id)).isEmpty();
    assertThat(world.timeline(id)).containsOnlyOnce("attempt SMS", "attempt WHATSAPP");
    assertThat(world.shown(person, PhoneChannel.WHATSAPP, text)).hasSize(1);
  }
}

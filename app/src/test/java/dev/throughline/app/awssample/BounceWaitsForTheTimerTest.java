package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/**
 * Defect 9: bounces and failures were not listened to, so that who could not be reached at all got
 * the fallback only when the whole time was over.
 *
 * <p>Here a failure that is final moves on at once.
 */
@AwsSample
final class BounceWaitsForTheTimerTest {
  @Test
  void aBouncedMailFallsBackAtOnce(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "bounced " + world.number() + ".";
    world.state(person, PhoneChannel.EMAIL, Condition.BOUNCES);
    Instant asked = world.now();

    String id = world.sends(Ask.fallback(person, "email", "sms", "86400", text));

    world.comesToShow(person, PhoneChannel.SMS, text);
    assertThat(world.now()).isEqualTo(asked);
    world.comesTo(id, "DELIVERED");
    assertThat(world.waits(id)).isEmpty();
    assertThat(world.timeline(id)).containsSubsequence("receipt EMAIL", "attempt SMS");
  }

  @Test
  void whoHasNoWhatsAppFallsBackAtOnce(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "no app " + world.number() + ".";
    world.state(person, PhoneChannel.WHATSAPP, Condition.NO_APP);
    Instant asked = world.now();

    String id = world.sends(Ask.fallback(person, "whatsapp", "email", "86400", text));

    world.comesToShow(person, PhoneChannel.EMAIL, text);
    assertThat(world.now()).isEqualTo(asked);
    assertThat(world.waits(id)).isEmpty();
  }
}

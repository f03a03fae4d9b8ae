package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import org.junit.jupiter.api.Test;

/**
 * Defect 10: only events of the primary message were listened to: what became of a fallback nobody
 * ever knew.
 *
 * <p>Here an attempt is an attempt, whichever step it is of.
 */
@AwsSample
final class FallbackIsUntrackedTest {
  @Test
  void aFallbackThatArrivesIsDelivered(SampleWorld world) throws Exception {
    Person person = world.somebody();
    world.state(person, PhoneChannel.WHATSAPP, Condition.NO_APP);

    String id = world.sends(Ask.fallback(person, "whatsapp", "sms", "60", "tracked"));

    world.comesTo(id, "DELIVERED");
    assertThat(world.get("/messages/" + id).json().at("/channel_identity/channel").asString())
        .isEqualTo("SMS");
    assertThat(world.timeline(id)).contains("receipt SMS");
  }

  @Test
  void aFallbackThatFailsIsFailed(SampleWorld world) throws Exception {
    Person person = world.somebody();
    world.state(person, PhoneChannel.WHATSAPP, Condition.NO_APP);
    world.state(person, PhoneChannel.SMS, Condition.BLOCKED);

    String id = world.sends(Ask.fallback(person, "whatsapp", "sms", "60", "in vain"));

    world.comesTo(id, "FAILED");
    assertThat(world.timeline(id)).containsSubsequence("attempt SMS", "receipt SMS");
    SampleWorld.eventually(
        () -> assertThat(world.told(id)).last().asString().startsWith("FAILED "));
  }
}

package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.meta.MetaFault;
import dev.throughline.sandbox.people.Person;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Defect 11: WhatsApp may tell that a message was read and never that it was delivered; who had
 * read it got the fallback all the same.
 *
 * <p>Here a read implies a delivery.
 */
@AwsSample
final class ReadWithoutDeliveredFallsBackTest {
  @Test
  void whoHasReadItGetsNoFallback(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "read " + world.number() + ".";
    world.meta().setFaults(List.of(Scripted.always("status", MetaFault.READ_AT_ONCE)));

    String id = world.sends(Ask.fallback(person, "whatsapp", "sms", "60", text));

    world.comesTo(id, "READ");
    assertThat(world.told(id)).doesNotContain("DELIVERED");
    assertThat(world.waits(id)).as("nothing waits for the 60 seconds").isEmpty();
    assertThat(world.texted(text)).isZero();
  }
}

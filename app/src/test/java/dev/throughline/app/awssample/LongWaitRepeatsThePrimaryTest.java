package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.app.SampleWorld.Answered;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * Defect 3: more than 900 {@code fallback_seconds}, or none, failed only after the primary message
 * had been sent, and had it sent five times.
 *
 * <p>Here a wait is a task with a due time, from seconds to days; one that is left out is the
 * app's; and what cannot be a wait is refused before anything is sent.
 */
@AwsSample
final class LongWaitRepeatsThePrimaryTest {
  @Test
  void aDayIsWaitedAndThePrimarySentOnce(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "tomorrow " + world.number() + ".";
    world.state(person, PhoneChannel.WHATSAPP, Condition.AIRPLANE);

    String id = world.sends(Ask.fallback(person, "whatsapp", "sms", "86400", text));

    assertThat(world.advance()).isEqualTo(Duration.ofDays(1));
    world.comesToShow(person, PhoneChannel.SMS, text);
    world.settled();
    assertThat(world.timeline(id)).containsOnlyOnce("attempt WHATSAPP", "attempt SMS");
  }

  @Test
  void oneThatIsLeftOutIsTheApps(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "some time " + world.number() + ".";
    world.state(person, PhoneChannel.WHATSAPP, Condition.AIRPLANE);
    ObjectNode request = Ask.fallback(person, "whatsapp", "sms", "60", text);
    request.remove("fallback_seconds");

    String id = world.sends(request);

    assertThat(world.advance()).isEqualTo(Duration.ofSeconds(60));
    world.comesToShow(person, PhoneChannel.SMS, text);
    assertThat(world.timeline(id)).containsOnlyOnce("attempt WHATSAPP");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "soon", "1.5", "2592001", "99999999999999999999", "60s"})
  void whatIsNoWaitIsRefusedBeforeAnythingIsSent(String seconds, SampleWorld world)
      throws Exception {
    Person person = world.somebody();
    String text = "never " + world.number() + ".";

    Answered answered = world.asks(Ask.fallback(person, "sms", "email", seconds, text));

    assertThat(answered.status()).isEqualTo(400);
    assertThat(answered.field()).isEqualTo("fallback_seconds");
    world.settled();
    assertThat(world.texted(text)).isZero();
  }
}

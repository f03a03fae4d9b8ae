package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Defect 4: the body went into a form without being encoded: a plus became a space, an ampersand
 * cut the request off or named parameters of the queue, and {@code 50%25} became {@code 50%}.
 *
 * <p>Here it is JSON, and arrives as it was written.
 */
@AwsSample
final class BodyIsReadAsAFormTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1+1=2 & 50%25 off",
        "&Action=PurgeQueue&Version=2012-11-05",
        "%2B81 %26 %00 \\u0041",
        "\"quoted\" {json} 'n' \\ <b>",
        "こんにちは 👋 ก+ข",
      })
  void everyCharacterArrives(String words, SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = world.number() + " " + words;

    String first = world.sends(Ask.fallback(person, "sms", "email", "60", text));
    String second = world.sends(Ask.fallback(person, "line", "sms", "60", text));

    world.comesTo(first, "DELIVERED");
    world.comesTo(second, "QUEUED_ON_CHANNEL");
    assertThat(world.shown(person, PhoneChannel.SMS, "")).containsExactly(text);
    assertThat(world.shown(person, PhoneChannel.LINE, "")).containsExactly(text);
  }
}

package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.app.SampleWorld.Answered;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Defect 12: a request had no key, so that a client that repeated it sent the message twice.
 *
 * <p>Here the same {@code Idempotency-Key} with the same request is one message, however often and
 * at once it comes.
 */
@AwsSample
final class RetrySendsTwiceTest {
  private static final int TRIES = 6;

  @Test
  void aRequestThatComesAgainIsTheSameMessage(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "once " + world.number() + ".";
    String key = "retry-" + world.number();
    ObjectNode request = Ask.fallback(person, "sms", "email", "60", text);
    Callable<Answered> call = () -> world.asks(request, "Idempotency-Key", key);
    Set<String> ids = new HashSet<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Answered> answer :
          callers.invokeAll(java.util.Collections.nCopies(TRIES, call))) {
        assertThat(answer.get().status()).isEqualTo(200);
        ids.add(answer.get().id());
      }
    }

    assertThat(ids).hasSize(1);
    world.comesTo(ids.iterator().next(), "DELIVERED");
    world.settled();
    assertThat(world.texted(text)).isEqualTo(1);

    Answered another =
        world.asks(
            Ask.fallback(person, "sms", "email", "60", text + " changed"), "Idempotency-Key", key);
    assertThat(another.status()).isEqualTo(422);
    assertThat(another.reason()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
  }

  @Test
  void bothMessagesOfABroadcastAreTheSame(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "both once " + world.number() + ".";
    String key = "retry-" + world.number();
    ObjectNode request = Ask.broadcast(person, "sms", "line", text);

    JsonNode first = world.asks(request, "Idempotency-Key", key).json();
    JsonNode second = world.asks(request, "Idempotency-Key", key).json();

    assertThat(second).isEqualTo(first);
    assertThat(first.at("/messages/0/message_id")).isNotEqualTo(first.at("/messages/1/message_id"));
    world.comesToShow(person, PhoneChannel.LINE, text);
    world.settled();
    assertThat(world.texted(text)).isEqualTo(1);
    assertThat(world.pushes(text)).isEqualTo(1);
  }
}

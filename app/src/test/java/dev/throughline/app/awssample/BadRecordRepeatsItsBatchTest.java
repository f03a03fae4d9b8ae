package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.app.SampleWorld.Answered;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Defect 2: ten requests were one batch, and a single bad one among them had the nine others sent
 * again, up to five times.
 *
 * <p>Here each request is answered for itself and sent once; and of a broadcast, which is two
 * messages, a bad half neither loses the other nor leaves it in doubt.
 */
@AwsSample
final class BadRecordRepeatsItsBatchTest {
  private static final int REQUESTS = 10;

  @Test
  void everyGoodOneIsSentOnce(SampleWorld world) throws Exception {
    String text = "batch " + world.number() + ".";
    List<Person> people = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      people.add(world.somebody());
    }
    int bad = 4;
    List<Future<Answered>> answers = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < REQUESTS; i++) {
        ObjectNode request = Ask.fallback(people.get(i), "sms", "email", "60", text);
        if (i == bad) {
          ((ObjectNode) request.path("pc")).remove("sms");
        }
        answers.add(callers.submit(() -> world.asks(request)));
      }
    }

    for (int i = 0; i < REQUESTS; i++) {
      assertThat(answers.get(i).get().status()).isEqualTo(i == bad ? 400 : 200);
    }
    assertThat(answers.get(bad).get().field()).isEqualTo("pc.sms");
    for (int i = 0; i < REQUESTS; i++) {
      if (i != bad) {
        world.comesTo(answers.get(i).get().id(), "DELIVERED");
      }
    }
    world.settled();
    assertThat(world.texted(text)).isEqualTo(REQUESTS - 1);
    assertThat(world.shown(people.get(bad), PhoneChannel.SMS, text)).isEmpty();
  }

  @Test
  void aBadHalfOfABroadcastLeavesTheOtherAlone(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "both " + world.number() + ".";
    ObjectNode request = Ask.broadcast(person, "sms", "email", text);
    ((ObjectNode) request.path("pc")).put("sender", "pool-nobodys");
    String key = "broadcast-" + world.number();

    Answered partly = world.asks(request, "Idempotency-Key", key);

    assertThat(partly.status()).isEqualTo(207);
    JsonNode refused = partly.json().path("messages").path(0);
    JsonNode taken = partly.json().path("messages").path(1);
    assertThat(refused.path("parts").toString()).isEqualTo("[\"pc\"]");
    assertThat(refused.at("/error/details/0/field_violations/0/field").asString())
        .isEqualTo("pc.sender");
    assertThat(taken.path("parts").toString()).isEqualTo("[\"fc\"]");
    world.comesToShow(person, PhoneChannel.EMAIL, text);

    // Mended, and sent again under the same key: what was taken is not taken again.
    ((ObjectNode) request.path("pc")).put("sender", SampleWorld.SMS);
    Answered whole = world.asks(request, "Idempotency-Key", key);

    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.json().path("messages").path(1).path("message_id"))
        .isEqualTo(taken.path("message_id"));
    world.comesToShow(person, PhoneChannel.SMS, text);
    world.settled();
    assertThat(world.shown(person, PhoneChannel.EMAIL, text)).hasSize(1);
  }
}

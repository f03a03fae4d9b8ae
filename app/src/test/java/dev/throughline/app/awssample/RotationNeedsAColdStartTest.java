package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * Defect 14: secrets were read when a function started, and a new one was not used until it started
 * again.
 *
 * <p>Here the next message after the app is changed uses the new token; and until then a refused
 * one is a failure of that channel, so that the fallback goes out at once.
 */
@AwsSample
final class RotationNeedsAColdStartTest {
  @Test
  void theNextMessageUsesTheNewToken(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "token " + world.number();
    String first = token(world);
    use(world, first);
    world.sends(Ask.fallback(person, "line", "sms", "600", text + " one."));
    world.comesToShow(person, PhoneChannel.LINE, text + " one.");

    String second = token(world);
    call(world, "/v2/oauth/revoke", "access_token=" + first);
    world.sends(Ask.fallback(person, "line", "sms", "600", text + " two."));
    world.comesToShow(person, PhoneChannel.SMS, text + " two.");
    assertThat(world.shown(person, PhoneChannel.LINE, text + " two.")).isEmpty();

    use(world, second);
    world.sends(Ask.fallback(person, "line", "sms", "600", text + " three."));
    world.comesToShow(person, PhoneChannel.LINE, text + " three.");
    world.settled();
    assertThat(world.texted(text + " three.")).isZero();
  }

  private static void use(SampleWorld world, String token) {
    ObjectNode change = Ask.json("{}");
    change.set("channel_credentials", world.credentials(token));
    world.patch(change);
  }

  private static String token(SampleWorld world) throws Exception {
    return Ask.json(
            call(
                world,
                "/v2/oauth/accessToken",
                "grant_type=client_credentials&client_id=1234567890&client_secret="
                    + SampleWorld.LINE_SECRET))
        .path("access_token")
        .asString();
  }

  private static String call(SampleWorld world, String path, String form) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(world.lineUrl() + path))
                  .timeout(Duration.ofSeconds(20))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString(form))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return answer.body();
    }
  }
}

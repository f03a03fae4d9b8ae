package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.people.Person;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Defect 16: the one API key was made anew by each deployment, printed among its results, and good
 * for everything there was.
 *
 * <p>Here a key is made when somebody asks for one, shown once and kept as a hash; several live
 * side by side, each for one project, so that one is replaced without a break; and a revoked one is
 * refused from the next request on.
 */
@AwsSample
final class ApiKeyChangesWithEachDeployTest {
  @Test
  void keysAreReplacedWithoutABreak(SampleWorld world) throws Exception {
    Person person = world.somebody();
    ObjectNode request = Ask.fallback(person, "sms", "email", "60", "keys");
    String keys = "/admin/projects/" + world.project() + "/keys";
    JsonNode first = world.administrator("POST", keys).json();
    JsonNode second = world.administrator("POST", keys).json();

    assertThat(asks(world, world.project(), request, pair(first))).isEqualTo(200);
    assertThat(asks(world, world.project(), request, pair(second))).isEqualTo(200);
    assertThat(world.administrator("DELETE", keys + "/" + first.path("key_id").asString()).status())
        .isEqualTo(200);
    assertThat(asks(world, world.project(), request, pair(first))).isEqualTo(401);
    assertThat(asks(world, world.project(), request, pair(second))).isEqualTo(200);
    world.settled();
  }

  @Test
  void aKeyIsOfOneProject(SampleWorld world) throws Exception {
    Person person = world.somebody();
    ObjectNode request = Ask.fallback(person, "sms", "email", "60", "keys");
    String other =
        world.administrator("POST", "/admin/projects").json().path("project_id").asString();
    JsonNode key = world.administrator("POST", "/admin/projects/" + other + "/keys").json();

    assertThat(asks(world, world.project(), request, pair(key))).isEqualTo(403);
    assertThat(asks(world, other, request, pair(key)))
        .as("which has no such senders")
        .isEqualTo(400);
  }

  @Test
  void aKeyThatIsNoneOpensNothing(SampleWorld world) throws Exception {
    Person person = world.somebody();
    ObjectNode request = Ask.fallback(person, "sms", "email", "60", "keys");
    JsonNode key =
        world.administrator("POST", "/admin/projects/" + world.project() + "/keys").json();
    String id = key.path("key_id").asString();
    String secret = key.path("key_secret").asString();

    for (String wrong :
        List.of(
            "", "x", id, secret, id + ":", ":" + secret, id + ":" + secret + "x", secret + id)) {
      assertThat(asks(world, world.project(), request, wrong)).as(wrong).isEqualTo(401);
    }
    assertThat(world.asksUnder(world.project(), request).status()).isEqualTo(401);
    assertThat(
            world
                .asksUnder(
                    world.project(),
                    request,
                    "Authorization",
                    "Bearer nonsense",
                    "x-api-key",
                    pair(key))
                .status())
        .as("what stands in Authorization counts")
        .isEqualTo(401);
  }

  private static int asks(SampleWorld world, String project, JsonNode request, String key) {
    return world.asksUnder(project, request, "x-api-key", key).status();
  }

  private static String pair(JsonNode key) {
    return key.path("key_id").asString() + ":" + key.path("key_secret").asString();
  }
}

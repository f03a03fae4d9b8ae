package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.ledger.Verify;
import dev.throughline.store.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Today's gateway goes on where each earlier version stopped. */
final class UpgradeTest {
  @ParameterizedTest
  @ValueSource(strings = {"0.1.0", "0.2.0", "0.3.0"})
  void everythingIsStillThere(String version) throws Exception {
    Path home = Files.createTempDirectory("throughline-upgrade-");
    DataFixture.unpack(version, home);
    TestDatabase.lendBinaries(home.resolve(DataFixture.DATA));
    JsonNode expected = Api.json(Files.readString(home.resolve(DataFixture.EXPECTED)));

    try (SandboxWorld world = DataFixture.open(home.resolve(DataFixture.DATA))) {
      DataFixture.Visitor visitor = new DataFixture.Visitor(world.file());
      for (JsonNode message : expected.path("messages")) {
        assertThat(visitor.message(message.path("id").asString()).toString())
            .contains(message.path("text").asString());
      }
      assertThat(visitor.message(expected.path("unsent").asString()).path("contact_message"))
          .isEmpty();

      if (expected.has("broadcast")) {
        JsonNode broadcast = visitor.broadcastOf(expected.path("broadcast").asString());
        assertThat(broadcast.path("state").asString()).isEqualTo("COMPLETED");
        assertThat(broadcast.path("results").path("ACCEPTED").asInt()).isEqualTo(2);
      }

      conflictsAreFoundAmongOldAddresses(visitor);

      String id = visitor.send("from today");
      byte[] receipt = visitor.receipt(id);

      assertThat(
              new Api(world.file().get("ops"), "").get("/fsck").text().lines().toList().getLast())
          .isEqualTo("clean");
      List<String> checkpoint = visitor.checkpoint().lines().toList();
      assertThat(checkpoint.getFirst()).isEqualTo(expected.path("origin").asString());
      assertThat(Long.parseLong(checkpoint.get(1))).isGreaterThan(expected.path("size").asLong());
      Path fresh = Files.write(home.resolve("fresh.zip"), receipt);
      assertThat(verified(fresh, key(home))).startsWith("holds");
    }

    assertThat(verified(home.resolve(DataFixture.RECEIPT), key(home))).startsWith("holds");
    DataFixture.delete(home);
  }

  /** An app of today meets somebody whom an app of then knows. */
  private static void conflictsAreFoundAmongOldAddresses(DataFixture.Visitor visitor) {
    ObjectNode app = (ObjectNode) Api.json("{\"display_name\":\"of today\"}");
    app.putArray("channel_credentials")
        .add(CustomerApp.account("another-token", World.CHANNEL_SECRET, 0));
    String appId = visitor.api().post("/apps", app.toString()).ok().path("id").asString();
    ObjectNode contact = (ObjectNode) Api.json("{\"language\":\"JA\"}");
    contact
        .putArray("channel_identities")
        .addObject()
        .put("channel", "LINE")
        .put("identity", visitor.user())
        .put("app_id", appId);
    String id = visitor.api().post("/contacts", contact.toString()).ok().path("id").asString();

    World.eventually(() -> {
      JsonNode conflicts = visitor.api().get("/contacts:identityConflicts").ok().path("conflicts");
      assertThat(conflicts).hasSize(1);
      assertThat(conflicts.path(0).path("identity").asString()).isEqualTo(visitor.user());
      assertThat(conflicts.path(0).path("contact_ids").valueStream().map(JsonNode::asString))
          .hasSize(2)
          .contains(id);
    });
  }

  /** What an auditor took down long ago. */
  private static String key(Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home.resolve(DataFixture.DATA).resolve("ledger"))) {
      return files.filter(file -> file.endsWith("vkey")).findFirst().orElseThrow().toString();
    }
  }

  private static String verified(Path receipt, String key) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int exit =
        Verify.run(
            List.of(receipt.toString(), "--key", key),
            new PrintStream(out, true, StandardCharsets.UTF_8));
    return (exit == 0 ? "holds\n" : "does not hold\n") + out.toString(StandardCharsets.UTF_8);
  }
}

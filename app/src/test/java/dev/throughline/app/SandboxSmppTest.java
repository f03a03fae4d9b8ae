package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.FreePort;
import dev.throughline.store.TestDatabase;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code sandbox --sms smpp}: the app's SMS go through the emulated SMSC to the phones and back,
 * each once, and a phone's switches mean what they mean by any other way.
 */
final class SandboxSmppTest {
  @TempDir private Path home = Path.of("");

  private JsonNode facts = Api.json("{}");
  private JsonNode hanako = Api.json("{}");

  @Test
  void smsGoThroughTheSmscAndThroughAwsAgain() throws Exception {
    Path data = home.resolve("data");
    TestDatabase.lendBinaries(data);
    String port = Integer.toString(FreePort.find());
    try (SandboxProcess sandbox =
            SandboxProcess.start(data, home.resolve("log"), "--sms", "smpp", "--smpp-port", port)
                .ready();
        CallbackTarget customer = new CallbackTarget(InstantSource.system())) {
      know(sandbox);
      assertThat(facts.at("/smpp/port").asInt()).isEqualTo(Integer.parseInt(port));
      assertThat(facts.path("smpp").propertyNames())
          .containsExactlyInAnyOrder("host", "port", "system_id", "password", "number");
      theAccountsAreGood(sandbox, "smpp");

      there(sandbox);
      backAgain(sandbox, customer);
      nothingComesToAPhoneInAirplaneMode(sandbox);
      whatReachesNobodyFails(sandbox);
      assertThat(submitted()).containsOnlyOnce("there", "later").hasSize(3);
    }
    try (SandboxProcess sandbox = SandboxProcess.start(data, home.resolve("log")).ready()) {
      know(sandbox);
      assertThat(facts.at("/smpp/port").asInt()).isEqualTo(Integer.parseInt(port));
      theAccountsAreGood(sandbox, "aws");
      // What happens before SNS was told where to, is told to nobody.
      World.eventually(() -> assertThat(confirmed()).containsExactly(true));
      String message = send(sandbox, "by AWS");
      World.eventually(() -> assertThat(status(sandbox, message)).isEqualTo("DELIVERED"));
      assertThat(shown()).containsOnlyOnce("by AWS");
      assertThat(submitted()).isEmpty();
    }
  }

  private void know(SandboxProcess sandbox) throws Exception {
    facts = sandbox.facts();
    hanako = facts.path("people").path(0);
  }

  /** Nobody refuses them; on a busy machine an answer may come too late for the first start. */
  private void theAccountsAreGood(SandboxProcess sandbox, String sms) throws Exception {
    JsonNode app = sandbox.api().get("/apps/" + facts.path("app_id").asString()).ok();
    assertThat(app.path("channel_credentials"))
        .allSatisfy(account ->
            assertThat(account.at("/state/status").asString())
                .as(account.path("channel").asString() + " " + account.at("/state/description"))
                .isIn("ACTIVE", "PENDING"))
        .anySatisfy(account -> assertThat(account.has(sms)).isTrue())
        .hasSize(4);
  }

  private void there(SandboxProcess sandbox) throws Exception {
    String message = send(sandbox, "there");
    World.eventually(() -> assertThat(status(sandbox, message)).isEqualTo("DELIVERED"));
    assertThat(shown()).containsExactly("there");
  }

  private void backAgain(SandboxProcess sandbox, CallbackTarget customer) throws Exception {
    ObjectNode webhook = (ObjectNode) Api.json("{}");
    webhook.put("app_id", facts.path("app_id").asString());
    webhook.put("target", customer.url("/back")).put("target_type", "HTTP");
    webhook.putArray("triggers").add("MESSAGE_INBOUND");
    sandbox.api().post("/webhooks", webhook.toString()).ok();

    people().post(path("messages"), "{\"channel\":\"SMS\",\"text\":\"そして戻る\"}").ok();

    World.eventually(() -> assertThat(customer.calls("/back")).hasSize(1));
    JsonNode inbound = customer.calls("/back").getFirst().payload();
    assertThat(inbound.at("/contact_message/text_message/text").asString()).isEqualTo("そして戻る");
    assertThat(inbound.at("/channel_identity/channel").asString()).isEqualTo("SMS");
    assertThat(inbound.at("/channel_identity/identity").asString())
        .isEqualTo(hanako.path("phone").asString().substring(1));
  }

  private void nothingComesToAPhoneInAirplaneMode(SandboxProcess sandbox) throws Exception {
    state("airplane");
    String message = send(sandbox, "later");
    World.eventually(() -> assertThat(submitted()).contains("later"));
    World.eventually(() -> assertThat(status(sandbox, message)).isEqualTo("QUEUED_ON_CHANNEL"));
    assertThat(shown()).doesNotContain("later");

    state("ok");
    World.eventually(() -> assertThat(status(sandbox, message)).isEqualTo("DELIVERED"));
    assertThat(shown()).containsOnlyOnce("later");
  }

  private void whatReachesNobodyFails(SandboxProcess sandbox) throws Exception {
    state("unreachable");
    String message = send(sandbox, "in vain");
    World.eventually(() -> assertThat(status(sandbox, message)).isEqualTo("FAILED"));
    assertThat(shown()).doesNotContain("in vain");
  }

  // ---- over HTTP

  private Api people() {
    return new Api(facts.path("ops").asString() + "/sandbox/people", "");
  }

  private String path(String rest) {
    return "/" + hanako.path("id").asString() + "/" + rest;
  }

  private void state(String condition) {
    people().put(path("state"), "{\"SMS\":\"" + condition + "\"}").ok();
  }

  private List<String> shown() {
    return people()
        .get(path("messages?channel=SMS"))
        .ok()
        .path("messages")
        .valueStream()
        .map(message -> message.path("_text").asString())
        .toList();
  }

  /** Whether those who listen to AWS have said that they do. */
  private List<Boolean> confirmed() {
    return new Api(facts.path("ops").asString() + "/sandbox/aws", "")
        .get("/subscriptions")
        .ok()
        .path("subscriptions")
        .valueStream()
        .map(subscription -> subscription.path("confirmed").asBoolean())
        .toList();
  }

  /** What the SMSC took. */
  private List<String> submitted() {
    return new Api(facts.path("ops").asString() + "/sandbox/smpp", "")
        .get("/accepted")
        .ok()
        .path("accepted")
        .valueStream()
        .map(submit -> submit.path("text").asString())
        .toList();
  }

  private String send(SandboxProcess sandbox, String text) throws Exception {
    ObjectNode body = (ObjectNode) Api.json("{}");
    body.put("app_id", facts.path("app_id").asString());
    body.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", "SMS")
        .put("identity", hanako.path("phone").asString());
    body.putObject("message").putObject("text_message").put("text", text);
    return sandbox.api().post("/messages:send", body.toString()).ok().path("message_id").asString();
  }

  private static String status(SandboxProcess sandbox, String message) throws Exception {
    return sandbox.api().get("/messages/" + message).ok().at("/message_status/status").asString();
  }
}

package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import dev.throughline.app.CallbackTarget.Reply;
import dev.throughline.http.TargetPolicy;
import dev.throughline.ledger.Ulid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Nobody reaches this machine or its network through a callback: an address of theirs is refused
 * when it is registered, and again when it is called, however it is written and whenever it came to
 * be one. Only in the sandbox this machine may be called.
 */
final class CallbackAddressTest {
  /** First and last of each range in reliability.md, "Refused addresses". */
  private static final List<String> RANGES =
      List.of(
          "0.0.0.0",
          "0.255.255.255",
          "10.0.0.0",
          "10.255.255.255",
          "100.64.0.0",
          "100.127.255.255",
          "127.0.0.1",
          "127.255.255.255",
          "169.254.0.0",
          "169.254.169.254",
          "172.16.0.0",
          "172.31.255.255",
          "192.0.0.0",
          "192.0.2.0",
          "192.88.99.0",
          "192.168.0.0",
          "192.168.255.255",
          "198.18.0.0",
          "198.19.255.255",
          "198.51.100.0",
          "203.0.113.0",
          "224.0.0.0",
          "239.255.255.255",
          "240.0.0.0",
          "255.255.255.255",
          "[::]",
          "[::1]",
          "[64:ff9b::7f00:1]",
          "[64:ff9b:1::1]",
          "[100::1]",
          "[2001::1]",
          "[2001:1ff:ffff::1]",
          "[2001:db8::1]",
          "[2002:7f00:1::1]",
          "[fc00::1]",
          "[fdff::1]",
          "[fe80::1]",
          "[febf::1]",
          "[ff02::1]",
          "[::ffff:127.0.0.1]",
          "[::ffff:7f00:1]",
          "[::ffff:10.0.0.1]",
          "[::127.0.0.1]",
          "[::ffff:0:127.0.0.1]");

  private static final List<String> LOOPBACK =
      List.of(
          "127.0.0.1",
          "127.255.255.255",
          "localhost",
          "LOCALHOST",
          "[::1]",
          "[::ffff:127.0.0.1]",
          "[::ffff:7f00:1]");

  /** Other spellings of addresses, and what is no address of a web server at all. */
  private static final List<String> SPELLINGS =
      List.of(
          "http://2130706433/",
          "http://0x7f000001/",
          "http://0x7f.1/",
          "http://0177.0.0.1/",
          "http://017700000001/",
          "http://127.1/",
          "http://127.0.1/",
          "http://127.0.0.1./",
          "http://127.0.0.01/",
          "http://localhost./",
          "http://%31%32%37.0.0.1/",
          "http://\u2460\u2461\u2466.0.0.1/",
          "http://127\u30020\u30020\u30021/",
          "http://[fe80::1%25lo]/",
          "http://user@127.0.0.1/",
          "http://example.com@127.0.0.1/",
          "http://127.0.0.1\\@example.com/",
          "http://93.184.216.34:22/",
          "http://93.184.216.34:25/",
          "http://93.184.216.34:0/",
          "http://93.184.216.34:65536/",
          "https:///nowhere",
          "https:93.184.216.34",
          "//93.184.216.34/",
          "file:///etc/passwd",
          "gopher://93.184.216.34/",
          "ftp://93.184.216.34/",
          "javascript:alert(1)",
          "");

  private static World world;

  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.start(TargetPolicy.OPERATOR);
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void aText() {
    text = "text " + world.number();
  }

  @Test
  void isRefusedWhenItIsRegistered() throws Exception {
    CustomerApp app = app(TargetPolicy.PUBLIC);
    List<String> addresses = new ArrayList<>(SPELLINGS);
    RANGES.forEach(host -> addresses.add("https://" + host + "/hook"));
    LOOPBACK.forEach(host -> addresses.add("http://" + host + ":" + world.customer.port() + "/"));
    long before = world.count("select count(*) from entry");

    SoftAssertions all = new SoftAssertions();
    for (String address : addresses) {
      all.assertThat(refusal(register(app, address))).as("webhook at %s", address).isEqualTo(400);
      all.assertThat(
              refusal(world.api().patch("/webhooks/" + app.webhook(), target(address).toString())))
          .as("webhook moved to %s", address)
          .isEqualTo(400);
      all.assertThat(refusal(tokensFrom(app, address)))
          .as("tokens from %s", address)
          .isEqualTo(400);
      if (!address.isEmpty()) {
        all.assertThat(refusal(reportTo(app, address))).as("report to %s", address).isEqualTo(400);
      }
    }
    all.assertAll();
    assertThat(world.count("select count(*) from entry")).isEqualTo(before);
    assertThat(world.api().get("/apps/" + app.id() + "/webhooks").ok().path("webhooks")).hasSize(1);
  }

  @Test
  void thePublicNetMayBeRegistered() throws Exception {
    CustomerApp app = app(TargetPolicy.PUBLIC);

    // Nothing is told of the app: nothing of this is called.
    for (String address :
        List.of(
            "https://93.184.216.34/hook?a=b",
            "http://93.184.216.34:8080/",
            "https://[2606:2800:220:1::1]:8443/x",
            "https://callbacks.invalid/not/there/yet")) {
      assertThat(register(app, address).status()).as(address).isEqualTo(200);
    }
  }

  /**
   * What was registered while it was allowed, or was another's address then, is looked at again.
   */
  @Test
  void isRefusedWhenItIsCalled() throws Exception {
    List<String> addresses = new ArrayList<>();
    RANGES.forEach(host -> addresses.add("http://" + host + ":" + world.customer.port() + "/r"));
    LOOPBACK.forEach(host -> addresses.add("http://" + host + ":" + world.customer.port() + "/l"));
    addresses.add("http://93.184.216.34:22/");
    under(TargetPolicy.OPERATOR);
    List<CustomerApp> apps = new ArrayList<>();
    int registered = 0;
    for (String address : addresses) {
      if (registered % 5 == 0) {
        CustomerApp app = world.app();
        world.api().delete("/webhooks/" + app.webhook()).ok();
        apps.add(app);
      }
      register(apps.getLast(), address).ok();
      registered++;
    }
    int calls = world.customer.calls().size();

    under(TargetPolicy.PUBLIC);
    int refused = 0;
    for (CustomerApp app : apps) {
      hears(app);
      app.settled();
      refused += (int) refused(app);
    }

    assertThat(refused).isEqualTo(addresses.size());
    assertThat(world.customer.calls()).hasSize(calls);
  }

  /** The address that a send itself names, too. */
  @Test
  void aReportIsNotSentToIt() throws Exception {
    under(TargetPolicy.SANDBOX);
    CustomerApp app = world.app();
    world.api().delete("/webhooks/" + app.webhook()).ok();
    String user = world.friend();
    world.fault("push", dev.throughline.sandbox.line.Fault.RATE_LIMITED, text, 1);
    String own = "/own/" + world.number();
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(user, text));
    send.put("callback_url", world.customer.url(own));
    String message =
        world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();
    app.settled();

    under(TargetPolicy.PUBLIC);
    app.advance();
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    app.settled();

    assertThat(refused(app)).isEqualTo(1);
    assertThat(world.customer.calls(own)).isEmpty();
  }

  @Test
  void theSandboxMayCallThisMachineOnly() throws Exception {
    under(TargetPolicy.SANDBOX);
    SoftAssertions all = new SoftAssertions();
    for (String host : LOOPBACK) {
      CustomerApp app = world.app();
      String address = "http://" + host + ":" + world.customer.port() + "/" + world.number();
      all.assertThat(register(app, address).status()).as(address).isEqualTo(200);
    }
    CustomerApp app = world.app();
    for (String host : RANGES) {
      boolean here = host.startsWith("127.") || LOOPBACK.contains(host);
      if (!here) {
        String address = "https://" + host + "/";
        all.assertThat(refusal(register(app, address))).as(address).isEqualTo(400);
      }
    }
    all.assertAll();
  }

  @Test
  void theSandboxCallsThisMachineByItsName() throws Exception {
    under(TargetPolicy.SANDBOX);
    CustomerApp app = world.app();
    String path = "/named/" + world.number();
    register(app, "http://localhost:" + world.customer.port() + path).ok();

    hears(app);

    World.eventually(() -> assertThat(world.customer.calls(path)).hasSize(1));
  }

  @Test
  void aRedirectLeadsNowhere() throws Exception {
    under(TargetPolicy.SANDBOX);
    CustomerApp app = world.app();
    String path = "/leads/" + world.number();
    register(app, world.customer.url(path)).ok();
    world.customer.always(
        path, Reply.of(307, "Location", "http://169.254.169.254/latest/meta-data/"));

    hears(app);
    World.eventually(() -> assertThat(world.customer.calls(path)).hasSize(1));
    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(5));

    assertThat(world.customer.calls(path)).extracting(Call::status).containsExactly(307, 307);
  }

  private static CustomerApp app(TargetPolicy policy) throws Exception {
    under(TargetPolicy.OPERATOR);
    CustomerApp app = world.app();
    under(policy);
    return app;
  }

  private static void under(TargetPolicy policy) throws Exception {
    world.shut();
    world.open(policy);
  }

  private void hears(CustomerApp app) throws Exception {
    world.receivesLine(app);
    LineEvents events = new LineEvents(world);
    String person = "U%032x".formatted(world.number());
    world.delivers(LineEvents.body(List.of(events.text(person, text))));
  }

  private static Api.Answer register(CustomerApp app, String address) {
    ObjectNode webhook = target(address);
    webhook.put("app_id", app.id());
    webhook.put("target_type", "HTTP");
    ArrayNode triggers = webhook.putArray("triggers");
    triggers.add("MESSAGE_INBOUND");
    return world.api().post("/webhooks", webhook.toString());
  }

  private static Api.Answer tokensFrom(CustomerApp app, String address) {
    ObjectNode webhook = (ObjectNode) Api.json("{}");
    webhook
        .putObject("client_credentials")
        .put("client_id", "id")
        .put("client_secret", "secret")
        .put("endpoint", address);
    return world.api().patch("/webhooks/" + app.webhook(), webhook.toString());
  }

  private Api.Answer reportTo(CustomerApp app, String address) {
    ObjectNode send = (ObjectNode) Api.json(app.sendBody("U" + "0".repeat(32), text));
    send.put("callback_url", address);
    return world.api().post("/messages:send", send.toString());
  }

  private static ObjectNode target(String address) {
    return ((ObjectNode) Api.json("{}")).put("target", address);
  }

  /** The status of an answer, which must be in the contract's form and must not show an address. */
  private static int refusal(Api.Answer answer) {
    if (answer.status() == 400) {
      assertThat(answer.error()).isEqualTo("INVALID_ARGUMENT");
      assertThat(answer.json().path("error").path("message").asString()).isNotBlank();
    }
    return answer.status();
  }

  /** How many of the app's calls were refused at our side. */
  private static long refused(CustomerApp app) {
    return world.count(
        "select count(*) from task where kind = 'callback' and error = 'REFUSED_TARGET' and tries ="
            + " 1 and app = '"
            + Ulid.parse(app.id()).toUuid()
            + "'");
  }
}

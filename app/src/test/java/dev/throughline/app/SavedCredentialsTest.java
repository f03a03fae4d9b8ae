package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Providers;
import dev.throughline.channel.whatsapp.WhatsAppHost;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.mail.MailConfig;
import dev.throughline.sandbox.mail.MailEmulator;
import dev.throughline.sandbox.mail.MailFault;
import dev.throughline.sandbox.meta.MetaConfig;
import dev.throughline.sandbox.meta.MetaEmulator;
import dev.throughline.sandbox.meta.MetaFault;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.smpp.SmppConfig;
import dev.throughline.sandbox.smpp.SmppEmulator;
import dev.throughline.sandbox.smpp.SmppFault;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who saves an app is told what its providers say of the credentials: Meta, a mail server, an SMSC.
 * Nothing is sent to anybody by that, and what is told holds no secret. ({@code AwsSmsTest} has
 * AWS's, {@code LineAccountsTest} LINE's.)
 */
final class SavedCredentialsTest {
  private static final String NUMBER_ID = "106540352242922";
  private static final String GOOD = "good-one";
  private static final String WRONG = "bad-one";
  private static final String UNANSWERED =
      "PENDING The channel did not answer when the credentials were saved.";

  private static People people;
  private static MetaEmulator meta;
  private static MailEmulator mail;
  private static SmppEmulator smsc;
  private static World world;

  @BeforeAll
  static void start() throws Exception {
    InstantSource clock = InstantSource.system();
    people = new People(clock);
    meta =
        new MetaEmulator(
            MetaConfig.number("102290129340398", NUMBER_ID, "+15550783881", GOOD, "app secret"),
            people,
            clock,
            new SplittableRandom(1));
    mail =
        new MailEmulator(
            MailConfig.relay("relay", GOOD, "shop@sandbox.example"),
            people,
            clock,
            new SplittableRandom(2));
    smsc =
        new SmppEmulator(
            SmppConfig.customer("customer", GOOD), people, clock, new SplittableRandom(3));
    world =
        World.reaching(
            Providers.REAL.whatsApp(new WhatsAppHost(meta.baseUri(), WhatsAppHost.VERSION)));
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
    smsc.close();
    mail.close();
    meta.close();
    people.close();
  }

  @AfterEach
  void nothingWasSent() {
    meta.control().clearFaults();
    mail.clearFaults();
    smsc.control().clearFaults();
    assertThat(meta.control().accepted(0).path("accepted")).isEmpty();
    assertThat(mail.accepted(0).path("accepted")).isEmpty();
    assertThat(smsc.control().accepted().after(0, 1).entries()).isEmpty();
  }

  @Test
  void ofWhatsApp() throws Exception {
    comesTo(whatsApp(NUMBER_ID, GOOD), "ACTIVE");
    comesTo(
        whatsApp(NUMBER_ID, WRONG),
        "FAILING Meta refused the account's token: issue a new one and save it in the app."
            + " (WhatsApp error 190)");
    comesTo(
        whatsApp("106540352242999", GOOD),
        "FAILING Meta shows this token no phone number of the id in claimed_identity:");
    meta.control().setFaults(List.of(Scripted.always("graph.number", MetaFault.RESET_BEFORE)));
    comesTo(whatsApp(NUMBER_ID, GOOD), UNANSWERED);
  }

  @Test
  void ofMail() throws Exception {
    comesTo(mail("localhost", "none", GOOD), "ACTIVE");
    comesTo(
        mail("localhost", "none", WRONG),
        "FAILING The mail server refuses username or password (535");
    comesTo(
        mail("localhost", "starttls", GOOD),
        "FAILING No TLS came about with the mail server: its certificate must be");
    comesTo(
        mail("10.0.0.1", "starttls", GOOD),
        "FAILING The mail server has no address that may be called:");
    mail.setFaults(List.of(Scripted.always("smtp.connect", MailFault.DROP)));
    comesTo(mail("localhost", "none", GOOD), UNANSWERED);
  }

  @Test
  void ofAnSmsc() throws Exception {
    comesTo(smpp("127.0.0.1", GOOD), "ACTIVE");
    comesTo(
        smpp("127.0.0.1", WRONG),
        "FAILING The SMSC refuses the account: check system_id, password and system_type"
            + " (command_status 0x0000000E).");
    comesTo(smpp("10.0.0.1", GOOD), "FAILING The SMSC has no address that may be called:");
    smsc.control()
        .setFaults(List.of(Scripted.always(SmppFault.BIND, SmppFault.REFUSE).withDetail("0x58")));
    comesTo(smpp("127.0.0.1", GOOD), UNANSWERED);
  }

  /** A person's text that waits at the SMSC is not lost to the moment in which it is asked. */
  @Test
  void whatWaitsAtAnSmscComesToTheApp() throws Exception {
    World.eventually(() -> assertThat(smsc.control().bound()).isZero());
    smsc.control().text("+819012345678", Optional.of("81000"), "it waited");
    ObjectNode settings = (ObjectNode) Api.json("{}");
    settings.putArray("channel_credentials").add(smpp("127.0.0.1", GOOD));

    CustomerApp app = CustomerApp.create(world, settings);

    assertThat(app.called("message", "it waited").text()).contains("819012345678");
    assertThat(app.calls("message", "it waited")).hasSize(1);
    world.api().delete("/apps/" + app.id()).ok();
  }

  /** A busy machine may need more than one try to ask in time. */
  private static void comesTo(JsonNode account, String beginning) {
    World.eventually(() -> assertThat(saved(account)).startsWith(beginning));
  }

  /** The state of the account of a new app, which is gone again. */
  private static String saved(JsonNode account) {
    ObjectNode app = (ObjectNode) Api.json("{\"display_name\":\"Shop\"}");
    app.putArray("channel_credentials").add(account);
    JsonNode made = world.api().post("/apps", app.toString()).ok();
    JsonNode state = made.at("/channel_credentials/0/state");
    world.api().delete("/apps/" + made.path("id").asString()).ok();
    String told =
        (state.path("status").asString() + " " + state.path("description").asString()).strip();
    assertThat(told).doesNotContain(GOOD, WRONG);
    return told;
  }

  private static JsonNode whatsApp(String number, String token) {
    ObjectNode account = (ObjectNode) Api.json("{\"channel\":\"WHATSAPP\"}");
    account.putObject("static_bearer").put("claimed_identity", number).put("token", token);
    return account;
  }

  private static JsonNode mail(String host, String tls, String password) {
    ObjectNode account = (ObjectNode) Api.json("{\"channel\":\"EMAIL\"}");
    account
        .putObject("smtp_credentials")
        .put("host", host)
        .put("port", mail.port())
        .put("tls", tls)
        .put("username", "relay")
        .put("password", password)
        .put("from", "shop@sandbox.example");
    return account;
  }

  private static JsonNode smpp(String host, String password) {
    ObjectNode account = (ObjectNode) Api.json("{\"channel\":\"SMS\"}");
    account
        .putObject("smpp")
        .put("host", host)
        .put("port", smsc.port())
        .put("system_id", "customer")
        .put("password", password)
        .put("sender", "Shop");
    return account;
  }
}

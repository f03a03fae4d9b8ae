package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.FreePort;
import dev.throughline.http.TargetPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jsmpp.PDUStringException;
import org.jsmpp.bean.DataCodings;
import org.jsmpp.bean.ESMClass;
import org.jsmpp.bean.NumberingPlanIndicator;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.RegisteredDelivery;
import org.jsmpp.bean.SubmitSm;
import org.jsmpp.bean.TypeOfNumber;
import org.jsmpp.examples.SMPPServerSimulator;
import org.jsmpp.session.SMPPServerSession;
import org.jsmpp.session.SMPPServerSessionListener;
import org.jsmpp.session.SubmitSmResult;
import org.jsmpp.util.MessageId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Through an SMSC that others wrote a message reaches a phone and the app learns it; what comes in
 * pieces comes to the app whole and once, whatever happens between the pieces.
 */
final class SmppTest {
  private static World world;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  /** It answers hexadecimal ids, and names them in receipts as decimal ones. */
  @Test
  void theSimulatorTakesAMessageAndTellsOfItsDelivery() throws Exception {
    int port = FreePort.find();
    Thread simulator = simulate(() -> new SMPPServerSimulator(false, port, "j", "jpwd"));
    try {
      CustomerApp app = app(port);
      String number = number();

      String message = send(app, number, "Größe 5 €");
      outlastTheStart(app);

      app.comesTo(message, "DELIVERED", "");
      app.settled();
      assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL", "DELIVERED");
    } finally {
      simulator.interrupt();
    }
  }

  /** The id of a receipt means nothing to anybody before the answer to its message gives it out. */
  @Test
  void aReceiptThatIsFasterThanTheAnswerWaitsForIt() throws Exception {
    int port = FreePort.find();
    Thread simulator = simulate(() -> new Hasty(port));
    try {
      CustomerApp app = app(port);

      String message = send(app, number(), "hasty");
      outlastTheStart(app);

      app.comesTo(message, "DELIVERED", "");
      World.eventually(
          () -> assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL", "DELIVERED"));
      assertThat(world.count("select count(*) from early_receipt")).isZero();
      assertThat(world.api().get("/messages/" + message + "/timeline").ok().path("entries"))
          .anySatisfy(entry -> assertThat(entry.path("kind").asString()).isEqualTo("receipt"));
    } finally {
      simulator.interrupt();
    }
  }

  /** It ends when somebody who has bound leaves while it greets him: then it starts again. */
  private static Thread simulate(Supplier<SMPPServerSimulator> simulator) {
    return Thread.ofPlatform()
        .daemon(true)
        .start(() -> {
          try {
            while (true) {
              simulator.get().run();
              Thread.sleep(100);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Whoever is sent to may not have listened when the first try came. */
  private static void outlastTheStart(CustomerApp app) {
    while (app.settled().isPresent()) {
      app.advance();
    }
  }

  /** Tells of the delivery, and answers once the gateway has made sense of that. */
  private static final class Hasty extends SMPPServerSimulator {
    Hasty(int port) {
      super(false, port, "j", "jpwd");
    }

    @Override
    public SubmitSmResult onAcceptSubmitSm(SubmitSm sent, SMPPServerSession session) {
      String receipt =
          "id:0000000042 sub:001 dlvrd:001 submit date:2611200900 done date:2611200900"
              + " stat:DELIVRD err:000 text:hasty";
      try {
        session.deliverShortMessage(
            "",
            TypeOfNumber.INTERNATIONAL,
            NumberingPlanIndicator.ISDN,
            sent.getDestAddress(),
            TypeOfNumber.UNKNOWN,
            NumberingPlanIndicator.UNKNOWN,
            sent.getSourceAddr(),
            new ESMClass(0x04),
            (byte) 0,
            (byte) 0,
            new RegisteredDelivery(0),
            DataCodings.newInstance((byte) 0),
            receipt.getBytes(StandardCharsets.US_ASCII));
        World.eventually(
            () -> assertThat(world.count("select count(*) from early_receipt")).isEqualTo(1));
        return new SubmitSmResult(new MessageId("2a"), new OptionalParameter[0]);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void piecesAreJoinedAcrossARestartInAnyOrder() throws Exception {
    try (Smsc smsc = new Smsc()) {
      CustomerApp app = app(smsc.port);
      String number = number();
      smsc.deliver(number, 7, 3, 3, "ne");
      smsc.deliver(number, 7, 3, 1, "three ");

      world.shut();
      world.open(TargetPolicy.SANDBOX);
      smsc.deliver(number, 7, 3, 2, "in o");

      CallbackTarget.Call call = app.called("message", "three in one");
      assertThat(call.text()).contains(number);
      app.settled();
      assertThat(app.calls("message", number)).hasSize(1);
      app.advance();
      assertThat(app.calls("message", number)).hasSize(1);
    }
  }

  @Test
  void aPieceThatNeverComesIsNotWaitedForLongerThanTenMinutes() throws Exception {
    try (Smsc smsc = new Smsc()) {
      CustomerApp app = app(smsc.port);
      String number = number();
      smsc.deliver(number, 8, 3, 1, "begin ");
      smsc.deliver(number, 8, 3, 3, "end");
      app.settled();
      assertThat(app.calls("message", number)).isEmpty();

      world.advance(Duration.ofSeconds(606));

      app.called("message", "begin …end");
    }
  }

  private static CustomerApp app(int port) {
    ObjectNode settings = (ObjectNode) Api.json("{}");
    ObjectNode entry = settings.putArray("channel_credentials").addObject().put("channel", "SMS");
    entry
        .putObject("smpp")
        .put("host", "127.0.0.1")
        .put("port", port)
        .put("system_id", "j")
        .put("password", "jpwd")
        .put("sender", "Shop")
        .put("submit_id", "hex")
        .put("receipt_id", "decimal");
    return CustomerApp.create(world, settings);
  }

  private static String send(CustomerApp app, String number, String text) {
    ObjectNode send = (ObjectNode) Api.json("{}");
    send.put("app_id", app.id());
    send.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", "SMS")
        .put("identity", "+" + number);
    send.putObject("message").putObject("text_message").put("text", text);
    JsonNode sent = world.api().post("/messages:send", send.toString()).ok();
    return sent.path("message_id").asString();
  }

  private static String number() {
    return "8190%08d".formatted(world.number());
  }

  /** An SMSC that delivers what it is told to. */
  private static final class Smsc implements AutoCloseable {
    final int port;
    private final SMPPServerSessionListener listener;
    private final List<SMPPServerSession> sessions = new CopyOnWriteArrayList<>();

    Smsc() throws IOException {
      port = FreePort.find();
      listener = new SMPPServerSessionListener(port);
      Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
      while (true) {
        try {
          SMPPServerSession session = listener.accept();
          session.waitForBind(60_000).accept("smsc");
          sessions.add(session);
        } catch (IOException e) {
          return;
        } catch (TimeoutException | PDUStringException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    /** Answers once the gateway has acknowledged it. */
    void deliver(String number, int reference, int count, int place, String text) {
      byte[] header = {5, 0, 3, (byte) reference, (byte) count, (byte) place};
      byte[] octets = new byte[header.length + text.length()];
      System.arraycopy(header, 0, octets, 0, header.length);
      System.arraycopy(
          text.getBytes(StandardCharsets.US_ASCII), 0, octets, header.length, text.length());
      World.eventually(() -> {
        SMPPServerSession session =
            sessions.stream()
                .filter(bound -> bound.getSessionState().isBound())
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody has bound"));
        try {
          session.deliverShortMessage(
              "",
              TypeOfNumber.INTERNATIONAL,
              NumberingPlanIndicator.ISDN,
              number,
              TypeOfNumber.UNKNOWN,
              NumberingPlanIndicator.UNKNOWN,
              "81000",
              new ESMClass(0x40),
              (byte) 0,
              (byte) 0,
              new RegisteredDelivery(0),
              DataCodings.newInstance((byte) 0),
              octets);
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      });
    }

    @Override
    public void close() throws IOException {
      listener.close();
      sessions.forEach(SMPPServerSession::close);
    }
  }
}

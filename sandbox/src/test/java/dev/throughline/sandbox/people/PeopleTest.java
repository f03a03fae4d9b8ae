package dev.throughline.sandbox.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is handed over is on the screen, held or unseen as the person's state says, and once. */
class PeopleTest {
  private static final String SHOP = "+81350000001";
  private static final Person HANAKO = Person.numbered(1, "Hanako", "U" + "a".repeat(32));

  private final People people = new People(() -> Instant.parse("2026-11-20T09:00:00Z"));
  private final List<Written> written = new ArrayList<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebServer server =
      WebServer.builder()
          .shutdownHook(false)
          .address(InetAddress.getLoopbackAddress())
          .routing(HttpRouting.builder().register("/sandbox/people", people.controlService()))
          .build()
          .start();

  @BeforeEach
  void add() throws Exception {
    people.add(HANAKO);
    people.connect(new Texting(SHOP, written));
  }

  /** Brings SMS to one number. */
  private record Texting(String number, List<Written> written) implements Network {
    @Override
    public boolean carries(PhoneChannel channel) {
      return channel == PhoneChannel.SMS;
    }

    @Override
    public String bring(Written one) {
      if (one.to().filter(to -> !to.equals(number)).isPresent()) {
        throw new IllegalArgumentException(number + " is the only one.");
      }
      written.add(one);
      return "sms-" + written.size();
    }
  }

  @AfterEach
  void close() {
    server.stop();
    people.close();
    client.close();
  }

  private JsonNode call(int status, String method, String path, String body) throws Exception {
    var answer =
        client.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + server.port() + "/sandbox/people" + path))
                .method(method, BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).as("%s %s", method, path).isEqualTo(status);
    return Json.parse(answer.body());
  }

  private Condition sms(String text, Optional<Instant> expires, CountDownLatch shown) {
    return people.deliver(
        new Delivery(
            PhoneChannel.SMS,
            "Shop",
            HANAKO.phone(),
            text,
            new Delivery.Content.Message(Json.object().put("body", text), text),
            expires),
        shown::countDown);
  }

  @Test
  void messagesAreReadAndWrittenByTheAddressesOfTheIssue() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    assertThat(sms("hello", Optional.empty(), never)).isEqualTo(Condition.OK);
    JsonNode page = call(200, "GET", "/hanako/messages?channel=SMS&after=0&wait=5", "");
    JsonNode message = page.at("/messages/0");
    assertThat(message.path("_channel").stringValue("")).isEqualTo("SMS");
    assertThat(message.path("_text").stringValue("")).isEqualTo("hello");
    assertThat(message.path("body").stringValue("")).isEqualTo("hello");
    String next = page.path("next").toString();
    assertThat(call(200, "GET", "/hanako/messages?channel=SMS&after=" + next, "").path("messages"))
        .isEmpty();
    assertThat(call(200, "GET", "/hanako/messages?channel=WHATSAPP", "").path("messages"))
        .isEmpty();
    call(200, "POST", "/hanako/messages", "{\"channel\":\"SMS\",\"text\":\"hi\"}");
    assertThat(written.getFirst().from()).isEqualTo(HANAKO.phone());
    assertThat(written.getFirst().text()).isEqualTo("hi");
    assertThat(call(200, "GET", "/hanako/chat?channel=SMS", "").path("messages")).hasSize(2);
    call(409, "POST", "/hanako/messages", "{\"channel\":\"WHATSAPP\",\"text\":\"hi\"}");
    call(400, "POST", "/hanako/messages", "{\"channel\":\"FAX\",\"text\":\"hi\"}");
    call(404, "GET", "/nobody/messages", "");
    assertThat(never.getCount()).isEqualTo(1);
    assertThat(people.condition(PhoneChannel.SMS, "+15550000000")).isEqualTo(Condition.NOBODY);
    assertThat(people.condition(PhoneChannel.WHATSAPP, HANAKO.phone().substring(1)))
        .isEqualTo(Condition.OK);
    assertThat(people.condition(PhoneChannel.EMAIL, "HANAKO@People.Example"))
        .isEqualTo(Condition.OK);
  }

  @Test
  void whatIsForAnAddressOfAnotherNetworkGoesThere() throws Exception {
    List<Written> elsewhere = new ArrayList<>();
    people.connect(new Texting("+81350000002", elsewhere));

    call(200, "POST", "/hanako/messages", "{\"channel\":\"SMS\",\"text\":\"hi\"}");
    call(200, "POST", "/hanako/messages", to(SHOP));
    call(200, "POST", "/hanako/messages", to("+81350000002"));
    JsonNode nowhere = call(409, "POST", "/hanako/messages", to("+81350000003"));

    assertThat(written).hasSize(2);
    assertThat(elsewhere).hasSize(1);
    assertThat(nowhere.path("message").stringValue(""))
        .isEqualTo("+81350000001 is the only one. +81350000002 is the only one.");
    assertThat(call(200, "GET", "/hanako/chat?channel=SMS", "").path("messages")).hasSize(3);
  }

  private static String to(String number) {
    return "{\"channel\":\"SMS\",\"to\":\"" + number + "\",\"text\":\"hi\"}";
  }

  @Test
  void aPhoneInAirplaneModeGetsWhatHasNotExpiredOnce() throws Exception {
    call(200, "PUT", "/hanako/state", "{\"SMS\":\"airplane\",\"EMAIL\":\"bounces\"}");
    CountDownLatch shown = new CountDownLatch(1);
    CountDownLatch expired = new CountDownLatch(1);
    Instant past = Instant.parse("2026-11-20T08:59:59Z");
    assertThat(sms("kept", Optional.empty(), shown)).isEqualTo(Condition.AIRPLANE);
    assertThat(sms("too old", Optional.of(past), expired)).isEqualTo(Condition.AIRPLANE);
    assertThat(call(200, "GET", "/hanako/messages?channel=SMS", "").path("messages")).isEmpty();
    call(409, "POST", "/hanako/messages", "{\"channel\":\"SMS\",\"text\":\"hi\"}");
    JsonNode state = call(200, "PUT", "/hanako/state", "{\"SMS\":\"ok\"}");
    assertThat(state.path("SMS").stringValue("")).isEqualTo("ok");
    assertThat(state.path("EMAIL").stringValue("")).isEqualTo("bounces");
    assertThat(shown.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(expired.getCount()).isEqualTo(1);
    assertThat(call(200, "GET", "/hanako/messages?channel=SMS", "").path("messages")).hasSize(1);
    call(200, "PUT", "/hanako/state", "{\"SMS\":\"airplane\"}");
    call(200, "PUT", "/hanako/state", "{\"SMS\":\"ok\"}");
    assertThat(call(200, "GET", "/hanako/messages?channel=SMS", "").path("messages")).hasSize(1);
    call(400, "PUT", "/hanako/state", "{\"SMS\":\"bounces\"}");
    call(400, "PUT", "/hanako/state", "{\"SMS\":\"asleep\"}");
    for (Condition unseen : List.of(Condition.BLOCKED, Condition.UNREACHABLE, Condition.NO_APP)) {
      people.state(HANAKO.id(), java.util.Map.of(PhoneChannel.SMS, unseen));
      assertThat(sms("unseen", Optional.empty(), expired)).isEqualTo(unseen);
    }
    assertThat(call(200, "GET", "/hanako/messages?channel=SMS", "").path("messages")).hasSize(1);
  }

  @Test
  void oneClickUnsubscribesByAPostAsMailClientsDo() throws Exception {
    List<String> clicks = new ArrayList<>();
    HttpServer company =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    company.createContext(
        "/u/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          clicks.add(exchange.getRequestMethod() + " " + body);
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    company.start();
    String mail =
        "Subject: Offer\r\nList-Unsubscribe: <http://127.0.0.1:"
            + company.getAddress().getPort()
            + "/u/x>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
            + "Content-Type: text/html\r\n\r\n<script>alert(1)</script><b>Offer</b>";
    people.deliver(
        new Delivery(
            PhoneChannel.EMAIL,
            "shop@shop.example",
            HANAKO.email(),
            "1",
            new Delivery.Content.Mail(
                "shop@shop.example", Bytes.of(mail.getBytes(StandardCharsets.UTF_8))),
            Optional.empty()),
        () -> {});
    call(200, "POST", "/hanako/unsubscribe", "{\"n\":1}");
    assertThat(clicks).containsExactly("POST List-Unsubscribe=One-Click");
    call(404, "POST", "/hanako/unsubscribe", "{\"n\":2}");
    company.stop(0);

    var page =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:" + server.port() + "/sandbox/people/hanako/mails/1"))
                .build(),
            BodyHandlers.ofString());
    assertThat(page.headers().firstValue("content-security-policy").orElse(""))
        .contains("default-src 'none'")
        .contains("sandbox");
  }

  @Test
  void nobodyHasTheAddressOfSomebodyElse() throws Exception {
    assertThatThrownBy(() -> people.add(HANAKO)).isInstanceOf(ControlRefusal.class);
    JsonNode made = call(200, "POST", "", "{\"name\":\"สมชาย\"}");
    assertThat(made.path("phone").stringValue("")).isNotEqualTo(HANAKO.phone());
    assertThat(call(200, "GET", "", "").path("people")).hasSize(2);
  }
}

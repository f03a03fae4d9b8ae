package dev.throughline.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.line.LineUser;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Delivery;
import dev.throughline.sandbox.people.Network;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.sandbox.people.Written;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * In a real browser a person's four channels are seen, used and switched, nothing that a company
 * writes runs on the page, and it fits a narrow screen.
 */
class PhonesOnScreenTest {
  private static final Person HANAKO = Person.numbered(1, "Hanako", "U" + "a".repeat(32));

  private final BlockingQueue<Written> written = new LinkedBlockingQueue<>();

  /** Takes what people write by SMS and mail. */
  private final class Carrier implements Network {
    @Override
    public boolean carries(PhoneChannel channel) {
      return true;
    }

    @Override
    public String bring(Written one) {
      written.add(one);
      return "n" + written.size();
    }
  }

  private static Delivery delivery(PhoneChannel channel, Delivery.Content content) {
    String to = channel == PhoneChannel.EMAIL ? HANAKO.email() : HANAKO.phone();
    return new Delivery(channel, "Shop", to, "m1", content, Optional.empty());
  }

  @Test
  void aPersonIsSeenAndSwitchedOnEveryChannel() throws Exception {
    Optional<Path> program = Chromium.program();
    assumeTrue(program.isPresent(), "needs chromium");
    try (People people = new People(InstantSource.system());
        LineEmulator line =
            new LineEmulator(
                LineConfig.channel("1", "secret", "token", "U" + "b".repeat(32))
                    .withUsers(List.of(LineUser.friend(HANAKO.lineUserId(), "Hanako"))),
                InstantSource.system(),
                new SplittableRandom(7))) {
      people.connect(new LineHome(line.control()));
      people.connect(new Carrier());
      people.add(HANAKO);
      WebServer server =
          WebServer.builder()
              .shutdownHook(false)
              .address(InetAddress.getLoopbackAddress())
              .routing(
                  HttpRouting.builder()
                      .register("/sandbox", new SandboxPages(line, people, Map.of())))
              .build()
              .start();
      try (Chromium browser = new Chromium(program.get())) {
        browser.size(390, 844);
        browser.open("http://127.0.0.1:" + server.port() + "/sandbox/#line");
        walk(browser, people);
      } finally {
        server.stop();
      }
    }
  }

  private void walk(Chromium browser, People people) throws Exception {
    browser.until("document.querySelector('#connection').dataset.state === 'live'");
    browser.until("document.querySelector('#tab-hanako-SMS')");
    assertThat(browser.eval("document.documentElement.scrollWidth").intValue(0))
        .as("nothing is wider than a phone's screen")
        .isLessThanOrEqualTo(390);

    String said = "<img src=x onerror=\"document.title='broken'\">";
    people.deliver(
        delivery(
            PhoneChannel.SMS, new Delivery.Content.Message(Json.object().put("b", said), said)),
        () -> {});
    browser.until("document.querySelector('#tab-hanako-SMS .count').dataset.count === '1'");
    browser.eval("document.querySelector('#tab-hanako-SMS').click()");
    browser.until("!document.querySelector('#pane-hanako-SMS').hidden");
    assertThat(
            browser
                .eval("document.querySelector('#pane-hanako-SMS .bubble').textContent")
                .stringValue(""))
        .as("as text and not as HTML")
        .isEqualTo(said);
    assertThat(
            browser
                .eval("document.querySelector('#tab-hanako-SMS .count').hidden")
                .booleanValue(false))
        .isTrue();

    browser.eval("document.querySelector('#w-hanako-SMS').value = 'はい'");
    browser.eval("document.querySelector('#pane-hanako-SMS form').requestSubmit()");
    Written answer = written.poll(2, TimeUnit.MINUTES);
    assertThat(answer).isNotNull();
    assertThat(answer.text()).isEqualTo("はい");
    browser.until("document.querySelector('#pane-hanako-SMS .row.me')");

    for (String channel : List.of("SMS", "LINE")) {
      String select = "document.querySelector('#state-hanako-" + channel + "')";
      browser.eval(
          "(" + select + ".value = 'airplane', " + select + ".dispatchEvent(new Event('change')))");
      browser.until("document.querySelector('#pane-hanako-" + channel + " textarea').disabled");
    }
    assertThat(people.state(HANAKO.id()))
        .containsEntry(PhoneChannel.SMS, Condition.AIRPLANE)
        .containsEntry(PhoneChannel.LINE, Condition.AIRPLANE)
        .containsEntry(PhoneChannel.EMAIL, Condition.OK);

    String mail =
        "Subject: Offer\r\nFrom: shop@shop.example\r\nContent-Type: text/html\r\n\r\n"
            + "<script>top.document.title='broken';document.title='broken'</script><h1>Offer</h1>";
    people.deliver(
        delivery(
            PhoneChannel.EMAIL,
            new Delivery.Content.Mail(
                "shop@shop.example", Bytes.of(mail.getBytes(StandardCharsets.UTF_8)))),
        () -> {});
    browser.until("document.querySelector('#pane-hanako-EMAIL iframe')");
    assertThat(
            browser
                .eval("document.querySelector('#pane-hanako-EMAIL iframe').getAttribute('sandbox')")
                .stringValue(""))
        .doesNotContain("allow-scripts")
        .doesNotContain("allow-same-origin");
    browser.eval("document.querySelector('#tab-hanako-EMAIL').click()");
    browser.until("document.querySelector('#pane-hanako-EMAIL strong').textContent === 'Offer'");
    assertThat(browser.eval("document.title").stringValue("")).isEqualTo("Throughline sandbox");
  }
}

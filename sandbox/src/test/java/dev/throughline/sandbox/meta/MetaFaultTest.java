package dev.throughline.sandbox.meta;

import static dev.throughline.sandbox.meta.Business.HANAKO;
import static dev.throughline.sandbox.meta.Business.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * What is made to go wrong goes wrong as it does at a provider, and the journal says what really
 * happened, whatever was answered or told.
 */
class MetaFaultTest {
  private static final String MESSAGES = MetaFault.GRAPH + "messages";

  private Business business;

  @BeforeEach
  void open() throws Exception {
    business = new Business().subscribed();
    business.hanakoWrites();
  }

  @AfterEach
  void close() {
    business.close();
  }

  private void fault(Scripted<MetaFault> rule) throws Exception {
    business.meta.control().setFaults(List.of(rule));
  }

  private int accepted() {
    return business.meta.control().accepted(0).path("accepted").size();
  }

  @Test
  void refusedThrottledAndFailedRequestsAreNotAccepted() throws Exception {
    for (String code : List.of("131031", "130429", "131056")) {
      fault(Scripted.times(MESSAGES, MetaFault.ERROR, 1).withDetail(code));
      assertThat(code(business.text("x"))).isEqualTo(Integer.parseInt(code));
    }
    fault(Scripted.times(MESSAGES, MetaFault.ERROR_BEFORE, 1));
    assertThat(code(business.text("x"))).isEqualTo(2);
    fault(Scripted.times(MESSAGES, MetaFault.RESET_BEFORE, 1));
    assertThatThrownBy(() -> business.text("x")).isInstanceOf(IOException.class);
    assertThat(accepted()).isZero();
    assertThat(code(business.text("now"))).isZero();
    assertThat(accepted()).isEqualTo(1);
  }

  @Test
  void whatWasAcceptedBeforeTheAnswerWasLostIsInTheJournal() throws Exception {
    fault(Scripted.times(MESSAGES, MetaFault.ERROR_AFTER, 1));
    assertThat(code(business.text("once"))).isEqualTo(131000);
    fault(Scripted.times(MESSAGES, MetaFault.RESET_AFTER, 1));
    assertThatThrownBy(() -> business.text("once")).isInstanceOf(IOException.class);
    fault(Scripted.times(MESSAGES, MetaFault.HANG_AFTER, 1).withDelay(Duration.ofMillis(50)));
    assertThatThrownBy(() -> business.text("once")).isInstanceOf(IOException.class);
    assertThat(accepted()).isEqualTo(3);
    assertThat(business.meta.control().accepted(0).at("/accepted/2/count").intValue(0))
        .as("the judge counts the same text to the same person")
        .isEqualTo(3);
  }

  private List<String> told(int count) throws Exception {
    List<String> told = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      told.add(business.status().path("status").stringValue(""));
    }
    return told;
  }

  @Test
  void statusesComeTwiceUpsideDownLateAndAgainstEachOther() throws Exception {
    fault(Scripted.times(MetaFault.STATUS, MetaFault.STATUS_TWICE, 1));
    business.text("1");
    assertThat(told(4)).containsExactly("sent", "delivered", "sent", "delivered");
    fault(Scripted.times(MetaFault.STATUS, MetaFault.STATUS_REVERSED, 1));
    business.text("2");
    assertThat(told(2)).containsExactly("delivered", "sent");
    fault(Scripted.times(MetaFault.STATUS, MetaFault.CONTRADICT, 1).withDetail("131049"));
    business.text("3");
    assertThat(told(4)).containsExactly("sent", "failed", "delivered", "failed");
    fault(Scripted.times(MetaFault.STATUS, MetaFault.READ_AT_ONCE, 1));
    business.text("4");
    assertThat(told(2)).containsExactly("sent", "read");
    fault(Scripted.times(MetaFault.STATUS, MetaFault.FAIL, 1).withDetail("131049"));
    business.text("5");
    assertThat(business.status().at("/errors/0/code").intValue(0)).isEqualTo(131049);
    fault(Scripted.times(MetaFault.STATUS, MetaFault.STATUS_LOST, 1));
    business.text("6");
    fault(
        Scripted.times(MetaFault.STATUS, MetaFault.STATUS_LATE, 1).withDelay(Duration.ofHours(1)));
    business.text("7");
    assertThat(business.meta.control().pending()).isEqualTo(1);
    assertThat(business.hooks).isEmpty();
    business.clock.advance(Duration.ofHours(1));
    assertThat(told(2)).containsExactly("sent", "delivered");
  }

  @Test
  void webhooksComeTwiceTogetherAndBadlySigned() throws Exception {
    fault(Scripted.times(MetaFault.WEBHOOKS, MetaFault.WEBHOOK_TWICE, 1));
    business.meta.control().write(HANAKO.phone(), "", "twice");
    assertThat(business.next()).isEqualTo(business.next());
    fault(Scripted.times(MetaFault.WEBHOOKS, MetaFault.BATCH, 1));
    for (int i = 0; i < 3; i++) {
      business.meta.control().write(HANAKO.phone(), "", "part " + i);
    }
    JsonNode body = Json.parse(business.next().body().getBytes(StandardCharsets.UTF_8));
    assertThat(body.at("/entry/0/changes").size()).isEqualTo(3);
    fault(Scripted.times(MetaFault.WEBHOOKS, MetaFault.BAD_SIGNATURE, 1));
    business.meta.control().write(HANAKO.phone(), "", "same");
    Business.Hook bad = business.next();
    business.meta.control().sendBody(bad.body().getBytes(StandardCharsets.UTF_8));
    Business.Hook good = business.next();
    assertThat(good.body()).isEqualTo(bad.body());
    assertThat(good.signature()).isNotEqualTo(bad.signature());
  }
}

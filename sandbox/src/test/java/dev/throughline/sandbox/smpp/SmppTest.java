package dev.throughline.sandbox.smpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.throughline.sandbox.Patience;
import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.emulator.SmsText;
import dev.throughline.sandbox.emulator.VirtualClock;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.sandbox.people.ScriptedPhones;
import dev.throughline.sandbox.people.Written;
import dev.throughline.sandbox.smpp.Client.Submit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jsmpp.bean.BindType;
import org.jsmpp.bean.DeliverSm;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.OptionalParameters;
import org.jsmpp.extra.NegativeResponseException;
import org.jsmpp.extra.ResponseTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The message centre as jsmpp's own client sees it: a submit that got a message id is one text on
 * the phone, whole and in order whatever way it was cut; receipts and faults are those that were
 * asked for; the record tells what was accepted when the answer does not.
 */
final class SmppTest {
  private static final String ALICE = "819012345678";
  private static final String LONG = "Ein langer Text mit [Klammern] und €. ".repeat(12);
  private static final String LONG_JAPANESE = "長い文章です。😀".repeat(20);

  private final VirtualClock clock = new VirtualClock();
  private final ScriptedPhones phones = new ScriptedPhones();
  private final SmppEmulator emulator =
      new SmppEmulator(
          SmppConfig.customer("customer", "secret")
              .withSources(Set.of(Client.SOURCE))
              .withWindow(2),
          phones,
          clock,
          new SplittableRandom(3));
  private final SmppControl control = emulator.control();
  private final Client client;

  SmppTest() throws IOException {
    client = new Client(emulator);
  }

  @AfterEach
  void close() {
    client.close();
    emulator.close();
  }

  private List<String> shown() {
    return phones.texts("+" + ALICE);
  }

  @Test
  void aShortTextArrivesAndItsReceiptNamesIt() throws Exception {
    String id = client.submit(Submit.gsm(ALICE, "Grüße {1} €"));

    DeliverSm receipt = client.next();
    assertThat(shown()).containsExactly("Grüße {1} €");
    assertThat(receipt.getEsmClass()).isEqualTo((byte) 0x04);
    assertThat(receipt.getSourceAddr()).isEqualTo(ALICE);
    assertThat(receipt.getDestAddress()).isEqualTo(Client.SOURCE);
    assertThat(Client.text(receipt))
        .startsWith("id:" + id + " sub:001 dlvrd:001 submit date:2611020304 done date:")
        .contains("stat:DELIVRD err:000 text:Gr??e {1} ?");
    assertThat(
            receipt
                .getOptionalParameter(OptionalParameter.Receipted_message_id.class)
                .getValueAsString())
        .isEqualTo(id);
    assertThat(receipt.getOptionalParameter(OptionalParameter.Message_state.class).getValue())
        .isEqualTo((byte) 2);
    assertThat(receipt.getShortMessageAsDeliveryReceipt().getId()).isEqualTo(id);
  }

  @Test
  void everyWayToCutALongTextGivesOneTextOnThePhone() throws Exception {
    for (String text : List.of(LONG, LONG_JAPANESE)) {
      boolean gsm = SmsText.isGsm(text);
      List<String> parts = SmsText.split(text);
      assertThat(parts.size()).isGreaterThan(2);
      List<Submit> headed = new ArrayList<>();
      List<Submit> numbered = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        Submit part = gsm ? Submit.gsm(ALICE, parts.get(i)) : Submit.ucs2(ALICE, parts.get(i));
        headed.add(part.headed(7, parts.size(), i + 1));
        numbered.add(
            new Submit(
                ALICE,
                part.message(),
                part.coding(),
                0,
                1,
                null,
                List.of(
                    OptionalParameters.newSarMsgRefNum((short) 300),
                    OptionalParameters.newSarTotalSegments((byte) parts.size()),
                    OptionalParameters.newSarSegmentSeqnum((byte) (i + 1)))));
      }
      Submit whole =
          new Submit(
              ALICE,
              Bytes.NONE,
              gsm ? 0 : 8,
              0,
              1,
              null,
              List.of(
                  new OptionalParameter.OctetString(
                      (short) 0x0424,
                      gsm ? SmsText.encodeGsm(text) : text.getBytes(StandardCharsets.UTF_16BE))));
      for (List<Submit> way : List.of(headed, headed.reversed(), numbered, List.of(whole))) {
        Set<String> ids = new HashSet<>();
        for (Submit part : way) {
          ids.add(client.submit(part));
        }
        Set<String> receipted = new HashSet<>();
        for (int i = 0; i < way.size(); i++) {
          receipted.add(client.next().getShortMessageAsDeliveryReceipt().getId());
        }
        assertThat(receipted).isEqualTo(ids).hasSize(way.size());
      }
    }
    assertThat(shown())
        .containsExactly(
            LONG, LONG, LONG, LONG, LONG_JAPANESE, LONG_JAPANESE, LONG_JAPANESE, LONG_JAPANESE);
  }

  @Test
  void aTextOfWhichAPartIsMissingIsNeverShownAndExpires() throws Exception {
    String id = client.submit(Submit.gsm(ALICE, "half").headed(1, 2, 1).until("000000010000000R"));
    Patience.await().until(() -> control.accepted().last() == 1);
    assertThat(client.came.poll(50, TimeUnit.MILLISECONDS)).isNull();
    clock.advance(Duration.ofHours(1));
    assertThat(Client.text(client.next())).contains("id:" + id).contains("stat:EXPIRED");
    assertThat(shown()).isEmpty();
  }

  @Test
  void theDecimalTrapAndBareReceiptsCanBeSwitchedOn() throws Exception {
    control.style(new SmppConfig.Style(SmppConfig.Ids.DECIMAL, false, SmppConfig.LongTexts.UDH));
    String id = client.submit(Submit.gsm(ALICE, "x"));
    DeliverSm receipt = client.next();
    assertThat(Client.text(receipt)).startsWith("id:" + Long.parseLong(id, 16) + " ");
    assertThat(receipt.getOptionalParameters()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "UNREACHABLE, UNDELIV",
    "BLOCKED, REJECTD",
    "NO_APP, UNDELIV",
    "NOBODY, UNDELIV",
    "OUT_OF_ORDER, DELIVRD"
  })
  void whatThePhoneIsLikeIsInTheReceipt(Condition condition, String state) throws Exception {
    phones.set("+" + ALICE, condition);
    client.submit(Submit.gsm(ALICE, "x"));
    assertThat(Client.text(client.next())).contains("stat:" + state);
    assertThat(shown()).hasSize(condition.shows() ? 1 : 0);
  }

  @Test
  void aPhoneThatIsOffGetsItLaterOrNever() throws Exception {
    phones.set("+" + ALICE, Condition.AIRPLANE);
    client.submit(Submit.gsm(ALICE, "kept").until("000000010000000R"));
    assertThat(client.came.poll(50, TimeUnit.MILLISECONDS)).isNull();
    phones.set("+" + ALICE, Condition.OK);
    assertThat(Client.text(client.next())).contains("stat:DELIVRD");

    phones.set("+" + ALICE, Condition.AIRPLANE);
    client.submit(Submit.gsm(ALICE, "lost").until("000000010000000R"));
    Patience.await().until(() -> control.accepted().last() == 2);
    clock.advance(Duration.ofHours(1));
    assertThat(Client.text(client.next())).contains("stat:EXPIRED");
    assertThat(shown()).containsExactly("kept");
  }

  @Test
  void receiptsComeOnlyAsAskedFor() throws Exception {
    client.submit(Submit.gsm(ALICE, "none").wanting(0));
    client.submit(Submit.gsm(ALICE, "failures").wanting(2));
    client.submit(Submit.gsm(ALICE, "both").wanting(0x11));
    assertThat(Client.text(client.next())).contains("stat:ENROUTE").contains("text:both");
    assertThat(Client.text(client.next())).contains("stat:DELIVRD").contains("text:both");
    phones.set("+" + ALICE, Condition.UNREACHABLE);
    client.submit(Submit.gsm(ALICE, "failures").wanting(2));
    assertThat(Client.text(client.next())).contains("stat:UNDELIV");
    assertThat(client.came).isEmpty();
  }

  private void faults(Scripted<SmppFault> rule) {
    control.setFaults(List.of(rule));
  }

  @Test
  void receiptsMisbehaveAsTold() throws Exception {
    faults(Scripted.times(SmppFault.RECEIPTS, SmppFault.DUPLICATE, 1));
    client.submit(Submit.gsm(ALICE, "x"));
    assertThat(Client.text(client.next())).isEqualTo(Client.text(client.next()));

    faults(Scripted.times(SmppFault.RECEIPTS, SmppFault.CONTRADICT, 1));
    client.submit(Submit.gsm(ALICE, "x"));
    assertThat(Client.text(client.next())).contains("stat:DELIVRD");
    assertThat(Client.text(client.next())).contains("stat:UNDELIV");

    faults(Scripted.times(SmppFault.RECEIPTS, SmppFault.REORDER, 1));
    client.submit(Submit.gsm(ALICE, "x").wanting(0x11));
    assertThat(Client.text(client.next())).contains("stat:DELIVRD");
    assertThat(Client.text(client.next())).contains("stat:ENROUTE");

    faults(Scripted.times(SmppFault.RECEIPTS, SmppFault.MALFORMED, 1));
    client.submit(Submit.gsm(ALICE, "x"));
    DeliverSm malformed = client.next();
    assertThat(Client.text(malformed)).doesNotContain("sub:").doesNotContain("dlvrd:");
    assertThat(malformed.getOptionalParameters()).isEmpty();

    faults(Scripted.times(SmppFault.RECEIPTS, SmppFault.LATE, 1).withDelay(Duration.ofHours(5)));
    client.submit(Submit.gsm(ALICE, "late"));
    Patience.await().until(() -> shown().contains("late"));
    assertThat(client.came.poll(50, TimeUnit.MILLISECONDS)).isNull();
    clock.advance(Duration.ofHours(5));
    assertThat(Client.text(client.next())).contains("text:late");

    faults(Scripted.times(SmppFault.RECEIPTS, SmppFault.LOSE, 1));
    client.submit(Submit.gsm(ALICE, "lost"));
    faults(Scripted.times(SmppFault.RECEIPTS, SmppFault.STATUS, 1).withDetail("DELETED"));
    client.submit(Submit.gsm(ALICE, "deleted"));
    assertThat(Client.text(client.next())).contains("stat:DELETED");
    assertThat(shown()).contains("lost").doesNotContain("deleted");
  }

  @Test
  void aReceiptMayComeBeforeTheResponse() throws Exception {
    faults(Scripted.times(SmppFault.RECEIPTS, SmppFault.RECEIPT_FIRST, 1));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> id = threads.submit(() -> client.submit(Submit.gsm(ALICE, "x")));
      DeliverSm receipt = client.next();
      boolean answered = id.isDone();
      assertThat(Client.text(receipt)).contains("id:" + id.get(1, TimeUnit.MINUTES));
      assertThat(answered).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"REJECT, 0x0B, 11", "REJECT, 0x14, 20", "THROTTLE, '', 88"})
  void aRefusalCarriesItsCommandStatus(SmppFault fault, String detail, int status) {
    faults(Scripted.times(SmppFault.SUBMIT, fault, 1).withDetail(detail).about(ALICE));
    NegativeResponseException refused =
        catchThrowableOfType(
            NegativeResponseException.class, () -> client.submit(Submit.gsm(ALICE, "x")));
    assertThat(refused.getCommandStatus()).isEqualTo(status);
    assertThat(shown()).isEmpty();
    assertThat(control.accepted().last()).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = SmppFault.class,
      names = {"IGNORE", "DROP_RESPONSE"})
  void withoutAnAnswerTheRecordTells(SmppFault fault) throws Exception {
    client.session.setTransactionTimer(300);
    faults(Scripted.times(SmppFault.SUBMIT, fault, 1));
    assertThat(
            catchThrowableOfType(
                ResponseTimeoutException.class, () -> client.submit(Submit.gsm(ALICE, "unsure"))))
        .isNotNull();
    boolean accepted = fault == SmppFault.DROP_RESPONSE;
    // Who waits so briefly may have given up before the centre has looked at it.
    Patience.await().until(() -> !control.calls().after(0, 10).entries().isEmpty());
    assertThat(control.accepted().last()).isEqualTo(accepted ? 1 : 0);
    SubmitCall call = control.calls().after(0, 10).entries().getFirst().value();
    assertThat(call.accepted()).isEqualTo(accepted);
    assertThat(call.status()).isEqualTo(-1);
    if (accepted) {
      assertThat(Client.text(client.next())).contains("text:unsure");
    }
    assertThat(shown()).hasSize(accepted ? 1 : 0);
    client.session.setTransactionTimer(60_000);
    client.submit(Submit.gsm(ALICE, "next"));
  }

  @ParameterizedTest
  @EnumSource(
      value = SmppFault.class,
      names = {"UNBIND", "RESET"})
  void theCentreMayLeaveAndKeepsTheReceiptForTheNextBind(SmppFault fault) throws Exception {
    faults(Scripted.times(SmppFault.SUBMIT, fault, 1));
    Throwable failure = catchThrowable(() -> client.submit(Submit.gsm(ALICE, "x")));
    assertThat(failure == null).isEqualTo(fault == SmppFault.UNBIND);
    Patience.await().until(() -> !client.session.getSessionState().isBound());
    assertThat(control.accepted().last()).isEqualTo(1);
    assertThat(shown()).containsExactly("x");
    Patience.await().until(() -> control.bound() == 0);
    control.clearFaults();
    try (Client again = new Client(emulator)) {
      again.submit(Submit.gsm(ALICE, "y"));
      List<String> receipts = new ArrayList<>();
      receipts.add(Client.text(again.next()));
      if (!receipts.getFirst().contains("text:y")) {
        receipts.add(Client.text(again.next()));
      }
      assertThat(receipts.getLast()).contains("text:y");
    }
  }

  @Test
  void moreThanTheWindowIsThrottled() throws Exception {
    control.setFaults(
        List.of(
            Scripted.always(SmppFault.SUBMIT, SmppFault.SLOW).withDelay(Duration.ofMillis(400))));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> submits = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        submits.add(() -> {
          try {
            client.submit(Submit.gsm(ALICE, "x"));
            return 0;
          } catch (NegativeResponseException e) {
            return e.getCommandStatus();
          }
        });
      }
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> one : threads.invokeAll(submits)) {
        statuses.add(one.get(1, TimeUnit.MINUTES));
      }
      assertThat(statuses).containsExactlyInAnyOrder(0, 0, 0x58, 0x58);
    }
  }

  @ParameterizedTest
  @EnumSource(SmppConfig.LongTexts.class)
  void whatPeopleWriteComesInParts(SmppConfig.LongTexts manner) throws Exception {
    control.style(new SmppConfig.Style(SmppConfig.Ids.SAME, true, manner));
    control.text("+" + ALICE, Optional.empty(), "short");
    DeliverSm one = client.next();
    assertThat(one.getEsmClass()).isZero();
    assertThat(one.getSourceAddr()).isEqualTo(ALICE);
    assertThat(one.getDestAddress()).isEqualTo(Client.SOURCE);
    assertThat(SmsText.decodeGsm(one.getShortMessage())).contains("short");

    control.text("+" + ALICE, Optional.empty(), LONG_JAPANESE);
    StringBuilder text = new StringBuilder();
    int parts = manner == SmppConfig.LongTexts.PAYLOAD ? 1 : SmsText.parts(LONG_JAPANESE);
    for (int i = 1; i <= parts; i++) {
      DeliverSm part = client.next();
      assertThat(part.getDataCoding()).isEqualTo((byte) 8);
      byte[] words = part.getShortMessage();
      int from = 0;
      switch (manner) {
        case UDH -> {
          assertThat(part.getEsmClass()).isEqualTo((byte) 0x40);
          assertThat(words).startsWith(5, 0, 3).hasSizeLessThanOrEqualTo(140);
          assertThat(words[5]).isEqualTo((byte) i);
          from = 6;
        }
        case SAR ->
            assertThat(
                    part.getOptionalParameter(OptionalParameter.Sar_segment_seqnum.class)
                        .getValue())
                .isEqualTo((byte) i);
        case PAYLOAD ->
            words = part.getOptionalParameter(OptionalParameter.Message_payload.class).getValue();
      }
      text.append(new String(words, from, words.length - from, StandardCharsets.UTF_16BE));
    }
    assertThat(text.toString()).isEqualTo(LONG_JAPANESE);
  }

  @Test
  void whatACustomerCannotTakeNowComesAgainUntilItCan() throws Exception {
    client.notNow.set(5);

    control.text("+" + ALICE, Optional.empty(), "patience");

    assertThat(SmsText.decodeGsm(client.next().getShortMessage())).contains("patience");
    assertThat(client.notNow).hasValue(0);
    assertThat(client.came).isEmpty();
  }

  @Test
  void peopleTextTheNumbersOfTheCustomerAndNoOthers() throws Exception {
    emulator.bring(written(Optional.of("+" + Client.SOURCE)));
    assertThat(client.next().getDestAddress()).isEqualTo(Client.SOURCE);
    emulator.bring(written(Optional.empty()));
    assertThat(client.next().getDestAddress()).isEqualTo(Client.SOURCE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> emulator.bring(written(Optional.of("+819099999999"))))
        .withMessageContaining("no number 819099999999");
  }

  private static Written written(Optional<String> to) {
    return new Written(PhoneChannel.SMS, "+" + ALICE, "Alice", to, Optional.empty(), "hi");
  }

  @Test
  void whatIsNotRightIsRefusedWithTheRightStatus() {
    record Case(Submit submit, int status) {}
    for (Case one :
        List.of(
            new Case(Submit.gsm("abc", "x"), 0x0B),
            new Case(Submit.gsm(ALICE, "x".repeat(161)), 0x01),
            new Case(Submit.ucs2(ALICE, "長".repeat(71)), 0x01),
            new Case(Submit.gsm(ALICE, "x".repeat(154)).headed(1, 2, 1), 0x01),
            new Case(Submit.gsm(ALICE, "x").headed(1, 2, 3), 0x45),
            new Case(new Submit(ALICE, Bytes.of(new byte[] {-1}), 0, 0, 1, null, List.of()), 0x45),
            new Case(new Submit(ALICE, Bytes.of(new byte[] {1}), 4, 0, 1, null, List.of()), 0x45),
            new Case(Submit.gsm(ALICE, "x").until("200101000000000+"), 0x62))) {
      NegativeResponseException refused =
          catchThrowableOfType(NegativeResponseException.class, () -> client.submit(one.submit));
      assertThat(refused).as("%s", one.submit).isNotNull();
      assertThat(refused.getCommandStatus()).as("%s", one.submit).isEqualTo(one.status);
    }
    assertThat(shown()).isEmpty();
  }

  @Test
  void bindingTakesThePasswordAndHasItsLimit() throws Exception {
    IOException wrong =
        catchThrowableOfType(
            IOException.class,
            () -> {
              try (Client _ = new Client(emulator, BindType.BIND_TX, "wrong")) {
                throw new AssertionError("bound with a wrong password");
              }
            });
    assertThat(wrong)
        .cause()
        .asInstanceOf(InstanceOfAssertFactories.type(NegativeResponseException.class))
        .satisfies(refused -> assertThat(refused.getCommandStatus()).isEqualTo(0x0E));
    faults(Scripted.times(SmppFault.BIND, SmppFault.REFUSE, 1).withDetail("0x0D"));
    assertThat(
            catchThrowable(() -> {
              try (Client _ = new Client(emulator)) {
                throw new AssertionError("bound although refused");
              }
            }))
        .isInstanceOf(IOException.class);
    try (Client receiver = new Client(emulator, BindType.BIND_RX, "secret");
        Client sender = new Client(emulator, BindType.BIND_TX, "secret")) {
      Patience.await().until(() -> control.bound() == 3);
      sender.session.setEnquireLinkTimer(50);
      Thread.sleep(200);
      assertThat(sender.session.getSessionState().isBound()).isTrue();
      sender.submit(Submit.gsm(ALICE, "x"));
      Patience.await().until(() -> receiver.came.size() + client.came.size() == 1);
      assertThat(sender.came).isEmpty();
      control.unbind();
      Patience.await().until(() -> !receiver.session.getSessionState().isBound());
    }
  }

  @Test
  void aFaultInTheWrongPlaceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> faults(Scripted.always(SmppFault.SUBMIT, SmppFault.DUPLICATE)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> faults(Scripted.always(SmppFault.SUBMIT, SmppFault.REJECT).withDetail("11")));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> faults(Scripted.always(SmppFault.RECEIPTS, SmppFault.STATUS).withDetail("OK")));
  }
}

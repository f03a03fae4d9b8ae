package dev.throughline.channel.sms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.channel.sms.SmsCredentials.Alphabet;
import dev.throughline.channel.sms.SmsCredentials.IdForm;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Receipt;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * What an SMSC delivers is understood in whatever dialect it comes: receipts with or without each
 * of their fields, ids in either spelling, texts in any alphabet and in pieces. Nothing makes it
 * fail.
 */
final class SmppEventsTest {
  private static final int RECEIPT = 0x04;
  private static final String FULL =
      "id:1682816880 sub:001 dlvrd:001 submit date:2611211000 done date:2611211001 stat:%s err:%s"
          + " text:Hello";

  @ParameterizedTest
  @CsvSource({
    "DELIVRD, 000, Reached DEVICE",
    "DELIVERED, 000, Reached DEVICE",
    "delivrd, 000, Reached DEVICE",
    "ACCEPTD, 000, Reached ACCEPTED",
    "ENROUTE, 000, Reached ACCEPTED",
    "EXPIRED, 000, Failed MESSAGE_EXPIRED",
    "UNDELIV, 00b, Failed RECIPIENT_NOT_REACHABLE",
    "UNDELIVERABLE, 00b, Failed RECIPIENT_NOT_REACHABLE",
    "REJECTD, 000, Failed CHANNEL_REJECT",
    "DELETED, 000, Failed CHANNEL_REJECT",
    "UNKNOWN, 000, Failed UNKNOWN",
  })
  void aReceiptSays(String stat, String error, String told) {
    Receipt receipt = (Receipt) event(delivery(FULL.formatted(stat, error), RECEIPT, Map.of()));

    assertThat(AwsSmsEventsTest.told(receipt)).isEqualTo(told);
    assertThat(receipt.of()).isEqualTo(new Receipt.Of.PlatformId("1682816880"));
    assertThat(receipt.head().author()).contains(new Identity(ChannelName.SMS, "819012345678"));
    if (receipt.news() instanceof Receipt.News.Failed(var reason)) {
      assertThat(reason.description().contains("error 00b")).isEqualTo(error.equals("00b"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id:7 stat:DELIVRD",
        "stat:DELIVRD id:7",
        "id: 7 stat: DELIVRD",
        "ID:7 SUB:1 STAT:DELIVRD ERR:0",
        "id:7 done date:261121100101 stat:DELIVRD err:0 Text:id:9 stat:UNDELIV",
        "id:7  stat:DELIVRD",
      })
  void whateverAnSmscLeavesOut(String text) {
    Receipt receipt = (Receipt) event(delivery(text, RECEIPT, Map.of()));

    assertThat(receipt.of()).isEqualTo(new Receipt.Of.PlatformId("7"));
    assertThat(AwsSmsEventsTest.told(receipt)).isEqualTo("Reached DEVICE");
  }

  @Test
  void parametersGoBeforeTheText() {
    Map<Integer, Bytes> tlvs =
        Map.of(0x001E, Bytes.utf8("00644DBF70\0"), 0x0427, Bytes.wrap(new byte[] {5}));

    Receipt receipt =
        (Receipt)
            event(delivery(FULL.formatted("DELIVRD", "000"), 0, tlvs, IdForm.HEX, IdForm.DECIMAL));

    assertThat(receipt.of()).isEqualTo(new Receipt.Of.PlatformId("1682816880"));
    assertThat(AwsSmsEventsTest.told(receipt)).isEqualTo("Failed RECIPIENT_NOT_REACHABLE");
  }

  @ParameterizedTest
  @CsvSource({
    "644dbf70, HEX, 1682816880",
    "00644DBF70, HEX, 1682816880",
    "1682816880, DECIMAL, 1682816880",
    "0001682816880, DECIMAL, 1682816880",
    "00644DBF70, TEXT, 00644DBF70",
    "a-b-c, HEX, a-b-c",
    "12ab, DECIMAL, 12ab",
  })
  void oneIdHasOneSpelling(String id, IdForm form, String normal) {
    assertThat(SmppIds.normal(id, form)).isEqualTo(normal);
  }

  @Test
  void nobodyCanWriteAReceipt() {
    assertThat(event(delivery(FULL.formatted("DELIVRD", "000"), 0, Map.of())))
        .isInstanceOf(InboundEvent.Message.class);
  }

  @Test
  void aReceiptOfNothingStaysAsItIs() {
    for (String text : new String[] {"", "id:7", "stat:DELIVRD", "id:7 stat:WHATEVER"}) {
      assertThat(event(delivery(text, RECEIPT, Map.of()))).isInstanceOf(InboundEvent.Unknown.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, GSM7, 48656c6c6f, Hello",
    "0, GSM7, 001b65, @€",
    "0, LATIN1, 48e9, Hé",
    "1, GSM7, 4869, Hi",
    "3, GSM7, 48e9, Hé",
    "8, GSM7, 3053306b, こに",
    "8, GSM7, d83dde00, 😀",
    "24, GSM7, 3053, こ",
    "240, GSM7, 4869, Hi",
    "6, GSM7, bf, П",
  })
  void aTextIsReadInItsAlphabet(int coding, Alphabet alphabet, String hex, String text) {
    InboundEvent.Message message =
        (InboundEvent.Message) event(delivery(hex(hex), 0, coding, alphabet, Map.of()));

    assertThat(((Content.Text) message.content()).text()).isEqualTo(text);
    assertThat(message.head().chat()).contains(new Identity(ChannelName.SMS, "819012345678"));
  }

  @Test
  void octetsThatAreNoTextStayAsTheyAre() {
    assertThat(event(delivery(hex("0102"), 0, 4, Alphabet.GSM7, Map.of())))
        .isInstanceOf(InboundEvent.Unknown.class);
  }

  @Test
  void aPieceSaysWhereItBelongs() {
    InboundEvent.Piece byHeader = piece(hex("050003070201" + "4869"), 0x40, Map.of());
    InboundEvent.Piece byWideHeader = piece(hex("06080400070202" + "4869"), 0x40, Map.of());
    InboundEvent.Piece afterAnother =
        piece(hex("0b05040b8423f00003070202" + "4869"), 0x40, Map.of());
    InboundEvent.Piece byParameters =
        piece(hex("4869"), 0, Map.of(0x020C, hex("0007"), 0x020E, hex("02"), 0x020F, hex("01")));

    assertThat(byHeader.number()).isEqualTo(1);
    assertThat(byWideHeader.number()).isEqualTo(2);
    assertThat(afterAnother.number()).isEqualTo(2);
    assertThat(byParameters.number()).isEqualTo(1);
    for (InboundEvent.Piece piece :
        new InboundEvent.Piece[] {byHeader, byWideHeader, byParameters}) {
      assertThat(piece.text()).isEqualTo("Hi");
      assertThat(piece.count()).isEqualTo(2);
      assertThat(piece.group()).isEqualTo(byHeader.group());
    }
    assertThat(parse(byHeader.overdue()))
        .isInstanceOfSatisfying(
            InboundEvent.PiecesOverdue.class,
            overdue -> {
              assertThat(overdue.group()).isEqualTo(byHeader.group());
              assertThat(overdue.head().chat()).isEqualTo(byHeader.head().chat());
            });
  }

  @Test
  void headersThatAreBrokenCostTheirOctetsOnly() {
    for (String header : new String[] {"ff", "0500", "0500030700", "05000307020a4869", "00"}) {
      assertThat(event(delivery(hex(header), 0x40, 0, Alphabet.GSM7, Map.of())))
          .as(header)
          .isInstanceOf(InboundEvent.Message.class);
    }
  }

  @Test
  void aLongTextComesInTheParameter() {
    InboundEvent.Message message =
        (InboundEvent.Message) event(delivery("", 0, Map.of(0x0424, Bytes.utf8("a long text"))));

    assertThat(((Content.Text) message.content()).text()).isEqualTo("a long text");
  }

  @Test
  void whatIsKeptIsWhatCame() {
    SmppDelivery delivery =
        delivery(hex("00ff"), 0x44, 0xF5, Alphabet.LATIN1, Map.of(0x1401, hex("0102")));

    assertThat(SmppDelivery.of(Json.parse(delivery.toJson()).orElseThrow())).contains(delivery);
  }

  @Test
  void nothingMakesItFail() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      byte[] octets =
          random.nextBoolean()
              ? new byte[random.nextInt(40)]
              : mixed(random).getBytes(StandardCharsets.ISO_8859_1);
      if (octets.length < 40) {
        random.nextBytes(octets);
      }
      byte[] value = new byte[random.nextInt(6)];
      random.nextBytes(value);
      int[] tags = {0x001E, 0x0427, 0x020C, 0x020E, 0x020F, 0x0424};
      SmppDelivery delivery =
          delivery(
              Bytes.wrap(octets),
              random.nextInt(256),
              random.nextInt(256),
              Alphabet.GSM7,
              Map.of(tags[random.nextInt(tags.length)], Bytes.wrap(value)));

      assertThat(event(delivery)).as("seed %d", seed).isNotNull();
    }
  }

  /** A receipt with some of its letters changed. */
  private static String mixed(Random random) {
    StringBuilder text = new StringBuilder(FULL.formatted("DELIVRD", "000"));
    for (int i = random.nextInt(8); i >= 0; i--) {
      text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(256));
    }
    return text.toString();
  }

  private static InboundEvent.Piece piece(Bytes octets, int esmClass, Map<Integer, Bytes> tlvs) {
    return (InboundEvent.Piece) event(delivery(octets, esmClass, 0, Alphabet.GSM7, tlvs));
  }

  private static InboundEvent event(SmppDelivery delivery) {
    return parse(delivery.toJson());
  }

  private static InboundEvent parse(Bytes body) {
    JsonNode json = Json.parse(body).orElseThrow();
    return ((ParsedWebhook.Events) SmppEvents.parse(json, body)).events().getFirst();
  }

  private static SmppDelivery delivery(String text, int esmClass, Map<Integer, Bytes> tlvs) {
    return delivery(text, esmClass, tlvs, IdForm.TEXT, IdForm.TEXT);
  }

  private static SmppDelivery delivery(
      String text, int esmClass, Map<Integer, Bytes> tlvs, IdForm submitIds, IdForm receiptIds) {
    return new SmppDelivery(
        Instant.parse("2026-11-21T10:00:00Z"),
        1,
        "819012345678",
        "81000",
        esmClass,
        0,
        Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1)),
        tlvs,
        Alphabet.GSM7,
        submitIds,
        receiptIds);
  }

  private static SmppDelivery delivery(
      Bytes octets, int esmClass, int coding, Alphabet alphabet, Map<Integer, Bytes> tlvs) {
    return new SmppDelivery(
        Instant.parse("2026-11-21T10:00:00Z"),
        1,
        "+819012345678",
        "81000",
        esmClass,
        coding,
        octets,
        tlvs,
        alphabet,
        IdForm.TEXT,
        IdForm.TEXT);
  }

  private static Bytes hex(String hex) {
    return Bytes.wrap(HexFormat.of().parseHex(hex));
  }
}

package dev.throughline.channel.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.OwnedRun;
import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Receipt;
import dev.throughline.message.InboundEvent.Receipt.News;
import dev.throughline.message.InboundEvent.Receipt.Of;
import dev.throughline.message.Reason.Code;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A mail that is handed in is a report of the mail that it names, a complaint, a program's own
 * answer, or what a person wrote; the first three never begin a conversation. Nothing that can be
 * in a mail makes reading it fail.
 */
class MailEventsTest {
  private static final String CODE = "tl-01K9Z0000000000000000MESSA-01K9Z0000000000000000MESSA";
  private static final Identity TARO = new Identity(ChannelName.EMAIL, "taro@example.org");

  /** As Exim writes it, by the returned head alone where ENVID is left out. */
  private static final String REPORT =
      """
      Return-path: <>
      From: Mail Delivery System <Mailer-Daemon@mx.example.org>
      To: %s
      Auto-Submitted: auto-replied
      Content-Type: multipart/report; report-type=delivery-status; boundary=b
      Message-Id: <E1report@mx.example.org>

      --b
      Content-Type: text/plain

      This is a report.

      --b
      Content-Type: message/delivery-status

      Reporting-MTA: dns; mx.example.org
      %s
      Action: %s
      Final-Recipient: rfc822;taro@example.org
      Status: %s
      Diagnostic-Code: smtp; %s

      --b
      Content-Type: %s

      Message-ID: %s
      Subject: Hello

      --b--
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          delivered | 2.0.0 | 250 ok                             | CARRIER
          relayed   | 2.0.0 | 250 ok                             | CARRIER
          expanded  | 2.0.0 | 250 ok                             | CARRIER
          delayed   | 4.4.1 | 451 later                          | ACCEPTED
          """)
  void aReportTellsHowFarAMailGot(String action, String status, String said, Assurance level) {
    assertThat(report(action, status, said).news()).isEqualTo(new News.Reached(level));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          5.1.1 | 550 5.1.1 no such user          | RECIPIENT_INVALID_CHANNEL_IDENTITY
          5.0.0 | 550 5.1.1 no such user          | RECIPIENT_INVALID_CHANNEL_IDENTITY
          5.0.0 | 550 mailbox unavailable         | RECIPIENT_NOT_REACHABLE
          5.2.2 | 552 over quota                  | RECIPIENT_NOT_REACHABLE
          4.4.7 | 451 expired                     | RECIPIENT_NOT_REACHABLE
          5.7.1 | 550 spam                        | DELIVERY_REJECTED_DUE_TO_POLICY
          5.3.4 | 552 too large                   | BAD_REQUEST
          5.0.0 | unknown                         | CHANNEL_REJECT
          """)
  void aReportTellsWhyAMailFailed(String status, String said, Code code) {
    assertThat(report("failed", status, said).news())
        .isInstanceOfSatisfying(
            News.Failed.class,
            failed -> {
              assertThat(failed.reason().code()).isEqualTo(code);
              assertThat(failed.reason().description()).doesNotContain("taro", "user");
            });
  }

  @Test
  void aReportNamesItsMailInOneOfThreeWays() {
    String ours = "<" + CODE + "@example.com>";
    String other = "<other@example.com>";
    String headers = "text/rfc822-headers";
    Of tag = new Of.Tag(EmailGoldenTest.TAG);
    String plain = "bounces@example.com";
    String verp = "bounces+" + CODE.toLowerCase(java.util.Locale.ROOT) + "@example.com";

    assertThat(
            of(
                REPORT.formatted(
                    plain,
                    "Original-Envelope-ID: " + CODE + "\n",
                    "failed",
                    "5.1.1",
                    "x",
                    headers,
                    other)))
        .contains(tag);
    assertThat(of(REPORT.formatted("<" + verp + ">", "", "failed", "5.1.1", "x", headers, other)))
        .contains(tag);
    assertThat(of(REPORT.formatted(plain, "", "failed", "5.1.1", "x", headers, ours)))
        .contains(tag);
    assertThat(of(REPORT.formatted(plain, "", "failed", "5.1.1", "x", "message/rfc822", ours)))
        .contains(tag);
    assertThat(of(REPORT.formatted(plain, "", "failed", "5.1.1", "x", headers, other))).isEmpty();
  }

  @Test
  void aServerThatWritesToPeopleOnlyIsUnderstoodToo() {
    String mail =
        """
        From: MAILER-DAEMON@old.example
        To: bounces+%s@example.com
        Subject: failure notice

        <taro@example.org>:
        192.0.2.1 does not like recipient.
        Remote host said: 550 5.1.1 No such user
        """
            .formatted(CODE);

    assertThat(only(mail))
        .isInstanceOfSatisfying(
            Receipt.class,
            receipt ->
                assertThat(((News.Failed) receipt.news()).reason().code())
                    .isEqualTo(Code.RECIPIENT_INVALID_CHANNEL_IDENTITY));
  }

  @Test
  void aComplaintIsOfWhoeverComplained() {
    String mail =
        """
        From: feedback@provider.example
        To: complaints@example.com
        Content-Type: multipart/report; report-type=feedback-report; boundary=b

        --b
        Content-Type: text/plain

        This is an abuse report.
        --b
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: Provider/1.0
        Version: 1
        Original-Rcpt-To: <taro@example.org>
        --b
        Content-Type: message/rfc822

        From: shop@example.com
        To: taro@example.org

        --b--
        """;

    assertThat(only(mail)).isInstanceOf(InboundEvent.Complained.class);
    assertThat(only(mail).head().chat()).contains(TARO);
    assertThat(only(mail.replace("abuse\n", "not-spam\n")))
        .isInstanceOf(InboundEvent.Unknown.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (vacation)",
        "Precedence: bulk",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "List-Id: <news.example.org>",
        "X-Auto-Response-Suppress: All",
        "Message-ID: <tl-01K9Z0000000000000000MESSA-01K9Z0000000000000000MESSA@example.com>"
      })
  void aProgramsAnswerIsNoConversation(String field) {
    InboundEvent event = only("From: taro@example.org\n" + field + "\n\nI am away.\n");

    assertThat(event).isInstanceOf(InboundEvent.Unknown.class);
    assertThat(event.head().chat()).isEmpty();
    assertThat(event.head().raw()).contains("\"type\":\"auto_reply\"");
  }

  @Test
  void aPersonsAnswerIsWhatTheyWroteThemselves() {
    List<InboundEvent> events =
        events(
            """
            From: "Yamada, Taro" <Taro@Example.ORG>
            To: shop@example.com
            Subject: Re: Hello
            Message-ID: <m1@example.org>
            In-Reply-To: <%s@example.com>
            Auto-Submitted: no
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            Sch=F6n, yes.

            -- inline --

            On Tue, 3 Nov 2026, Shop wrote:
            > Will you come?
            > Yours

            """
                .formatted(CODE));

    InboundEvent.Message message = (InboundEvent.Message) events.getFirst();
    assertThat(events).hasSize(1);
    assertThat(message.content()).isEqualTo(new Content.Text("Schön, yes.\n\n-- inline --"));
    assertThat(message.platformMessageId()).isEqualTo("m1@example.org");
    assertThat(message.answeredId()).contains(CODE + "@example.com");
    assertThat(message.head().author())
        .contains(new Identity(ChannelName.EMAIL, "Taro@example.org"));
  }

  @Test
  void anAnswerToAMailOfSesNamesItAsSesDoes() {
    InboundEvent event =
        only("From: taro@example.org\nIn-Reply-To: <0106-abc@eu-west-1.amazonses.com>\n\nYes\n");

    assertThat(((InboundEvent.Message) event).answeredId()).contains("0106-abc");
  }

  @Test
  void aNewMailSaysWhatItIsAbout() {
    InboundEvent event =
        only("From: taro@example.org\nSubject: =?utf-8?B?5rOo5paH?=\n\nWhere is it?\n");

    assertThat(((InboundEvent.Message) event).content())
        .isEqualTo(new Content.Text("注文\n\nWhere is it?"));
  }

  @Test
  void aLinkThatWasFollowedIsAChoice() {
    List<InboundEvent> events =
        events("From: taro@example.org\nSubject: Yes [tl:01K9Z0000000000000000MESSA/2]\n\nYes\n");

    assertThat(events).hasSize(1);
    assertThat(((InboundEvent.Chosen) events.getFirst()).response())
        .isEqualTo(
            new Content.ChoiceResponse(Optional.of(EmailGoldenTest.ID), "Yes", Optional.of(2)));
    assertThat(
            events(
                """
                From: taro@example.org
                Subject: Yes [tl:01K9Z0000000000000000MESSA/2]

                Yes, but later
                """))
        .hasSize(2);
  }

  @Test
  void filesComeAfterTheWords() {
    List<InboundEvent> events =
        events(
            """
            From: taro@example.org
            Message-ID: <m2@example.org>
            Subject: Re: Hello
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: multipart/alternative; boundary=c

            --c
            Content-Type: text/html

            <style>p{color:red}</style><p>See &lt;this&gt;&nbsp;&#12354;</p><div>soon</div>
            --c--
            --b
            Content-Type: image/png; name="=?utf-8?B?5Zuz?=.png"
            Content-Disposition: attachment
            Content-Transfer-Encoding: base64

            iVBORw0KGgo=
            --b--
            """);

    assertThat(events).hasSize(2);
    assertThat(((InboundEvent.Message) events.getFirst()).content())
        .isEqualTo(new Content.Text("See <this> あ\n\nsoon"));
    InboundEvent.Message file = (InboundEvent.Message) events.getLast();
    assertThat(file.platformMessageId()).isEqualTo("m2@example.org#1");
    assertThat(file.content())
        .isInstanceOfSatisfying(
            Content.Attachment.class,
            attached -> {
              assertThat(attached.kind()).isEqualTo(Content.Attachment.Kind.IMAGE);
              assertThat(attached.fileName()).contains("図.png");
              assertThat(attached.bytes().orElseThrow().length()).isEqualTo(8);
            });
    assertThat(events.getFirst().head().eventId()).isNotEqualTo(file.head().eventId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not a mail", "{}", "\r\n\r\nx"})
  void whatIsNoMailIsMalformed(String body) {
    assertThat(MailEvents.parse(Bytes.utf8(body))).isInstanceOf(ParsedWebhook.Malformed.class);
    assertThat(MailEvents.split(Bytes.utf8(body)).getFirst().owner()).isEmpty();
  }

  @Test
  void nothingInAMailMakesReadingItFail() {
    Random random = new Random(8058);
    byte[] whole =
        REPORT
            .formatted("a@b.c", "", "failed", "5.1.1", "550 x", "message/rfc822", "<a@b>")
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 2_000; i++) {
      byte[] broken = whole.clone();
      for (int j = random.nextInt(12); j >= 0; j--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      Bytes body = Bytes.wrap(broken).slice(0, random.nextInt(broken.length));
      MailEvents.parse(body);
      List<OwnedRun> runs = MailEvents.split(body);
      assertThat(runs.getFirst().to()).isEqualTo(body.length());
    }
  }

  @Test
  void aReportIsWhosesMailItReports() {
    Bytes body =
        Bytes.utf8(
            REPORT.formatted("a@b.c", "", "failed", "5.1.1", "550 x", "message/rfc822", "<a@b>"));

    assertThat(MailEvents.split(body).getFirst().owner()).contains(TARO);
  }

  private static Receipt report(String action, String status, String said) {
    return (Receipt)
        only(
            REPORT.formatted(
                "bounces@example.com",
                "Original-Envelope-ID: " + CODE + "\n",
                action,
                status,
                said,
                "text/rfc822-headers",
                "<x@example.com>"));
  }

  private static Optional<Of> of(String mail) {
    return only(mail) instanceof Receipt receipt ? Optional.of(receipt.of()) : Optional.empty();
  }

  private static InboundEvent only(String mail) {
    List<InboundEvent> events = events(mail);
    assertThat(events).hasSize(1);
    return events.getFirst();
  }

  private static List<InboundEvent> events(String mail) {
    return ((ParsedWebhook.Events) MailEvents.parse(Bytes.utf8(mail.replace("\n", "\r\n"))))
        .events();
  }
}

package dev.throughline.sandbox.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.emulator.Bytes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A mail is read as a mail client reads it, and nothing in it can break the reader. */
class MimeTest {
  private static Mime mail(String text) {
    return Mime.parse(Bytes.of(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void wordsPartsAndEncodingsAreDecoded() {
    Mime mime =
        mail(
            """
            From: =?UTF-8?B?5pel5pys?= <shop@shop.example>
            Subject: =?UTF-8?Q?Caf=C3=A9_?=
             =?ISO-8859-1?Q?=E9t=E9?=
            List-Unsubscribe: <mailto:u@shop.example>, <http://127.0.0.1:1/u/x>
            List-Unsubscribe-Post: List-Unsubscribe=One-Click
            Content-Type: multipart/mixed; boundary="a b"

            before
            --a b
            Content-Type: multipart/alternative; boundary=c

            --c
            Content-Type: text/plain; charset=ISO-2022-JP
            Content-Transfer-Encoding: base64

            GyRCRnxLXBsoQg==
            --c
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            <p>=E6=97=A5=E6=9C=AC</p>=
            end
            --c--
            --a b
            Content-Type: application/pdf
            Content-Disposition: attachment; filename*=UTF-8''%E6%97%A5.pdf
            Content-Transfer-Encoding: base64

            JVBERg==
            --a b--
            after
            """);
    assertThat(mime.words("From")).isEqualTo("日本 <shop@shop.example>");
    assertThat(mime.words("Subject")).isEqualTo("Café été");
    assertThat(mime.readable()).isEqualTo("日本");
    assertThat(mime.first("text/html").orElseThrow().text()).isEqualTo("<p>日本</p>end");
    assertThat(mime.unsubscribe()).contains("http://127.0.0.1:1/u/x");
    assertThat(mime.json().at("/attachments/0/name").stringValue("")).isEqualTo("日.pdf");
    assertThat(mime.json().at("/attachments/0/size").intValue(0)).isEqualTo(4);
  }

  @Test
  void whatIsBrokenIsReadAsFarAsItGoes() {
    assertThat(mail("").readable()).isEmpty();
    assertThat(mail("\nonly a body").readable()).isEqualTo("only a body");
    assertThat(mail("Content-Type: multipart/mixed; boundary=x\n\nno part").parts()).isEmpty();
    assertThat(mail("Subject: =?nothing?B?####?=\n\n").words("Subject")).isNotNull();
    assertThat(
            mail("Content-Type: text/html; charset=none\n\n<style>x</style>a<br>b &lt;c&gt;")
                .readable())
        .isEqualTo("a\nb <c>");
    String deep = "Content-Type: multipart/mixed; boundary=x\n\n--x\n".repeat(200);
    assertThat(mail(deep).readable()).isNotNull();
  }
}

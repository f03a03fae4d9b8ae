package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An answer is complete at its last byte, however its bytes are cut into reads. */
class AnswerReaderTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no body, length 0    | HTTP/1.1 200 OK~Content-Length: 0~~                                  | 200 | false | COMPLETE
          fixed length         | HTTP/1.1 401 Unauthorized~content-length:5~~hello                     | 401 | false | COMPLETE
          chunked              | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~3;x=y~you~0~~     | 200 | false | COMPLETE
          chunked, trailers    | HTTP/1.1 200 OK~transfer-encoding:chunked~~1~x~0~a: b~~               | 200 | false | COMPLETE
          no content           | HTTP/1.1 204 No Content~date: now~~                                   | 204 | false | COMPLETE
          continue, then ok    | HTTP/1.1 100 Continue~~HTTP/1.1 200 OK~content-length: 2~~ok          | 200 | false | COMPLETE
          last one             | HTTP/1.1 503 Busy~Connection: close~Content-Length: 1~~x              | 503 | true  | COMPLETE
          neither length       | HTTP/1.1 200 OK~date: now~~                                           | 200 | false | MALFORMED
          length of letters    | HTTP/1.1 200 OK~content-length: ten~~                                 | 200 | false | MALFORMED
          chunk size of nothing| HTTP/1.1 200 OK~transfer-encoding: chunked~~~                         | 200 | false | MALFORMED
          not HTTP             | SSH-2.0-OpenSSH~                                                      | 0   | false | MALFORMED
          cut off              | HTTP/1.1 200 OK~content-length: 10~~hello                             | 200 | false | MORE
          """)
  void reads(String name, String wire, int status, boolean closes, AnswerReader.Progress expected) {
    byte[] bytes = wire.strip().replace("~", "\r\n").getBytes(US_ASCII);
    for (int piece = 1; piece <= bytes.length; piece++) {
      AnswerReader reader = new AnswerReader();
      AnswerReader.Progress progress = AnswerReader.Progress.MORE;
      int taken = 0;
      while (taken < bytes.length && progress == AnswerReader.Progress.MORE) {
        ByteBuffer part = ByteBuffer.wrap(bytes, taken, Math.min(piece, bytes.length - taken));
        progress = reader.read(part);
        taken = part.position();
      }
      assertThat(progress).as("%s in pieces of %d", name, piece).isEqualTo(expected);
      assertThat(reader.status()).as("%s in pieces of %d", name, piece).isEqualTo(status);
      assertThat(reader.closes()).isEqualTo(closes);
      if (expected == AnswerReader.Progress.COMPLETE) {
        assertThat(taken).as("%s in pieces of %d", name, piece).isEqualTo(bytes.length);
      }
    }
  }
}

package dev.throughline.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.message.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A request's JSON is refused if it can be understood in two ways or cannot be stored, and quickly
 * whatever its size; what is written is what JSON.stringify would write.
 */
class JsonTest {
  static List<Bytes> bad() {
    return List.of(
        Bytes.EMPTY,
        Bytes.utf8("null"),
        Bytes.utf8("[]"),
        Bytes.utf8("\"a\""),
        Bytes.utf8("{"),
        Bytes.utf8("{}{}"),
        Bytes.utf8("{\"a\":1,\"a\":2}"),
        Bytes.utf8("{\"a\":\"\\u0000\"}"),
        Bytes.utf8("{\"a\\u0000\":1}"),
        Bytes.utf8("{\"a\":\"\\ud83d\"}"),
        Bytes.utf8("{\"a\":[{\"\\udc00\":1}]}"),
        Bytes.utf8("{\"a\":NaN}"),
        Bytes.utf8("{\"a\":1e400}"),
        Bytes.utf8("{\"a\":-1e99999999999}"),
        Bytes.utf8("{\"a\":" + "9".repeat(1_000_000) + "}"),
        Bytes.utf8("{\"a\":[" + "{},".repeat(300_000) + "{}]}"),
        Bytes.utf8("{\"a\":" + "[".repeat(100_000)),
        Bytes.utf8("{\"a\":".repeat(100_000)),
        Bytes.wrap(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}),
        Bytes.wrap(
            new byte[] {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'}),
        Bytes.wrap(new byte[] {0, '{', 0, '}'}),
        Bytes.wrap(new byte[1 << 20]));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void refuses(Bytes body) {
    assertThatThrownBy(() -> Json.request(body))
        .isInstanceOfSatisfying(
            WrongFieldException.class, wrong -> assertThat(wrong.sentence()).isNotBlank());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          { "a" : 1.0 }          | {"a":1}
          {"a":1.50}             | {"a":1.5}
          {"a":1e3}              | {"a":1000}
          {"a":-0.0}             | {"a":0}
          {"a":1e20}             | {"a":100000000000000000000}
          {"a":0.000001}         | {"a":0.000001}
          {"a":12.5e-1}          | {"a":1.25}
          {"a":1e308}            | {"a":1E+308}
          {"a":123456789012345}  | {"a":123456789012345}
          {"a":"\\/\\u3042あ😀"}   | {"a":"/ああ😀"}
          {"a":"\\n<>&'"}         | {"a":"\\n<>&'"}
          {"a":[true,false,null]} | {"a":[true,false,null]}
          """)
  void writesAsJavaScriptDoes(String in, String out) {
    assertThat(Json.text(Json.request(Bytes.utf8(in)))).isEqualTo(out);
    assertThat(Json.bytes(Json.request(Bytes.utf8(in)))).isEqualTo(Bytes.utf8(out));
  }

  @Test
  void anErrorHasTheFormThatSdksRead() {
    assertThat(ApiError.of(404, "NOT_FOUND", "APP_UNKNOWN", "No such app.").bytes().asUtf8())
        .isEqualTo(
            """
            {"error":{"code":404,"message":"No such app.","status":"NOT_FOUND","details":[\
            {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"APP_UNKNOWN",\
            "domain":"throughline"}]}}\
            """);
  }
}

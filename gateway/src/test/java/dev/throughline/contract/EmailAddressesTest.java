package dev.throughline.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One spelling an address: the domain folded and in ASCII, the local part as it is. */
class EmailAddressesTest {
  @ParameterizedTest
  @CsvSource({
    "taro@example.com,taro@example.com",
    "Taro.Yamada+shop@EXAMPLE.com,Taro.Yamada+shop@example.com",
    "a@日本語.jp,a@xn--wgv71a119e.jp",
    "a@BÜCHER.example,a@xn--bcher-kva.example",
    "o'hara@a-b.co.uk,o'hara@a-b.co.uk",
    "a@mail.xn--p1ai,a@mail.xn--p1ai"
  })
  void anAddressHasOneSpelling(String given, String normal) {
    assertThat(EmailAddresses.normal(given)).contains(normal);
    assertThat(EmailAddresses.normal(normal)).contains(normal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@",
        "a",
        "a@",
        "@example.com",
        "a@localhost",
        "a@example",
        "a@example.com.",
        "a@-example.com",
        "a@exam ple.com",
        "a@example..com",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        "a b@example.com",
        "a@b@example.com",
        "\"a b\"@example.com",
        "太郎@example.com",
        "Taro <taro@example.com>",
        "taro@example.com,jiro@example.com",
        "taro@example.com\r\nBcc: eve@example.com",
        "a@example.com>",
        "x23456789012345678901234567890123456789012345678901234567890123456@example.com"
      })
  void whatIsNoAddressIsNone(String given) {
    assertThat(EmailAddresses.normal(given)).isEmpty();
  }
}

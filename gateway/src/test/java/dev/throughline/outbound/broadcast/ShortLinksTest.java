package dev.throughline.outbound.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What people read and follow leads over us, each address by one link of ours; what is fetched,
 * what is different for each, and what is no address stays as it was written.
 */
class ShortLinksTest {
  private final AtomicInteger made = new AtomicInteger();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "See https://shop.example/a?b=1#c.             | See B/l/t1.",
        "(https://shop.example/a) http://x.example:81  | (B/l/t1) B/l/t2",
        "https://a.example https://a.example/          | B/l/t1 B/l/t2",
        "https://a.example and https://a.example       | B/l/t1 and B/l/t1",
        "セールhttps://a.example/秋まで                 | セールB/l/t1秋まで",
        "https://a.example/?to=${name} ${opt_out_url}  | https://a.example/?to=${name} ${opt_out_url}",
        "https://user@a.example http:// javascript:a() | https://user@a.example http:// javascript:a()",
        "https://a.example/<script>                    | B/l/t1<script>"
      })
  void ofATextOnlyAddresses(String text, String becomes) {
    ShortLinks links =
        of(
            "{\"text_message\":{\"text\":"
                + Json.text(Json.object().put("a", text).get("a"))
                + "}}");
    assertThat(links.message().at("/text_message/text").stringValue())
        .isEqualTo(becomes.replace("B/", "https://g.example/"));
  }

  @Test
  void whatIsFollowedAndNotWhatIsFetched() {
    ShortLinks links =
        of(
            """
            {"card_message":{"title":"T","media_message":{"url":"https://a.example/p.png"},
              "choices":[{"url_message":{"title":"Go","url":"https://a.example/go"}}]}}
            """);
    assertThat(links.message().at("/card_message/media_message/url").stringValue())
        .isEqualTo("https://a.example/p.png");
    assertThat(links.message().at("/card_message/choices/0/url_message/url").stringValue())
        .isEqualTo("https://g.example/l/t1");
    assertThat(links.links())
        .extracting(ShortLinks.Link::address)
        .containsExactly("https://a.example/go");
  }

  private ShortLinks of(String message) {
    return ShortLinks.of(
        Json.object(Bytes.utf8(message)), "https://g.example", () -> "t" + made.incrementAndGet());
  }
}

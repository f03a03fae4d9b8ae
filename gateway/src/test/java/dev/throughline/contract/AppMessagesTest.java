package dev.throughline.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.message.AppMessage;
import dev.throughline.message.AppMessage.Source;
import dev.throughline.message.Bytes;
import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the contract allows is understood; what no channel could show is refused by its field. */
class AppMessagesTest {
  private static final String SAY = "{\"text_message\":{\"text\":\"a\"}}";

  @Test
  void everyChoiceIsUnderstood() {
    AppMessage message =
        read(
            """
            {"choice_message":{"text_message":{"text":"t"},"choices":[
              {"text_message":{"text":"a"},"postback_data":"d"},
              {"url_message":{"title":"b","url":"https://example.com/"}},
              {"call_message":{"title":"c","phone_number":"46701234567"}},
              {"location_message":{"title":"d","coordinates":{"latitude":-90,"longitude":180}}},
              {"calendar_message":{"title":"e","event_title":"E",
                "event_start":"2026-12-01T10:00:00+09:00","event_end":"2026-12-01T02:00:00Z",
                "fallback_url":"http://example.com/e"}},
              {"share_location_message":{"title":"f","fallback_url":"http://example.com/f"}}]}}
            """);

    assertThat(content(message))
        .isEqualTo(
            new Content.Choices(
                "t",
                List.of(
                    new Choice.Say("a", "d"),
                    new Choice.Open("b", "https://example.com/"),
                    new Choice.Call("c", "+46701234567"),
                    new Choice.Show(new Content.Location(-90, 180, "d", "")),
                    new Choice.Note(
                        "e",
                        Instant.parse("2026-12-01T01:00:00Z"),
                        Instant.parse("2026-12-01T02:00:00Z"),
                        "E",
                        "",
                        "http://example.com/e"),
                    new Choice.ShareLocation("f", "http://example.com/f"))));
  }

  @Test
  void choicesOfACarouselAreInReadingOrder() {
    AppMessage message =
        read(
            """
            {"carousel_message":{"cards":[
              {"title":"1","choices":[{"text_message":{"text":"a"}}]},
              {"title":"2","choices":[{"text_message":{"text":"b"}},{"text_message":{"text":"c"}}]}],
              "choices":[{"text_message":{"text":"d"}}]}}
            """);

    assertThat(content(message).choices())
        .extracting(Choice::title)
        .containsExactly("a", "b", "c", "d");
  }

  @Test
  void whatWasSaidIsKeptAsItWas() {
    String json =
        "{\"text_message\":{\"text\":\"a\"},\"agent\":{\"type\":\"BOT\"},\"new\":[1,null]}";

    AppMessage message = read(json);

    assertThat(message.json()).isEqualTo(json);
    assertThat(message.toString()).doesNotContain("text_message");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"media_message":{}} | media_message.url
          {"media_message":{"url":"a.jpg"}} | media_message.url
          {"media_message":{"url":"ftp://a/b.jpg"}} | media_message.url
          {"media_message":{"url":"https://a/b.jpg","thumbnail_url":"c"}} | media_message.thumbnail_url
          {"location_message":{"title":"t"}} | location_message.coordinates
          {"location_message":{"title":"t","coordinates":{"latitude":1}}} | location_message.coordinates.longitude
          {"location_message":{"title":"t","coordinates":{"latitude":90.1,"longitude":1}}} | location_message.coordinates.latitude
          {"location_message":{"title":"t","coordinates":{"latitude":1,"longitude":"1"}}} | location_message.coordinates.longitude
          {"location_message":{"coordinates":{"latitude":1,"longitude":1}}} | location_message.title
          {"choice_message":{"choices":[SAY]}} | choice_message.text_message
          {"choice_message":{"text_message":{"text":"t"}}} | choice_message.choices
          {"choice_message":{"text_message":{"text":"t"},"choices":[]}} | choice_message.choices
          {"choice_message":{"text_message":{"text":"t"},"choices":[SAY,SAY,SAY,SAY,SAY,SAY,SAY,SAY,SAY,SAY,SAY]}} | choice_message.choices
          {"choice_message":{"text_message":{"text":"t"},"choices":[{}]}} | choice_message.choices[0]
          {"choice_message":{"text_message":{"text":"t"},"choices":[SAY,"a"]}} | choice_message.choices[1]
          {"choice_message":{"text_message":{"text":"t"},"choices":[{"call_message":{"title":"c","phone_number":"call me"}}]}} | choice_message.choices[0].call_message.phone_number
          {"choice_message":{"text_message":{"text":"t"},"choices":[{"url_message":{"url":"https://a"}}]}} | choice_message.choices[0].url_message.title
          {"choice_message":{"text_message":{"text":"t"},"choices":[{"calendar_message":{"title":"e","event_title":"E","event_start":"tomorrow","event_end":"2026-12-01T02:00:00Z","fallback_url":"http://a"}}]}} | choice_message.choices[0].calendar_message.event_start
          {"choice_message":{"text_message":{"text":"t"},"choices":[{"calendar_message":{"title":"e","event_title":"E","event_start":"2026-12-01T03:00:00Z","event_end":"2026-12-01T02:00:00Z","fallback_url":"http://a"}}]}} | choice_message.choices[0].calendar_message.event_end
          {"card_message":{}} | card_message
          {"card_message":{"title":"t","height":"HUGE"}} | card_message.height
          {"carousel_message":{"cards":[]}} | carousel_message.cards
          {"carousel_message":{"cards":[{"title":"t"}],"choices":[SAY,SAY,SAY,SAY]}} | carousel_message.choices
          {"list_message":{"title":"t"}} | list_message.sections
          {"list_message":{"title":"t","sections":[{"items":[]}]}} | list_message.sections[0].items
          {"list_message":{"title":"t","sections":[{"items":[{}]}]}} | list_message.sections[0].items[0]
          {"list_message":{"title":"t","sections":[{"items":[{"product":{"id":"i"}}]}]}} | list_message.sections[0].items[0].product.marketplace
          {"contact_info_message":{"phone_numbers":[{"phone_number":"1"}]}} | contact_info_message.name
          {"contact_info_message":{"name":{"full_name":"n"}}} | contact_info_message.phone_numbers
          """)
  void namesTheFieldThatIsWrong(String json, String field) {
    assertThatThrownBy(() -> read(json.replace("SAY", SAY)))
        .isInstanceOfSatisfying(
            WrongFieldException.class,
            wrong -> {
              assertThat(wrong.field()).isEqualTo(field);
              assertThat(wrong.sentence()).endsWith(".");
            });
  }

  private static Content.Outbound content(AppMessage message) {
    return ((Source.Given) message.general().orElseThrow()).content();
  }

  private static AppMessage read(String json) {
    return AppMessages.read(Fields.of(Json.request(Bytes.utf8(json))));
  }
}

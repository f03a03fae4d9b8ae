package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiServer.Answer;
import dev.throughline.conversation.Changes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A contact is found by its id, its addresses and its external id as soon as it is made, and an
 * address belongs to one contact alone.
 */
class ContactRoutesTest {
  @AutoClose private static ApiServer api;
  private static int number;

  @BeforeAll
  static void start() {
    api = ApiServer.start();
  }

  private String app = "";
  private String user = "";

  @BeforeEach
  void anAppAndAUser() {
    app = api.app();
    user = "U" + "%032x".formatted(++number);
  }

  /** As the Java SDK sends it, with an app and a user of ours. */
  private String recorded() {
    return """
    {"channel_identities":[{"app_id":"%s","channel":"LINE","identity":"%s"}],\
    "display_name":"Taro","language":"JA"}\
    """
        .formatted(app, user);
  }

  @Test
  void isShownAsItWasMade() {
    Answer created = api.post("/contacts", recorded());

    assertThat(created.status()).isEqualTo(200);
    assertThat(created.body())
        .isEqualTo(
            """
            {"id":"%s","channel_identities":[{"channel":"LINE","identity":"%s","app_id":"%s"}],\
            "channel_priority":[],"display_name":"Taro","email":"","external_id":"","metadata":"",\
            "language":"JA"}\
            """
                .formatted(created.text("/id"), user, app));
    assertThat(api.get("/contacts/" + created.text("/id")).body()).isEqualTo(created.body());
  }

  @Test
  void theLedgerTellsOfIt() {
    Answer created = api.post("/contacts", recorded());

    assertThat(api.newest(Changes.KIND).body().orElseThrow().asUtf8())
        .contains("\"contact_created\"", created.text("/id"), "Taro");
  }

  @Test
  void theSameAddressBelongsToOneContact() {
    String first = api.post("/contacts", recorded()).text("/id");

    Answer second = api.post("/contacts", recorded());

    assertThat(second.status()).isEqualTo(400);
    assertThat(second.text("/error/details/1/reason")).isEqualTo("IDENTITY_TAKEN");
    assertThat(second.text("/error/details/1/metadata/contact_id")).isEqualTo(first);
    String other = api.post("/contacts", withPhone("+4670" + number)).text("/id");
    assertThat(api.patch("/contacts/" + other, recorded()).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"+46%07d", "%%2B46%07d", "46%07d"})
  void aPhoneIsFoundInEverySpelling(String query) {
    int digits = ++number;
    Answer created = api.post("/contacts", withPhone("+46%07d".formatted(digits)));
    assertThat(created.text("/channel_identities/0/identity"))
        .isEqualTo("46%07d".formatted(digits));
    assertThat(created.text("/channel_identities/0/app_id")).isEmpty();

    Answer found = api.get("/contacts?channel=SMS&identity=" + query.formatted(digits));

    assertThat(found.text("/contacts/0/id")).isEqualTo(created.text("/id"));
  }

  @Test
  void aLineUserIsFoundByAddressAndByExternalId() {
    String id =
        api.post(
                "/contacts",
                recorded().replace("\"Taro\"", "\"Taro\",\"external_id\":\"é/" + user + "\""))
            .text("/id");

    assertThat(api.get("/contacts?channel=LINE&identity=" + user).text("/contacts/0/id"))
        .isEqualTo(id);
    assertThat(api.get("/contacts?external_id=%C3%A9/" + user).text("/contacts/0/id"))
        .isEqualTo(id);
    assertThat(api.get("/contacts?external_id=other").body())
        .isEqualTo("{\"contacts\":[],\"next_page_token\":\"\"}");
  }

  @Test
  void somebodyWhoWroteIsThere() {
    api.say(app, user, "m" + number, "Hello");

    Answer found = api.get("/contacts?channel=LINE&identity=" + user);

    assertThat(found.text("/contacts/0/channel_identities/0/identity")).isEqualTo(user);
    assertThat(found.text("/contacts/0/language")).isEqualTo("UNSPECIFIED");
  }

  @Test
  void aPatchChangesWhatItSays() {
    String id = api.post("/contacts", recorded()).text("/id");

    Answer patched = api.patch("/contacts/" + id, "{\"email\":\"a@example.com\"}");
    assertThat(patched.text("/email")).isEqualTo("a@example.com");
    assertThat(patched.text("/display_name")).isEqualTo("Taro");
    assertThat(patched.text("/channel_identities/0/identity")).isEqualTo(user);

    Answer masked =
        api.patch(
            "/contacts/" + id + "?update_mask=email,display_name",
            "{\"display_name\":\"Jiro\",\"language\":\"EN\"}");
    assertThat(masked.text("/email")).isEmpty();
    assertThat(masked.text("/display_name")).isEqualTo("Jiro");
    assertThat(masked.text("/language")).isEqualTo("JA");
    assertThat(api.get("/contacts/" + id).body()).isEqualTo(masked.body());
  }

  @Test
  void addressesAreReplacedByAPatch() {
    String id = api.post("/contacts", recorded()).text("/id");
    String phone = "4611" + number;

    Answer patched = api.patch("/contacts/" + id, withPhone(phone));

    assertThat(ApiServer.elements(patched.json(), "channel_identities"))
        .extracting(identity -> identity.path("identity").asString(""))
        .containsExactly(phone);
    assertThat(api.post("/contacts", recorded()).status()).isEqualTo(200);
  }

  @Test
  void aListHasPagesThatMissNobody() {
    Set<String> made = new HashSet<>();
    for (int i = 0; i < 7; i++) {
      made.add(api.post("/contacts", withPhone("4699" + ++number)).text("/id"));
    }
    List<String> seen = new ArrayList<>();
    String token = "";
    do {
      Answer page =
          api.get("/contacts?page_size=3" + (token.isEmpty() ? "" : "&page_token=" + token));
      ApiServer.elements(page.json(), "contacts")
          .forEach(contact -> seen.add(contact.path("id").asString("")));
      token = page.text("/next_page_token");
      assertThat(token).matches("[A-Za-z0-9_-]*");
    } while (!token.isEmpty());
    assertThat(seen).doesNotHaveDuplicates().containsAll(made);
    assertThat(seen).isSortedAccordingTo(java.util.Comparator.reverseOrder());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "page_token=garbage",
        "page_token=Cho+/w==",
        "page_token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "page_size=x",
        "page_size=-1",
        "channel=SMS",
        "identity=46",
        "channel=sms&identity=46",
        "external_id=a&channel=SMS&identity=46",
        "page_token=%00",
        "page_size=99999999999"
      })
  void aListRefusesGarbage(String query) {
    Answer answer = api.get("/contacts?" + query);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/code").intValue()).isEqualTo(400);
  }

  @Test
  void aTokenOfAnotherListIsGarbage() {
    api.post("/contacts", withPhone("4677" + ++number));
    api.post("/contacts", withPhone("4677" + ++number));
    String token = api.get("/contacts?page_size=1").text("/next_page_token");
    assertThat(token).isNotEmpty();
    assertThat(api.get("/messages?page_token=" + token).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "language":"JA"       | "language":"XX"      | 400 | language
          "channel":"LINE"      | "channel":""         | 400 | channel_identities[0].channel
          "app_id"              | "x"                  | 400 | channel_identities[0].app_id
          "display_name":"Taro" | "display_name":1     | 400 | display_name
          "channel_identities"  | "x"                  | 400 | channel_identities
          """)
  void namesTheFieldThatIsWrong(String from, String to, int status, String field) {
    Answer answer = api.post("/contacts", recorded().replace(from, to));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.text("/error/details/0/field_violations/0/field")).isEqualTo(field);
  }

  @Test
  void anAppOfNobodyIsNotFound() {
    assertThat(
            api.post("/contacts", recorded().replace(app, "01HZZZZZZZZZZZZZZZZZZZZZZZ")).status())
        .isEqualTo(404);
  }

  @Test
  void aDeletedContactIsGoneAndMayComeAgain() {
    String id = api.post("/contacts", recorded()).text("/id");
    api.say(app, user, "d" + number, "secret words");
    assertThat(api.get("/messages?contact_id=" + id).text("/messages/0/direction"))
        .isEqualTo("TO_APP");

    assertThat(api.delete("/contacts/" + id).body()).isEqualTo("{}");

    assertThat(api.get("/contacts/" + id).status()).isEqualTo(404);
    assertThat(api.delete("/contacts/" + id).status()).isEqualTo(404);
    assertThat(api.get("/contacts?channel=LINE&identity=" + user).text("/contacts/0/id"))
        .isEqualTo("(none)");
    assertThat(api.newest(dev.throughline.ledger.Kind.WEBHOOK).parts().get(1)).isEmpty();
    assertThat(api.newest(dev.throughline.ledger.Kind.WEBHOOK).parts().get(0)).isPresent();
    assertThat(api.post("/contacts", recorded()).status()).isEqualTo(200);
  }

  @Test
  void aMergedContactGoesOnInTheOther() {
    String into = api.post("/contacts", withPhone("4612" + number)).text("/id");
    String from =
        api.post("/contacts", recorded().replace("\"JA\"", "\"JA\",\"email\":\"a@b.c\""))
            .text("/id");
    api.say(app, user, "a" + number, "Hello");
    String conversation =
        api.get("/messages?contact_id=" + from).text("/messages/0/conversation_id");

    Answer merged =
        api.post("/contacts/" + into + ":merge", "{\"source_id\":\"%s\"}".formatted(from));

    assertThat(merged.status()).isEqualTo(200);
    assertThat(merged.text("/id")).isEqualTo(into);
    assertThat(merged.text("/display_name")).isEqualTo("Taro");
    assertThat(merged.text("/email")).isEqualTo("a@b.c");
    assertThat(merged.text("/language")).isEqualTo("JA");
    assertThat(merged.text("/channel_identities/1/identity")).isEqualTo(user);
    assertThat(api.get("/contacts/" + into).body()).isEqualTo(merged.body());
    assertThat(api.get("/contacts/" + from).status()).isEqualTo(404);
    assertThat(api.get("/conversations/" + conversation).text("/contact_id")).isEqualTo(into);
    assertThat(api.get("/messages?contact_id=" + into).text("/messages/0/contact_id"))
        .isEqualTo(into);
    api.say(app, user, "b" + number, "Again");
    assertThat(api.get("/messages?contact_id=" + into).text("/messages/0/conversation_id"))
        .isEqualTo(conversation);
    assertThat(
            api.post("/contacts/" + into + ":merge", "{\"source_id\":\"%s\"}".formatted(from))
                .status())
        .isEqualTo(404);
    assertThat(
            api.post("/contacts/" + into + ":merge", "{\"source_id\":\"%s\"}".formatted(into))
                .status())
        .isEqualTo(400);
  }

  @Test
  void messagesOfTheMergedGoIntoTheActiveConversation() {
    api.say(app, user, "c" + number, "one");
    String from = api.get("/contacts?channel=LINE&identity=" + user).text("/contacts/0/id");
    String other = "U" + "%032x".formatted(++number);
    api.say(app, other, "d" + number, "two");
    String into = api.get("/contacts?channel=LINE&identity=" + other).text("/contacts/0/id");
    String kept = api.get("/messages?contact_id=" + into).text("/messages/0/conversation_id");

    Answer merged =
        api.post(
            "/contacts/" + into + ":merge",
            "{\"source_id\":\"%s\",\"strategy\":\"MERGE\"}".formatted(from));

    assertThat(merged.json().path("channel_identities")).hasSize(1);
    Answer list = api.get("/messages?contact_id=" + into);
    assertThat(ApiServer.elements(list.json(), "messages"))
        .hasSize(2)
        .extracting(message -> message.path("conversation_id").asString(""))
        .containsOnly(kept);
    assertThat(api.get("/conversations?contact_id=" + into).json().path("total_size").intValue())
        .isEqualTo(1);
    api.say(app, user, "e" + number, "three");
    assertThat(api.get("/contacts?channel=LINE&identity=" + user).text("/contacts/0/id"))
        .as("an address that was left behind is somebody new")
        .isNotIn(into, from, "(none)");
  }

  @Test
  void whatTheLogQuotedOfADeletedContactIsGone() {
    String id = api.post("/contacts", recorded()).text("/id");
    api.patch("/contacts/" + id, "{\"email\":\"taro@example.com\"}");
    long before = api.log.head();
    assertThat(api.delete("/contacts/" + id).status()).isEqualTo(200);
    assertThat(api.get("/contacts/" + id).status()).isEqualTo(404);

    assertThat(api.log.read(before - 2, 3))
        .hasSize(3)
        .allSatisfy(entry -> assertThat(entry.parts().getFirst()).isEmpty());
  }

  @Test
  void aProjectSaysWhetherSiblingAddressesAreOneContacts() {
    String shown =
        "{\"project_id\":\"p1\",\"settings\":{\"contact_settings\":{\"unified_contact_id_enabled\":%s}}}";
    String on = "{\"contact_settings\":{\"unified_contact_id_enabled\":true}}";

    assertThat(api.get("/settings").body()).isEqualTo(shown.formatted(false));
    assertThat(api.post("/settings", on).body()).isEqualTo(shown.formatted(true));
    assertThat(api.patch("/settings", "{}").body()).isEqualTo(shown.formatted(true));
    assertThat(api.patch("/settings", on.replace("true", "false")).body())
        .isEqualTo(shown.formatted(false));
    assertThat(api.patch("/settings", on).body()).isEqualTo(shown.formatted(true));
    assertThat(api.get("/settings").body()).isEqualTo(shown.formatted(true));
    assertThat(api.delete("/settings").body()).isEqualTo("{}");
    assertThat(api.get("/settings").body()).isEqualTo(shown.formatted(false));
    assertThat(api.post("/settings", on.replace("true", "1")).status()).isEqualTo(400);
  }

  @Test
  void siblingAddressesAreOneContactsWhereTheProjectSaysSo() {
    String phone = "4613%07d".formatted(number);
    api.post("/settings", "{\"contact_settings\":{\"unified_contact_id_enabled\":true}}");
    try {
      String id = api.post("/contacts", withPhone(phone)).text("/id");
      Answer sibling = api.post("/contacts", withPhone(phone).replace("SMS", "WHATSAPP"));
      assertThat(sibling.status()).isEqualTo(400);
      assertThat(sibling.text("/error/details/1/metadata/contact_id")).isEqualTo(id);

      api.say(app, user, "ua" + number, "Hello");
      String other = api.app();
      api.say(other, user, "ub" + number, "Hello");
      Answer found = api.get("/contacts?channel=LINE&identity=" + user);
      assertThat(found.json().path("contacts")).hasSize(1);
      assertThat(found.json().at("/contacts/0/channel_identities")).hasSize(2);
    } finally {
      api.delete("/settings");
    }
    assertThat(api.post("/contacts", withPhone(phone).replace("SMS", "WHATSAPP")).status())
        .isEqualTo(200);
    String third = api.app();
    api.say(third, user, "uc" + number, "Hello");
    assertThat(api.get("/contacts?channel=LINE&identity=" + user).json().path("contacts"))
        .hasSize(2);
  }

  @Test
  void aBlockIsForgottenByDecision() {
    String id = api.post("/contacts", recorded()).text("/id");

    assertThat(api.post("/contacts/" + id + ":forget-block", "").body()).isEqualTo("{}");

    assertThat(api.newest(dev.throughline.ledger.Kind.DECISION).body().orElseThrow().asUtf8())
        .contains("\"decision\":\"forget_block\",\"identities\":[\"");
    assertThat(api.post("/contacts/01HZZZZZZZZZZZZZZZZZZZZZZZ:forget-block", "").status())
        .isEqualTo(404);
  }

  @Test
  void whoseKeysAreDestroyedShowsAsErased() {
    String id = api.post("/contacts", recorded()).text("/id");
    api.say(app, user, "9" + number, "Hello");
    assertThat(api.get("/messages?contact_id=" + id).text("/messages/0/id")).hasSize(26);
    api.destroyKeys();

    Answer contact = api.get("/contacts/" + id);
    assertThat(contact.status()).isEqualTo(200);
    assertThat(contact.text("/display_name")).isEmpty();
    assertThat(contact.text("/channel_identities/0/identity")).isEmpty();
    Answer messages = api.get("/messages?contact_id=" + id);
    assertThat(messages.json().at("/messages/0/contact_message").toString()).isEqualTo("{}");
  }

  @Test
  void changesAtTheSameTimeAllCount() throws InterruptedException {
    String id = api.post("/contacts", recorded()).text("/id");
    List<Thread> clients = new ArrayList<>();
    for (String field : List.of("email", "metadata", "external_id")) {
      clients.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 5; i++) {
                  Answer answer =
                      api.patch("/contacts/" + id, "{\"%s\":\"%s\"}".formatted(field, i));
                  if (answer.status() == 503) {
                    i--;
                  }
                }
              }));
    }
    for (Thread thread : clients) {
      thread.join();
    }
    Answer contact = api.get("/contacts/" + id);
    assertThat(
            List.of(
                contact.text("/email"), contact.text("/metadata"), contact.text("/external_id")))
        .containsOnly("4");
  }

  @Test
  void addressesOfSeveralContactsAreListed() {
    String phone = "4614%07d".formatted(number);
    String sms = api.post("/contacts", withPhone(phone)).text("/id");
    String chat = api.post("/contacts", withPhone(phone).replace("SMS", "WHATSAPP")).text("/id");
    api.post("/contacts", withPhone("4615%07d".formatted(number)));
    String other = api.app();
    api.say(app, user, "ka" + number, "Hello");
    api.say(other, user, "kb" + number, "Hello");
    Answer both = api.get("/contacts?channel=LINE&identity=" + user);
    List<String> people =
        ApiServer.elements(both.json(), "contacts")
            .map(contact -> contact.path("id").asString(""))
            .sorted()
            .toList();
    assertThat(people).hasSize(2);

    List<String> whole = conflicts("20");
    assertThat(whole)
        .contains(
            "{\"identity\":\"%s\",\"channels\":[\"SMS\",\"WHATSAPP\"],\"contact_ids\":[\"%s\",\"%s\"]}"
                .formatted(phone, sms, chat),
            "{\"identity\":\"%s\",\"channels\":[\"LINE\"],\"contact_ids\":[\"%s\",\"%s\"]}"
                .formatted(user, people.getFirst(), people.getLast()))
        .noneMatch(conflict -> conflict.contains("4615%07d".formatted(number)));
    assertThat(conflicts("1")).containsExactlyElementsOf(whole);
    assertThat(api.get("/contacts:identityConflicts?page_token=x").status()).isEqualTo(400);

    api.post("/contacts/" + sms + ":merge", "{\"source_id\":\"%s\"}".formatted(chat));
    api.delete("/contacts/" + people.getFirst());
    assertThat(conflicts("20"))
        .noneMatch(conflict -> conflict.contains(phone) || conflict.contains(user));
  }

  private static List<String> conflicts(String size) {
    List<String> seen = new ArrayList<>();
    String token = "";
    do {
      Answer page =
          api.get(
              "/contacts:identityConflicts?page_size="
                  + size
                  + (token.isEmpty() ? "" : "&page_token=" + token));
      List<String> shown =
          ApiServer.elements(page.json(), "conflicts").map(Object::toString).toList();
      assertThat(shown).hasSizeLessThanOrEqualTo(Integer.parseInt(size));
      seen.addAll(shown);
      token = page.text("/next_page_token");
      assertThat(token).matches("[A-Za-z0-9_-]*");
    } while (!token.isEmpty());
    return seen;
  }

  private static String withPhone(String phone) {
    return "{\"channel_identities\":[{\"channel\":\"SMS\",\"identity\":\"%s\"}]}".formatted(phone);
  }
}

package dev.throughline.sandbox.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.emulator.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Everything that a test does to the account can be done over HTTP, too. */
final class AwsControlApiTest {
  private final Cloud cloud = new Cloud();
  private final Inbox inbox = new Inbox();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.close();
    inbox.close();
    cloud.close();
  }

  private JsonNode call(String method, String path, String body, int status) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(cloud.emulator.baseUri() + "/_sandbox/" + path))
                .timeout(Duration.ofMinutes(1))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return Json.trusted(answer.body());
  }

  @Test
  void aWholeStoryCanBeToldOverHttp() throws Exception {
    assertThat(call("GET", "", "", 200).path("operations")).hasSize(Operation.values().length);
    assertThat(call("GET", "authority", "", 200).path("pem").stringValue(""))
        .startsWith("-----BEGIN CERTIFICATE-----");
    String topic =
        call("POST", "topics", "{\"name\":\"in\",\"signatureVersion\":\"2\"}", 200)
            .path("arn")
            .stringValue("");
    assertThat(call("GET", "topics", "", 200).path("topics")).hasSize(1);
    call(
        "POST",
        "subscriptions",
        "{\"topicArn\":\""
            + topic
            + "\",\"protocol\":\"http\",\"endpoint\":\""
            + inbox.url()
            + "\"}",
        200);
    Inbox.get(inbox.next().json().path("SubscribeURL").stringValue(""));
    JsonNode subscription = call("GET", "subscriptions", "", 200).path("subscriptions").path(0);
    assertThat(subscription.path("confirmed").booleanValue(false)).isTrue();

    String number =
        cloud.sms.describePhoneNumbers(all -> {}).phoneNumbers().getFirst().phoneNumberId();
    cloud.sms.updatePhoneNumber(
        request -> request.phoneNumberId(number).twoWayEnabled(true).twoWayChannelArn(topic));
    call("POST", "sms/inbound", "{\"from\":\"+819050000001\",\"text\":\"hello\"}", 200);
    assertThat(inbox.next().message().path("messageBody").stringValue("")).isEqualTo("hello");

    call(
        "PUT",
        "faults",
        "{\"faults\":[{\"endpoint\":\"sms.SendTextMessage\",\"fault\":\"slow\",\"count\":1}]}",
        200);
    String id =
        cloud
            .sms
            .sendTextMessage(r -> r.destinationPhoneNumber(Cloud.ALICE).messageBody("x"))
            .messageId();
    assertThat(call("GET", "faults", "", 200).path("faults").path(0).path("struck").intValue(0))
        .isEqualTo(1);
    assertThat(call("DELETE", "faults", "", 200).path("faults")).isEmpty();
    JsonNode accepted =
        call("GET", "accepted?service=sms&wait=5", "", 200).path("accepted").path(0);
    assertThat(accepted.path("messageId").stringValue("")).isEqualTo(id);
    assertThat(call("GET", "requests", "", 200).path("requests").size()).isEqualTo(3);
    assertThat(call("GET", "notices", "", 200).path("notices").size()).isEqualTo(2);

    call("PUT", "limits", "{\"suspended\":true,\"blockedCountries\":[\"JP\"]}", 200);
    JsonNode limits = call("GET", "limits", "", 200);
    assertThat(limits.path("suspended").booleanValue(false)).isTrue();
    assertThat(limits.path("blockedCountries").path(0).stringValue("")).isEqualTo("JP");
    assertThat(limits.path("maxSendRate").doubleValue(0)).isEqualTo(14);

    call("PUT", "objects/b/folder/k.txt", "{}", 200);
    assertThat(call("GET", "objects/b/folder/k.txt", "", 200).path("base64").stringValue(""))
        .isEqualTo("e30=");
    call("GET", "objects/b/none", "", 404);
    call("GET", "nothing", "", 404);
    assertThat(
            call("PUT", "faults", "[{\"endpoint\":\"x\",\"fault\":\"y\"}]", 400)
                .path("message")
                .stringValue(""))
        .contains("There is no fault 'y'");
    call("POST", "ses/events", "{\"messageId\":\"x\",\"type\":\"Open\"}", 400);
    call("POST", "whatsapp/read", "{\"messageId\":\"x\"}", 400);
    call("DELETE", "subscriptions?arn=" + subscription.path("arn").stringValue(""), "", 200);
    assertThat(call("GET", "subscriptions", "", 200).path("subscriptions")).isEmpty();
  }
}

package dev.throughline.app;

import dev.throughline.app.Failures.CommandFailed;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The app of a sandbox: one account on every channel that is emulated. What somebody changes about
 * it stays, until an emulator comes or moves.
 */
final class SandboxApp {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Which channels the app was given, and where. */
  private static final String GIVEN = "app_channels";

  private final SandboxFile file;
  private final SmsProvider sms;

  SandboxApp(SandboxFile file, SmsProvider sms) {
    this.file = file;
    this.sms = sms;
  }

  /** Makes it, or gives it the channels that it lacks. */
  void introduce() throws IOException, InterruptedException {
    String given = "LINE WHATSAPP " + smsGiven() + " EMAIL:" + file.get("smtp_port");
    ObjectNode app = JSON.createObjectNode();
    if (file.find("app_id").isEmpty()) {
      app.put("display_name", "Sandbox");
      app.put("processing_mode", "CONVERSATION");
      app.set("channel_credentials", credentials());
      HttpResponse<String> made = call("POST", "", app);
      file.put("app_id", JSON.readTree(made.body()).path("id").asString());
    } else if (!file.find(GIVEN).orElse("").equals(given)) {
      app.set("channel_credentials", credentials());
      call("PATCH", "/" + file.get("app_id"), app);
    }
    file.put(GIVEN, given);
  }

  /** Its state says from now on how LINE sends webhooks here. */
  void setUpLine() throws IOException, InterruptedException {
    send("POST", "/" + file.get("app_id") + "/line:setUp", JSON.createObjectNode());
  }

  private String smsGiven() {
    return switch (sms) {
      case AWS -> "SMS";
      case SMPP -> "SMS:" + file.smpp().path("port").asInt();
    };
  }

  private ArrayNode credentials() {
    ArrayNode credentials = JSON.createArrayNode();
    ObjectNode line = credentials.addObject().put("channel", "LINE");
    line.putObject("line_credentials")
        .put("token", file.get("line_channel_access_token"))
        .put("secret", file.get("line_channel_secret"))
        .put("is_default", true);
    ObjectNode whatsapp = credentials.addObject().put("channel", "WHATSAPP");
    whatsapp
        .putObject("static_bearer")
        .put("claimed_identity", file.get("whatsapp_phone_number_id"))
        .put("token", file.get("whatsapp_access_token"));
    whatsapp
        .putObject("whatsapp_settings")
        .put("app_secret", file.get("whatsapp_app_secret"))
        .put("verify_token", file.get("whatsapp_verify_token"))
        .put("business_account_id", file.get("whatsapp_account_id"));
    ObjectNode text = credentials.addObject().put("channel", "SMS");
    switch (sms) {
      case AWS -> aws(text.putObject("aws"));
      case SMPP -> smpp(text.putObject("smpp"));
    }
    ObjectNode email = credentials.addObject().put("channel", "EMAIL");
    email.put("callback_secret", file.get("email_webhook_secret"));
    email
        .putObject("smtp_credentials")
        .put("host", file.get("smtp_host"))
        .put("port", Integer.parseInt(file.get("smtp_port")))
        .put("tls", "none") // of the same machine, and with a certificate that nobody trusts
        .put("username", file.get("smtp_user"))
        .put("password", file.get("smtp_password"))
        .put("from", Emulators.COMPANY)
        .put("from_name", "Throughline sandbox")
        .put("bounce_address", "bounce@sandbox.example");
    return credentials;
  }

  private void aws(ObjectNode account) {
    account.put("access_key_id", file.get("aws_access_key_id"));
    account.put("secret_access_key", file.get("aws_secret_access_key"));
    account.put("region", file.get("aws_region"));
    account.put("origination_identity", file.get("sms_number"));
    account.put("configuration_set", Emulators.SMS_CONFIGURATION_SET);
    account.putArray("topic_arns").add(file.get("sms_topic_arn"));
  }

  private void smpp(ObjectNode account) {
    ObjectNode smsc = file.smpp();
    for (String same : List.of("host", "port", "system_id", "password")) {
      account.set(same, smsc.path(same));
    }
    account.set("sender", smsc.path("number"));
  }

  private HttpResponse<String> call(String method, String path, ObjectNode body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = send(method, path, body);
    if (answer.statusCode() != 200) {
      throw new CommandFailed(
          "The sandbox's app could not be set up: HTTP "
              + answer.statusCode()
              + " "
              + answer.body());
    }
    return answer;
  }

  private HttpResponse<String> send(String method, String path, ObjectNode body)
      throws IOException, InterruptedException {
    String basic =
        Base64.getEncoder()
            .encodeToString(
                (file.get("key_id") + ":" + file.get("key_secret"))
                    .getBytes(StandardCharsets.UTF_8));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create(
                      file.get("api") + "/v1/projects/" + file.get("project_id") + "/apps" + path))
              .timeout(DEADLINE)
              .header("Authorization", "Basic " + basic)
              .header("Content-Type", "application/json")
              .method(method, BodyPublishers.ofString(JSON.writeValueAsString(body)))
              .build(),
          BodyHandlers.ofString());
    }
  }
}

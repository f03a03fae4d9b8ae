package dev.throughline.sandbox.aws;

import java.util.Map;
import java.util.Optional;

/** What SNS answers to a plain GET: its certificates, and the links that its notices carry. */
final class SnsPages {
  private static final String NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/";

  /** An answer to a browser or a verifier. */
  record Page(int status, String contentType, String body) {}

  private final Account account;
  private final Topics topics;
  private final NoticeSigner signer;

  SnsPages(Account account, Topics topics, NoticeSigner signer) {
    this.account = account;
    this.topics = topics;
    this.signer = signer;
  }

  /** Empty if the request is not for SNS. */
  Optional<Page> page(Incoming request) {
    if (!request.method().equals("GET")) {
      return Optional.empty();
    }
    if (request.rawPath().endsWith(".pem")) {
      return Optional.of(
          signer
              .certificate(request.rawPath())
              .map(pem -> new Page(200, "application/x-pem-file", pem))
              .orElseGet(() -> new Page(404, "text/plain", "There is no such certificate.\n")));
    }
    Map<String, String> query = Gate.query(request.rawQuery());
    if (!request.rawPath().equals("/") || !query.containsKey("Action")) {
      return Optional.empty();
    }
    return Optional.of(
        switch (query.getOrDefault("Action", "")) {
          case "ConfirmSubscription" -> confirm(query);
          case "Unsubscribe" -> unsubscribe(query.getOrDefault("SubscriptionArn", ""));
          default -> error(400, "InvalidAction", "The action is not valid for this endpoint.");
        });
  }

  private Page confirm(Map<String, String> query) {
    Optional<Subscription> subscription =
        topics.confirm(query.getOrDefault("TopicArn", ""), query.getOrDefault("Token", ""));
    return subscription
        .map(one ->
            xml(
                200,
                "<ConfirmSubscriptionResponse xmlns=\""
                    + NAMESPACE
                    + "\"><ConfirmSubscriptionResult><SubscriptionArn>"
                    + one.arn()
                    + "</SubscriptionArn></ConfirmSubscriptionResult>"
                    + metadata()
                    + "</ConfirmSubscriptionResponse>"))
        .orElseGet(() -> error(400, "InvalidParameter", "Invalid parameter: Token"));
  }

  private Page unsubscribe(String subscriptionArn) {
    return topics.unsubscribe(subscriptionArn)
        ? xml(
            200,
            "<UnsubscribeResponse xmlns=\""
                + NAMESPACE
                + "\">"
                + metadata()
                + "</UnsubscribeResponse>")
        : error(404, "NotFound", "Subscription does not exist");
  }

  private Page error(int status, String code, String message) {
    return xml(
        status,
        "<ErrorResponse xmlns=\""
            + NAMESPACE
            + "\"><Error><Type>Sender</Type><Code>"
            + code
            + "</Code><Message>"
            + message
            + "</Message></Error><RequestId>"
            + account.ids.uuid()
            + "</RequestId></ErrorResponse>");
  }

  private String metadata() {
    return "<ResponseMetadata><RequestId>" + account.ids.uuid() + "</RequestId></ResponseMetadata>";
  }

  private static Page xml(int status, String body) {
    return new Page(status, "text/xml", body);
  }
}

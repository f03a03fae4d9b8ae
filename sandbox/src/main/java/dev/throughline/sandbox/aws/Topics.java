package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/** SNS as publisher: topics, who subscribes to them, and what is sent to each. */
final class Topics {
  /** How long a subscription can be confirmed. */
  private static final Duration TOKEN_LIFE = Duration.ofDays(3);

  private static final int SUBSCRIPTIONS_LIMIT = 1_000;
  static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private record Topic(String arn, String signatureVersion) {}

  private final Account account;
  private final Courier courier;

  /** Known only once the server listens. */
  private final Supplier<String> base;

  private final Map<String, Topic> topics = new LinkedHashMap<>();
  private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();

  Topics(Account account, Courier courier, Supplier<String> base) {
    this.account = account;
    this.courier = courier;
    this.base = base;
  }

  /** Makes a topic, or sets the version of an existing one's signatures; returns its ARN. */
  synchronized String create(String name, String signatureVersion) {
    if (!name.matches("[A-Za-z0-9_-]{1,256}")) {
      throw new IllegalArgumentException("A topic's name is [A-Za-z0-9_-]{1,256}.");
    }
    if (!signatureVersion.equals("1") && !signatureVersion.equals("2")) {
      throw new IllegalArgumentException("A signature has version 1 or 2.");
    }
    String arn = account.config.arn("sns", name);
    topics.put(arn, new Topic(arn, signatureVersion));
    return arn;
  }

  synchronized boolean exists(String topicArn) {
    return topics.containsKey(topicArn);
  }

  synchronized Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    topics.values().forEach(topic -> versions.put(topic.arn, topic.signatureVersion));
    return versions;
  }

  synchronized List<Subscription> subscriptions() {
    return List.copyOf(subscriptions.values());
  }

  /** Subscribes; an HTTP end has to confirm first, a queue of the same account need not. */
  Subscription subscribe(
      String topicArn, String protocol, String endpoint, boolean raw, Optional<String> letters) {
    boolean queue = protocol.equals("sqs");
    if (!queue && !endpoint.startsWith(protocol + "://")) {
      throw new IllegalArgumentException("The endpoint is a " + protocol + " URL.");
    }
    if (!List.of("http", "https", "sqs").contains(protocol)) {
      throw new IllegalArgumentException("The protocol is http, https or sqs.");
    }
    Subscription subscription;
    synchronized (this) {
      if (!topics.containsKey(topicArn)) {
        throw new IllegalArgumentException("There is no such topic.");
      }
      if (subscriptions.size() >= SUBSCRIPTIONS_LIMIT) {
        throw new IllegalArgumentException("There are " + SUBSCRIPTIONS_LIMIT + " already.");
      }
      subscription =
          new Subscription(
              topicArn + ":" + account.ids.uuid(),
              topicArn,
              protocol,
              endpoint,
              account.ids.hex(64),
              account.now().plus(TOKEN_LIFE),
              queue,
              raw,
              letters);
      subscriptions.put(subscription.arn(), subscription);
    }
    if (!queue) {
      confirmation(subscription, "SubscriptionConfirmation");
    }
    return subscription;
  }

  /** Returns the subscription whose token this is, now confirmed. */
  synchronized Optional<Subscription> confirm(String topicArn, String token) {
    for (Subscription one : subscriptions.values()) {
      if (one.topicArn().equals(topicArn) && one.token().equals(token)) {
        if (account.now().isAfter(one.tokenExpires())) {
          return Optional.empty();
        }
        subscriptions.put(one.arn(), one.confirm());
        return Optional.of(one.confirm());
      }
    }
    return Optional.empty();
  }

  /** Ends a subscription; an HTTP end is told, and could take it up again with a new token. */
  boolean unsubscribe(String subscriptionArn) {
    Subscription ended;
    synchronized (this) {
      Subscription one = subscriptions.get(subscriptionArn);
      if (one == null) {
        return false;
      }
      if (one.protocol().equals("sqs")) {
        subscriptions.remove(subscriptionArn);
        return true;
      }
      ended = one.unconfirmed(account.ids.hex(64), account.now().plus(TOKEN_LIFE));
      subscriptions.put(subscriptionArn, ended);
    }
    confirmation(ended, "UnsubscribeConfirmation");
    return true;
  }

  synchronized void remove(String subscriptionArn) {
    subscriptions.remove(subscriptionArn);
  }

  private void confirmation(Subscription to, String type) {
    boolean joining = type.equals("SubscriptionConfirmation");
    ObjectNode notice = Json.object().put("Type", type);
    notice.put("MessageId", account.ids.uuid().toString());
    notice.put("Token", to.token());
    notice.put("TopicArn", to.topicArn());
    notice.put(
        "Message",
        joining
            ? "You have chosen to subscribe to the topic "
                + to.topicArn()
                + ".\nTo confirm the subscription, visit the SubscribeURL included in this message."
            : "You have chosen to deactivate subscription "
                + to.arn()
                + ".\nTo cancel this operation and restore the subscription, visit the"
                + " SubscribeURL included in this message.");
    notice.put(
        "SubscribeURL",
        base.get()
            + "/?Action=ConfirmSubscription&TopicArn="
            + encode(to.topicArn())
            + "&Token="
            + to.token());
    send(to, notice);
  }

  /** Publishes to everybody who confirmed; returns the message's id. */
  String publish(String topicArn, Optional<String> subject, String message) {
    String messageId = account.ids.uuid().toString();
    for (Subscription to : subscriptions()) {
      if (!to.topicArn().equals(topicArn) || !to.confirmed()) {
        continue;
      }
      ObjectNode notice = Json.object().put("Type", "Notification");
      notice.put("MessageId", messageId);
      notice.put("TopicArn", topicArn);
      subject.ifPresent(words -> notice.put("Subject", words));
      notice.put("Message", message);
      send(to, notice);
    }
    return messageId;
  }

  private void send(Subscription to, ObjectNode notice) {
    Instant now = account.now();
    notice.put("Timestamp", TIMESTAMP.format(now));
    String version;
    synchronized (this) {
      Topic topic = topics.get(to.topicArn());
      version = topic == null ? "1" : topic.signatureVersion;
    }
    String unsubscribe =
        notice.path("Type").stringValue("").equals("Notification")
            ? base.get() + "/?Action=Unsubscribe&SubscriptionArn=" + encode(to.arn())
            : "";
    courier.send(new Courier.Parcel(to, notice, version, base.get(), unsubscribe));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}

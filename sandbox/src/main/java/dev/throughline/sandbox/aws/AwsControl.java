package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a test or a demonstration does to the account from outside: topics and who subscribes to
 * them, faults, what people write, and the record of what was asked and accepted. Wrong arguments
 * are {@link IllegalArgumentException} with a sentence that says what to do.
 */
public final class AwsControl implements AutoCloseable {

  /** The state behind the services. */
  record Services(
      SmsState sms,
      SmsSending smsSending,
      SmsInbound smsInbound,
      SesState ses,
      SesEvents sesEvents,
      SocialState social,
      SocialSending socialSending,
      SocialInbound socialInbound,
      SocialMedia media,
      Buckets buckets) {}

  /**
   * What the account may do.
   *
   * @param blockedCountries ISO codes to which no text message goes
   */
  public record Limits(
      double max24HourSend,
      double maxSendRate,
      boolean sendingEnabled,
      boolean suspended,
      double smsSpendLimitUsd,
      Set<String> blockedCountries) {
    public Limits {
      blockedCountries = Set.copyOf(blockedCountries);
    }
  }

  private final Account account;
  private final Gate gate;
  private final Topics topics;
  private final Courier courier;
  private final NoticeSigner signer;
  private final Services services;

  AwsControl(
      Account account,
      Gate gate,
      Topics topics,
      Courier courier,
      NoticeSigner signer,
      Services services) {
    this.account = account;
    this.gate = gate;
    this.topics = topics;
    this.courier = courier;
    this.signer = signer;
    this.services = services;
  }

  AwsConfig config() {
    return account.config;
  }

  /** The certificate that vouches for the signatures of notifications, as PEM. */
  public String certificateAuthority() {
    return signer.authority();
  }

  /** Makes an SNS topic, or changes its signatures' version, and returns its ARN. */
  public String topic(String name, String signatureVersion) {
    return topics.create(name, signatureVersion);
  }

  /** Topics by ARN with their signatures' version. */
  public Map<String, String> topics() {
    return topics.versions();
  }

  /**
   * @param protocol {@code http}, {@code https} or {@code sqs}
   * @param endpoint a URL, or a queue's ARN
   */
  public Subscription subscribe(String topicArn, String protocol, String endpoint) {
    return subscribe(topicArn, protocol, endpoint, false, Optional.empty());
  }

  /**
   * @param raw whether the bare message is delivered, without envelope and signature
   * @param deadLetters the ARN of a queue for what could not be delivered
   */
  public Subscription subscribe(
      String topicArn,
      String protocol,
      String endpoint,
      boolean raw,
      Optional<String> deadLetters) {
    return topics.subscribe(topicArn, protocol, endpoint, raw, deadLetters);
  }

  public List<Subscription> subscriptions() {
    return topics.subscriptions();
  }

  /** Ends a subscription without a word to it. */
  public void removeSubscription(String arn) {
    topics.remove(arn);
  }

  /** Publishes to everybody who subscribes to the topic; returns the message's id. */
  public String publish(String topicArn, Optional<String> subject, String message) {
    if (!topics.exists(topicArn)) {
      throw new IllegalArgumentException("There is no such topic.");
    }
    return topics.publish(topicArn, subject, message);
  }

  /** Replaces all faults. */
  public void setFaults(List<Scripted<Fault>> rules) {
    if (rules.size() > Faults.RULES_LIMIT) {
      throw new IllegalArgumentException("There can be at most " + Faults.RULES_LIMIT + " faults.");
    }
    for (Scripted<Fault> rule : rules) {
      Optional<String> misplaced = Fault.misplaced(rule);
      if (misplaced.isPresent()) {
        throw new IllegalArgumentException(misplaced.get());
      }
    }
    account.faults.set(rules);
  }

  public void clearFaults() {
    account.faults.clear(Optional.empty());
  }

  public List<Faults.Active<Scripted<Fault>>> activeFaults() {
    return account.faults.active();
  }

  /** What was asked, whether it had an effect or not. */
  public Journal<AwsCall> calls() {
    return gate.calls();
  }

  /** What was accepted: what a test judges by. */
  public Journal<AcceptedMessage> accepted() {
    return account.accepted;
  }

  /** What SNS brought, attempt by attempt. */
  public Journal<Notice> notices() {
    return courier.notices();
  }

  public Limits limits() {
    SesState.Limits mail = services.ses.limits();
    return new Limits(
        mail.max24HourSend(),
        mail.maxSendRate(),
        mail.enabled(),
        mail.suspended(),
        services.sms.spendLimit(),
        services.sms.blocked());
  }

  public void limits(Limits limits) {
    services.ses.limits(
        new SesState.Limits(
            limits.max24HourSend, limits.maxSendRate, limits.sendingEnabled, limits.suspended));
    services.sms.spendLimit(limits.smsSpendLimitUsd);
    services.sms.block(limits.blockedCountries);
  }

  /**
   * Sets text messages up as the console does: a configuration set whose events all go to a topic,
   * and every number of the account two-way, with what people send going there too.
   */
  public void texting(String configurationSet, String topicArn) {
    boolean _ = services.sms.sets.add(configurationSet);
    ObjectNode definition = Json.object();
    definition.putObject("SnsDestination").put("TopicArn", topicArn);
    services.sms.sets.put(
        configurationSet,
        new EventDestinations.Destination("everything", true, Set.of("TEXT_ALL"), definition));
    services.sms.numbers().forEach(number -> services.sms.put(number.twoWay(topicArn)));
  }

  /** Sets WhatsApp up as the console does: whatever happens on its numbers goes to a topic. */
  public void whatsAppEvents(String topicArn) {
    services
        .social
        .linked()
        .forEach(linked -> services.social.destinations(linked.id(), List.of(topicArn)));
  }

  /** A person texts one of the account's numbers (its first if {@code to} is empty). */
  public String text(String from, Optional<String> to, String words) {
    return services.smsInbound.bring(from, to, words);
  }

  /** What the account said became of a text message. */
  public Optional<String> feedback(String messageId) {
    return services.smsSending.feedbackOf(messageId);
  }

  /**
   * A person writes to a WhatsApp number (the first if {@code to} is empty).
   *
   * @param message as Meta writes it, without {@code from}, {@code id} and {@code timestamp}
   */
  public String whatsApp(String from, String name, Optional<String> to, ObjectNode message) {
    return services.socialInbound.bring(from, name, to, message);
  }

  /** The person opens the chat in which the message is. */
  public void read(String wamid) {
    if (!services.socialSending.read(wamid)) {
      throw new IllegalArgumentException("There is no such message.");
    }
  }

  /** A file that a person can send; returns Meta's id of it. */
  public String media(Bytes bytes, String mimeType) {
    return services.media.keep(bytes, mimeType);
  }

  /** Makes a bucket, if there is none of that name. */
  public void bucket(String name) {
    if (!services.buckets.create(name)) {
      throw new IllegalArgumentException("There are as many buckets as there can be.");
    }
  }

  /** Puts an object into a bucket, which is made if there is none. */
  public void putObject(String bucket, String key, Bytes bytes) {
    bucket(bucket);
    services.buckets.put(bucket, key, new Buckets.Stored(bytes, SocialMedia.type(key)));
  }

  public Optional<Bytes> object(String bucket, String key) {
    return services.buckets.get(bucket, key).map(Buckets.Stored::bytes);
  }

  /** The keys of a bucket's objects, oldest first. */
  public List<String> objects(String bucket) {
    return services.buckets.keys(bucket);
  }

  /**
   * Something happens to a mail now: {@code Open}, {@code Click}, {@code Complaint}, {@code
   * Subscription}, or any other event of SES. A complaint suppresses the address, as SES does.
   */
  public void mailEvent(String messageId, String type) {
    SesOutcomes.Sent sent =
        services
            .sesEvents
            .recent(messageId)
            .orElseThrow(() -> new IllegalArgumentException("There is no such mail."));
    if (!SesEvents.tellable(type)) {
      throw new IllegalArgumentException("SES has no event " + type + ".");
    }
    if (type.equals("Complaint")) {
      services.ses.suppress(sent.to().getFirst(), "COMPLAINT", messageId);
    }
    ObjectNode event = services.sesEvents.any(sent, type, sent.to(), account.now());
    boolean _ = services.sesEvents.publish(sent, event);
  }

  @Override
  public void close() {
    gate.calls().close();
    account.accepted.close();
    courier.notices().close();
  }
}

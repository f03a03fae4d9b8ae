package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.ControlRequest;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.sandbox.people.Phones;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * What tests and the phones on the screen do with the emulated Meta: be the people, look at what
 * was asked and told, change limits and templates, and let things go wrong.
 */
public final class MetaControl {
  static final int PAGE_LIMIT = 5_000;
  private static final Pattern DIGITS = Pattern.compile("[1-9][0-9]{6,14}");

  /** The settings in force. */
  static final class Dials {
    private volatile MetaSettings settings;

    Dials(MetaSettings first) {
      this.settings = first;
    }

    MetaSettings settings() {
      return settings;
    }
  }

  private final MetaConfig config;
  private final Dials dials;
  private final Accounts accounts;
  private final Templates templates;
  private final Media media;
  private final Limits limits;
  private final Messages messages;
  private final Inbound inbound;
  private final Statuses statuses;
  private final MetaWebhooks webhooks;
  private final GraphGate gate;
  private final Faults<Scripted<MetaFault>> faults;
  private final Phones phones;
  private final InstantSource clock;

  MetaControl(
      MetaConfig config,
      Dials dials,
      Accounts accounts,
      Templates templates,
      Media media,
      Limits limits,
      Messages messages,
      Inbound inbound,
      Statuses statuses,
      MetaWebhooks webhooks,
      GraphGate gate,
      Faults<Scripted<MetaFault>> faults,
      Phones phones,
      InstantSource clock) {
    this.phones = phones;
    this.clock = clock;
    this.config = config;
    this.dials = dials;
    this.accounts = accounts;
    this.templates = templates;
    this.media = media;
    this.limits = limits;
    this.messages = messages;
    this.inbound = inbound;
    this.statuses = statuses;
    this.webhooks = webhooks;
    this.gate = gate;
    this.faults = faults;
  }

  public MetaConfig config() {
    return config;
  }

  public MetaSettings settings() {
    return dials.settings;
  }

  /** Limits begin anew. */
  public void settings(MetaSettings next) {
    dials.settings = next;
    limits.reset();
  }

  /**
   * Subscribes a webhook as the app's dashboard does: it must pass the verification handshake.
   *
   * @throws ControlRefusal if it does not
   */
  public void subscribe(String url, String verifyToken) throws ControlRefusal {
    webhooks.subscribe(url, verifyToken);
  }

  public void unsubscribe() {
    webhooks.unsubscribe();
  }

  public Optional<String> webhookUrl() {
    return webhooks.subscription().map(MetaWebhooks.Subscription::url);
  }

  /** The person writes a text, as the phones see to it; returns its wamid. */
  public String write(String number, String name, String text) throws ControlRefusal {
    ObjectNode message = Json.object().put("type", "text");
    message.putObject("text").put("body", text);
    return inbound.send(digits(number), name, message);
  }

  /**
   * The person sends a message of any kind.
   *
   * @param number with or without {@code +}
   * @param name of the person's profile; empty = as before
   * @param message as in a webhook, without {@code id}, {@code from} and {@code timestamp}; a file
   *     comes as {@code base64}, or is made up
   */
  public String send(String number, String name, ObjectNode message) throws ControlRefusal {
    String digits = digits(number);
    String wamid = inbound.send(digits, name, message);
    phones.said(PhoneChannel.WHATSAPP, "+" + digits, wamid, Wording.of(message));
    return wamid;
  }

  /** The window is open, as if the person had written just before everything began. */
  public void hasWritten(String number, String name) throws ControlRefusal {
    Instant now = clock.instant();
    accounts.change(digits(number), account -> account.wrote(name, now));
  }

  /** The person opens the chat: what is on the screen is read. */
  public void open(String number) throws ControlRefusal {
    messages.opened(digits(number));
  }

  /** The same for a number that the phones know. */
  void opened(String number) {
    messages.opened(number.startsWith("+") ? number.substring(1) : number);
  }

  /**
   * What the person shows of themselves and takes.
   *
   * @param username empty = none
   * @param hidden the business sees the business-scoped id instead of the number
   * @param marketing whether marketing templates are taken
   */
  public void person(String number, Optional<String> username, boolean hidden, boolean marketing)
      throws ControlRefusal {
    accounts.change(digits(number), account -> account.with(username, hidden, marketing));
  }

  /** The id by which this business knows the person. */
  public String userId(String number) throws ControlRefusal {
    return accounts.of(digits(number)).userId();
  }

  private static String digits(String number) throws ControlRefusal {
    String digits = number.startsWith("+") ? number.substring(1) : number;
    if (!DIGITS.matcher(digits).matches()) {
      throw new ControlRefusal(400, "A number is + and 7 to 15 digits.");
    }
    return digits;
  }

  List<Account> people() {
    return accounts.all();
  }

  Optional<GraphAnswer.Media> content(String mediaId) {
    return media.content(mediaId);
  }

  List<Template> templates() {
    return templates.all();
  }

  public void template(String name, String language, Template.Status status) throws ControlRefusal {
    templates.status(name, language, status);
  }

  /** Replaces all faults. */
  public void setFaults(List<Scripted<MetaFault>> rules) throws ControlRefusal {
    for (Scripted<MetaFault> rule : rules) {
      if (!rule.fault().strikesAt(rule.endpoint())) {
        throw new ControlRefusal(
            400, "fault at " + rule.endpoint() + " is one of " + MetaFault.labels(rule.endpoint()));
      }
      if (!rule.detail().matches("[0-9]{0,7}")) {
        throw new ControlRefusal(400, "detail is one of Meta's codes, such as 131049.");
      }
    }
    if (rules.size() > Faults.RULES_LIMIT) {
      throw new ControlRefusal(400, "There can be at most " + Faults.RULES_LIMIT + " faults.");
    }
    faults.set(rules);
  }

  public void clearFaults() {
    faults.clear(Optional.empty());
  }

  List<Faults.Active<Scripted<MetaFault>>> activeFaults() {
    return faults.active();
  }

  /** Sends a body byte for byte, signed; returns what was answered, 0 if nothing was. */
  public int sendBody(byte[] body) {
    return webhooks.sendRaw(body).status();
  }

  /** Changes and statuses that were neither answered nor given up. */
  public int pending() {
    return webhooks.pending() + statuses.waiting();
  }

  /** The judge's list: one entry an accepted send, whatever was answered. */
  public ObjectNode accepted(long after) {
    return ControlRequest.page(
        "accepted", messages.accepted().after(after, PAGE_LIMIT), Sent::json);
  }

  /** What was told of a message, by status. */
  public java.util.Map<String, Integer> told(String wamid) {
    return statuses.told(wamid);
  }

  /** What people sent, and whether the business has read it. */
  public ObjectNode received(long after) {
    return ControlRequest.page(
        "received", inbound.received().after(after, PAGE_LIMIT), Inbound.Received::json);
  }

  /** What was asked of Meta, in order. */
  public ObjectNode requests(long after) {
    return ControlRequest.page(
        "requests", gate.requests().after(after, PAGE_LIMIT), GraphGate.Request::json);
  }

  /** Each body sent to the webhook; waits for the first after {@code after}. */
  public ObjectNode webhooks(long after, Duration wait) throws InterruptedException {
    Journal.Page<MetaWebhooks.Attempt> page =
        webhooks.attempts().await(after, PAGE_LIMIT, any -> true, wait);
    return ControlRequest.page("webhooks", page, MetaControl::attempt);
  }

  private static ObjectNode attempt(MetaWebhooks.Attempt attempt) {
    ObjectNode json = Json.object();
    json.put("at", attempt.at().toString()).put("url", attempt.url());
    json.put("changes", attempt.changes()).put("body", attempt.body());
    json.put("signature", attempt.signature()).put("attempt", attempt.attempt());
    return json.put("status", attempt.status())
        .put("reason", attempt.reason())
        .put("ms", attempt.millis());
  }
}

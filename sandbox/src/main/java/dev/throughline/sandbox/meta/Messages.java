package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Delivery;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.sandbox.people.Phones;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the business sends: checked, counted, put on the phone, and told of by statuses. The order
 * of the checks is a choice: form, limits, template and media, then the person.
 */
final class Messages {
  private static final int HISTORY = 100_000;
  private static final long HISTORY_BYTES = 48L << 20;
  private static final int REPEATS_LIMIT = 100_000;
  private static final int UNREAD_LIMIT = 500;
  private static final int READERS_LIMIT = 20_000;
  private static final Duration KEPT_FOR_PHONES = Duration.ofDays(30);

  private final MetaConfig config;
  private final Supplier<MetaSettings> settings;
  private final InstantSource clock;
  private final Ids ids;
  private final Accounts accounts;
  private final Templates templates;
  private final Media media;
  private final Limits limits;
  private final Statuses statuses;
  private final Faults<Scripted<MetaFault>> faults;
  private final Phones phones;
  private final Journal<Sent> accepted = new Journal<>(HISTORY, HISTORY_BYTES, Sent::weight);
  private final LinkedHashMap<String, Integer> repeats = new LinkedHashMap<>();
  private final LinkedHashMap<String, ArrayDeque<Sent>> unread = new LinkedHashMap<>();

  Messages(
      MetaConfig config,
      Supplier<MetaSettings> settings,
      InstantSource clock,
      Ids ids,
      Accounts accounts,
      Templates templates,
      Media media,
      Limits limits,
      Statuses statuses,
      Faults<Scripted<MetaFault>> faults,
      Phones phones) {
    this.config = config;
    this.settings = settings;
    this.clock = clock;
    this.ids = ids;
    this.accounts = accounts;
    this.templates = templates;
    this.media = media;
    this.limits = limits;
    this.statuses = statuses;
    this.faults = faults;
    this.phones = phones;
  }

  Journal<Sent> accepted() {
    return accepted;
  }

  /** What is billed, and what is read, of a message that fits. */
  private record Content(String category, String text) {}

  GraphAnswer send(JsonNode message) {
    Optional<GraphError> wrong = MessageRules.check(message);
    if (wrong.isPresent()) {
      return GraphAnswer.refused(wrong.get());
    }
    String input =
        Json.text(message, "to")
            .filter(text -> !text.isEmpty())
            .orElseGet(() -> Json.text(message, "recipient").orElse(""));
    Optional<Account> account =
        MessageRules.BSUID.matcher(input).matches()
            ? accounts.named(input)
            : Optional.of(accounts.of(input.replaceAll("[^0-9]", "")));
    Instant now = clock.instant();
    Optional<GraphError> limited =
        limits.take(account.map(Account::number).orElse(input), settings.get(), now);
    if (limited.isPresent()) {
      return GraphAnswer.refused(limited.get());
    }
    if (account.isEmpty()) {
      return GraphAnswer.refused(GraphError.of(131026, "Nobody has this business-scoped user id."));
    }
    if (account.get().number().equals(config.number().substring(1))) {
      return GraphAnswer.refused(GraphError.of(131021, "Recipient cannot be sender"));
    }
    String type = Json.text(message, "type").orElse("text");
    Content content;
    if (type.equals("template")) {
      switch (templates.fill(message.path("template"))) {
        case Templates.Outcome.Refused refused -> {
          return GraphAnswer.refused(refused.error());
        }
        case Templates.Outcome.Fits fits ->
            content =
                new Content(fits.filled().template().category().label(), fits.filled().text());
      }
    } else {
      Optional<GraphError> noFile = file(message, type);
      if (noFile.isPresent()) {
        return GraphAnswer.refused(noFile.get());
      }
      content = new Content("service", Wording.of(message));
    }
    return accept(message, type, content, input, account.get(), now);
  }

  private Optional<GraphError> file(JsonNode message, String type) {
    JsonNode named = MessageRules.MEDIA.contains(type) ? message.path(type) : Json.object();
    JsonNode header = message.path("interactive").path("header");
    if (type.equals("interactive")) {
      named = header.path(header.path("type").stringValue(""));
    }
    return Json.text(named, "id")
        .filter(id -> media.find(id).isEmpty())
        .map(id ->
            GraphError.parameter(
                "Param "
                    + type
                    + "['id'] is not a valid whatsapp business account media"
                    + " attachment ID"));
  }

  private GraphAnswer accept(
      JsonNode message, String type, Content content, String input, Account account, Instant now) {
    Sent sent =
        new Sent(
            now,
            wamid(account.number()),
            input,
            account.number(),
            account.userId(),
            type,
            content.text(),
            Json.text(message, "biz_opaque_callback_data"),
            content.category(),
            false,
            repeated(account.number(), content.text()));
    Optional<Scripted<MetaFault>> fault =
        faults.strike(MetaFault.STATUS, () -> Json.string(message));
    Optional<GraphError> unreachable = unreachable(account, type, content, now, fault);
    MetaSettings.RecipientErrors where = settings.get().recipientErrors();
    if (unreachable.isPresent() && where == MetaSettings.RecipientErrors.ANSWER) {
      return GraphAnswer.refused(unreachable.get());
    }
    if (unreachable.isPresent()) {
      accepted.add(sent);
      statuses.tell(sent, Statuses.Step.FAILED, unreachable);
      return where == MetaSettings.RecipientErrors.BOTH
          ? GraphAnswer.refused(unreachable.get())
          : answer(sent, account, "accepted");
    }
    deliver((ObjectNode) message.deepCopy(), sent, fault);
    return answer(sent, account, "accepted");
  }

  /** Why the person cannot be reached with this; empty if they can. */
  private Optional<GraphError> unreachable(
      Account account,
      String type,
      Content content,
      Instant now,
      Optional<Scripted<MetaFault>> fault) {
    if (fault.isPresent() && fault.get().fault() == MetaFault.FAIL) {
      return Optional.of(GraphError.of(MetaFault.code(fault.get()), "A fault says so."));
    }
    Condition condition = phones.condition(PhoneChannel.WHATSAPP, "+" + account.number());
    if (refuses(condition)) {
      return Optional.of(GraphError.of(131026, "Message Undeliverable."));
    }
    if (!type.equals("template") && !accounts.open(account, settings.get(), now)) {
      return Optional.of(
          GraphError.of(
              131047,
              "Message failed to send because more than 24 hours have passed since the customer"
                  + " last replied to this number."));
    }
    if (content.category().equals("marketing") && !account.marketing()) {
      return Optional.of(
          GraphError.of(131050, "The person has stopped marketing messages from this business."));
    }
    return Optional.empty();
  }

  private static boolean refuses(Condition condition) {
    return switch (condition) {
      case BLOCKED, NO_APP, BOUNCES, NOBODY -> true;
      case OK, UNREACHABLE, AIRPLANE, LATE_RECEIPT, OUT_OF_ORDER -> false;
    };
  }

  private void deliver(ObjectNode message, Sent sent, Optional<Scripted<MetaFault>> fault) {
    Delivery delivery =
        new Delivery(
            PhoneChannel.WHATSAPP,
            config.name(),
            "+" + sent.number(),
            sent.wamid(),
            new Delivery.Content.Message(message, sent.text()),
            Optional.of(sent.at().plus(KEPT_FOR_PHONES)));
    Sent shown =
        new Sent(
            sent.at(),
            sent.wamid(),
            sent.input(),
            sent.number(),
            sent.userId(),
            sent.type(),
            sent.text(),
            sent.data(),
            sent.category(),
            true,
            sent.count());
    Condition condition =
        phones.deliver(
            delivery,
            () -> {
              toBeRead(shown);
              statuses.tell(shown, Statuses.Step.DELIVERED, Optional.empty());
            });
    accepted.add(condition.shows() ? shown : sent);
    if (condition.shows()) {
      toBeRead(shown);
    }
    if (fault.isPresent()) {
      tellWrongly(shown, condition, fault.get());
      return;
    }
    List<Statuses.Step> both = List.of(Statuses.Step.SENT, Statuses.Step.DELIVERED);
    switch (condition) {
      case OK -> statuses.tell(shown, both);
      case OUT_OF_ORDER -> statuses.tell(shown, both.reversed());
      case LATE_RECEIPT -> statuses.tellLater(shown, both, settings.get().lateBy());
      case AIRPLANE, UNREACHABLE -> statuses.tell(sent, Statuses.Step.SENT, Optional.empty());
      case BLOCKED, NO_APP, BOUNCES, NOBODY ->
          statuses.tell(
              sent,
              Statuses.Step.FAILED,
              Optional.of(GraphError.of(131026, "Message Undeliverable.")));
    }
  }

  private void tellWrongly(Sent sent, Condition condition, Scripted<MetaFault> rule) {
    List<Statuses.Step> steps = new ArrayList<>(List.of(Statuses.Step.SENT));
    if (condition.shows()) {
      steps.add(Statuses.Step.DELIVERED);
    }
    switch (rule.fault()) {
      case STATUS_TWICE -> {
        statuses.tell(sent, steps);
        statuses.tell(sent, steps);
      }
      case STATUS_LATE -> statuses.tellLater(sent, steps, MetaFault.delay(rule));
      case STATUS_REVERSED -> statuses.tell(sent, steps.reversed());
      case READ_AT_ONCE -> {
        read(sent.number(), Optional.of(sent.wamid()));
        statuses.tell(sent, List.of(Statuses.Step.SENT, Statuses.Step.READ));
      }
      case CONTRADICT -> {
        Optional<GraphError> error =
            Optional.of(GraphError.of(MetaFault.code(rule), "A fault says so."));
        statuses.tell(sent, Statuses.Step.SENT, Optional.empty());
        statuses.tell(sent, Statuses.Step.FAILED, error);
        statuses.tell(sent, Statuses.Step.DELIVERED, Optional.empty());
        statuses.tell(sent, Statuses.Step.FAILED, error);
      }
      default -> {
        // lost
      }
    }
  }

  private synchronized void toBeRead(Sent sent) {
    ArrayDeque<Sent> waiting = unread.computeIfAbsent(sent.number(), any -> new ArrayDeque<>());
    waiting.add(sent);
    if (waiting.size() > UNREAD_LIMIT) {
      waiting.remove();
    }
    if (unread.size() > READERS_LIMIT) {
      unread.pollFirstEntry();
    }
  }

  /** The person looks at what is on the screen. */
  void opened(String number) {
    read(number, Optional.empty())
        .forEach(sent -> statuses.tell(sent, Statuses.Step.READ, Optional.empty()));
  }

  private synchronized List<Sent> read(String number, Optional<String> wamid) {
    ArrayDeque<Sent> waiting = unread.getOrDefault(number, new ArrayDeque<>());
    List<Sent> read =
        waiting.stream()
            .filter(sent -> wamid.isEmpty() || sent.wamid().equals(wamid.get()))
            .toList();
    waiting.removeAll(read);
    return read;
  }

  private synchronized int repeated(String number, String text) {
    int count =
        repeats.merge(number + "\n" + text.hashCode() + "\n" + text.length(), 1, Integer::sum);
    if (repeats.size() > REPEATS_LIMIT) {
      repeats.pollFirstEntry();
    }
    return count;
  }

  private static GraphAnswer answer(Sent sent, Account account, String status) {
    ObjectNode answer = Json.object().put("messaging_product", "whatsapp");
    ObjectNode contact = answer.putArray("contacts").addObject().put("input", sent.input());
    if (MessageRules.BSUID.matcher(sent.input()).matches()) {
      contact.put("user_id", account.userId());
    } else {
      contact.put("wa_id", account.number());
    }
    answer.putArray("messages").addObject().put("id", sent.wamid()).put("message_status", status);
    return GraphAnswer.ok(answer);
  }

  /** In the shape of Meta's: a prefix, then Base64 of a few bytes with the number in them. */
  String wamid(String number) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {0x1d, 0x18, (byte) number.length()});
    bytes.writeBytes(number.getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(new byte[] {0x15, 0x02, 0x00, 0x11, 0x18, 0x12});
    bytes.writeBytes(
        ids.hex(20).toUpperCase(java.util.Locale.ROOT).getBytes(StandardCharsets.US_ASCII));
    bytes.write(0);
    return "wamid." + Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}

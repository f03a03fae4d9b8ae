package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Blobs;
import dev.throughline.sandbox.emulator.Recent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What End User Messaging Social keeps: linked accounts, templates, windows, media. */
final class SocialState {
  private static final long MEDIA_BYTES = 128L << 20;
  private static final Duration WINDOW = Duration.ofHours(24);
  private static final int WINDOWS_LIMIT = 100_000;

  /** A WhatsApp Business account as AWS has it. */
  record Linked(String id, String arn, AwsConfig.WhatsAppAccount account, Instant at) {}

  /** A template of an account. */
  record Template(String metaId, String name, String language, String category, ObjectNode json) {}

  /** A file that is kept. */
  record Media(String id, String mimeType, int size) {}

  final Blobs media = new Blobs(Optional.empty(), MEDIA_BYTES);

  private final Account account;
  private final List<Linked> linked = new ArrayList<>();
  private final Map<String, List<String>> destinations = new LinkedHashMap<>();
  private final Map<String, Map<String, Template>> templates = new LinkedHashMap<>();
  private final Map<String, Media> kept = new LinkedHashMap<>();
  private final Recent<Instant> lastInbound = new Recent<>(WINDOWS_LIMIT);

  SocialState(Account account) {
    this.account = account;
    for (AwsConfig.WhatsAppAccount one : account.config.whatsAppAccounts()) {
      String id = "waba-" + account.ids.hex(32);
      String arn = account.config.arn("social-messaging", "waba/" + id);
      linked.add(new Linked(id, arn, one, account.now()));
    }
  }

  List<Linked> linked() {
    return List.copyOf(linked);
  }

  /** By AWS's id or ARN. */
  Linked linked(String idOrArn) throws Refusal {
    return linked.stream()
        .filter(one -> one.id.equals(idOrArn) || one.arn.equals(idOrArn))
        .findFirst()
        .orElseThrow(() -> SocialApi.notFound("There is no linked account " + idOrArn + "."));
  }

  String arn(AwsConfig.WhatsAppNumber number) {
    return account.config.arn("social-messaging", "phone-number-id/" + number.phoneNumberId());
  }

  /** A number of a linked account, by AWS's id or ARN. */
  Optional<Owned> number(String idOrArn) {
    for (Linked one : linked) {
      for (AwsConfig.WhatsAppNumber number : one.account.numbers()) {
        if (number.phoneNumberId().equals(idOrArn) || arn(number).equals(idOrArn)) {
          return Optional.of(new Owned(one, number));
        }
      }
    }
    return Optional.empty();
  }

  /** A number and the account that it belongs to. */
  record Owned(Linked account, AwsConfig.WhatsAppNumber number) {}

  Owned requireNumber(String idOrArn) throws Refusal {
    return number(idOrArn)
        .orElseThrow(() -> SocialApi.notFound("There is no phone number " + idOrArn + "."));
  }

  synchronized List<String> destinations(String linkedId) {
    return destinations.getOrDefault(linkedId, List.of());
  }

  synchronized void destinations(String linkedId, List<String> topics) {
    destinations.put(linkedId, List.copyOf(topics));
  }

  synchronized void put(String linkedId, Template template) {
    templates
        .computeIfAbsent(linkedId, id -> new LinkedHashMap<>())
        .put(template.name + " " + template.language, template);
  }

  synchronized List<Template> templates(String linkedId) {
    return List.copyOf(templates.getOrDefault(linkedId, Map.of()).values());
  }

  synchronized boolean removeTemplates(String linkedId, List<Template> gone) {
    return templates.getOrDefault(linkedId, new LinkedHashMap<>()).values().removeAll(gone);
  }

  synchronized void keep(Media one) {
    kept.put(one.id, one);
  }

  synchronized Optional<Media> kept(String id) {
    return Optional.ofNullable(kept.get(id));
  }

  synchronized boolean forget(String id) {
    media.delete(id);
    return kept.remove(id) != null;
  }

  void inbound(String number, String person) {
    lastInbound.put(number + " " + person, account.now());
  }

  /** Whether the person wrote to the number within the last 24 hours. */
  boolean windowOpen(String number, String person) {
    return lastInbound
        .get(number + " " + person)
        .map(last -> account.now().isBefore(last.plus(WINDOW)))
        .orElse(false);
  }

  /** When the window closes. */
  Instant windowEnds(String number, String person) {
    return lastInbound.get(number + " " + person).orElse(account.now()).plus(WINDOW);
  }
}

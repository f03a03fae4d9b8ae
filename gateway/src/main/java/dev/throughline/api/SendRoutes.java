package dev.throughline.api;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Json;
import dev.throughline.contract.Sayings;
import dev.throughline.contract.SendRequests;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.conversation.App;
import dev.throughline.conversation.ContactStore;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Owners;
import dev.throughline.conversation.TemplateStore;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Appended;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.log.LogUnavailableException;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.store.DatabaseException;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code messages:send} (contract, 3.1): validated fully, then one entry whose id is the message's.
 * What the fold does with it is decided from the same bytes.
 */
final class SendRoutes {
  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final int MAX_KEY = 255;

  private final Log log;
  private final Drafts drafts;
  private final Vault vault;
  private final Directory directory;
  private final ContactStore contacts;
  private final TargetCheck targets;
  private final Map<ChannelName, Channel> channels;
  private final TemplateStore templates;

  SendRoutes(
      Log log,
      Drafts drafts,
      Vault vault,
      Directory directory,
      ContactStore contacts,
      TargetCheck targets,
      Map<ChannelName, Channel> channels,
      TemplateStore templates) {
    this.log = log;
    this.drafts = drafts;
    this.vault = vault;
    this.directory = directory;
    this.contacts = contacts;
    this.targets = targets;
    this.channels = channels;
    this.templates = templates;
  }

  List<Route> routes(Guard guard) {
    return List.of(Route.post("/v1/projects/{project}/messages:send", guard.project(this::send)));
  }

  private Response send(ProjectId project, Request request) {
    Optional<String> key = key(request);
    SendRequest send =
        switch (SendRequests.parse(request.body())) {
          case SendRequests.Parsed.Valid(SendRequest valid) -> valid;
          case SendRequests.Parsed.Wrong(String field, String sentence) ->
              throw Refusal.invalid("FIELD_INVALID", field, sentence);
        };
    App app = directory.app(project, send.app()).orElseThrow(AppRoutes::unknown);
    requireChannels(app, send.priority());
    send.callbackUrl()
        .flatMap(targets::refusal)
        .ifPresent(sentence -> {
          throw Refusal.invalid("TARGET_REFUSED", "callback_url", sentence);
        });
    Owner owner = owner(project, app, send.recipient());
    if (send.validateOnly()) {
      return Answers.ok(preview(app, send));
    }
    Draft draft =
        drafts
            .draft(Kind.REQUEST, new Subject.Project(project.value()))
            .part(owner, request.body())
            .build();
    Draft once = key.map(value -> draft.once(once(project, value, request.body()))).orElse(draft);
    return append(once);
  }

  /** What each channel that may be tried would make of it; nothing is kept. */
  private ObjectNode preview(App app, SendRequest send) {
    ObjectNode json = Json.object();
    json.put("validate_only", true);
    ArrayNode shown = json.putArray("channels");
    for (ChannelName name : tried(app, send)) {
      ObjectNode each = shown.addObject();
      each.put("channel", name.value());
      Channel channel = channels.get(name);
      if (channel == null || app.account(name).isEmpty()) {
        refused(
            each,
            Reason.Code.CHANNEL_CONFIGURATION_MISSING,
            "The app has no credential for the channel " + name + ".");
        continue;
      }
      switch (Sayings.of(send.message(), name, id -> templates.find(app.project(), id))) {
        case Said.Nothing(Reason reason) -> refused(each, reason.code(), reason.description());
        case Said.Something something -> rendered(each, channel, send, something.content());
      }
    }
    return json;
  }

  private static void rendered(
      ObjectNode shown, Channel channel, SendRequest send, Content.Outbound content) {
    Channel.Composed composed =
        new Channel.Composed(
            TranscodeRoutes.NO_MESSAGE,
            content,
            send.channelProperties(),
            send.message().agent(),
            Optional.empty(),
            recipient(send, channel.name()));
    switch (channel.render(composed)) {
      case Channel.Rendered.Ready ready -> {
        shown.put("sendable", true);
        ready.lost().forEach(shown.putArray("lost")::add);
      }
      case Channel.Rendered.Impossible(String why) -> refused(shown, Reason.Code.BAD_REQUEST, why);
    }
  }

  /** The address on the channel, if the request names it. */
  private static Optional<Identity> recipient(SendRequest send, ChannelName channel) {
    return send.recipient() instanceof Recipient.ByIdentities(List<Identity> named)
        ? named.stream().filter(identity -> identity.channel().equals(channel)).findFirst()
        : Optional.empty();
  }

  private static void refused(ObjectNode channel, Reason.Code code, String why) {
    channel.put("sendable", false);
    channel.putObject("reason").put("code", code.name()).put("description", why);
  }

  /** In the order in which a send would go through them. */
  private static List<ChannelName> tried(App app, SendRequest send) {
    if (!send.priority().isEmpty()) {
      return send.priority();
    }
    return switch (send.recipient()) {
      case Recipient.ByIdentities(List<Identity> named) ->
          named.stream().map(Identity::channel).distinct().toList();
      case Recipient.ByContact _ ->
          app.accounts().stream().map(App.Account::channel).distinct().toList();
    };
  }

  private Response append(Draft draft) {
    try {
      return switch (log.append(draft)) {
        case Appended.At(long _, Instant at) -> accepted(draft.id(), at);
        case Appended.Earlier(long _, Ulid id, Instant at, boolean same) -> {
          if (!same) {
            throw Refusal.reused();
          }
          yield accepted(id, at);
        }
        case Appended.Stale(long _) ->
            throw new IllegalStateException("a send is bound to no epoch");
      };
    } catch (LogUnavailableException e) {
      if (e.isRefused()) {
        throw e;
      }
      // Not to be answered with 503: SDKs would send it a second time (contract, 0, trap 4).
      return written(draft.id())
          .map(entry -> accepted(entry.id(), entry.at()))
          .orElseThrow(Refusal::uncertain);
    }
  }

  private Optional<LogEntry> written(Ulid id) {
    try {
      return log.indexOf(id).flatMap(index -> log.read(List.of(index)).stream().findFirst());
    } catch (DatabaseException unavailable) {
      return Optional.empty();
    }
  }

  private static Response accepted(Ulid id, Instant at) {
    ObjectNode json = Json.object();
    json.put("message_id", id.toString());
    json.put("accepted_time", at.toString());
    return Answers.ok(json);
  }

  private static void requireChannels(App app, List<ChannelName> priority) {
    for (int i = 0; i < priority.size(); i++) {
      if (app.account(priority.get(i)).isEmpty()) {
        throw new WrongFieldException(
            "channel_priority_order[" + i + "]", "is a channel that the app is not set up for.");
      }
    }
  }

  /** Whose the request is: erasing them erases what was to be said to them. */
  private Owner owner(ProjectId project, App app, Recipient recipient) {
    return switch (recipient) {
      case Recipient.ByContact(ContactId contact) -> {
        if (contacts.find(project, contact).isEmpty()) {
          throw ContactRoutes.unknown();
        }
        yield new Owner.Contact(contact);
      }
      case Recipient.ByIdentities by ->
          Owners.person(project, app.id(), by.identities().getFirst());
    };
  }

  private static Optional<String> key(Request request) {
    Optional<String> key = request.header(IDEMPOTENCY_KEY);
    if (key.isPresent() && (key.get().isBlank() || key.get().length() > MAX_KEY)) {
      throw Refusal.invalid(
          "FIELD_INVALID",
          IDEMPOTENCY_KEY,
          "Idempotency-Key must have 1 to " + MAX_KEY + " characters.");
    }
    return key;
  }

  private Draft.Once once(ProjectId project, String key, Bytes body) {
    return new Draft.Once(
        vault.hash("idempotency key", project + "\n" + key),
        vault.hash("idempotent request", project + "\n" + digest(body)));
  }

  private static String digest(Bytes body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must exist in every JDK", e);
    }
  }
}

package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.ContactStore;
import dev.throughline.conversation.Owners;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
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
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.store.DatabaseException;
import dev.throughline.task.Backlog;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a client asks to be done: one entry each, durable when it is answered, and made once under
 * its {@code Idempotency-Key}.
 */
final class Requests {
  private static final Duration FULL_PAUSE = Duration.ofSeconds(5);

  private final Log log;
  private final Drafts drafts;
  private final IdempotencyKeys keys;
  private final ContactStore contacts;
  private final Backlog backlog;
  private final int queued;

  /**
   * @param queued how much an app may have waiting to go out
   */
  Requests(
      Log log, Drafts drafts, Vault vault, ContactStore contacts, Backlog backlog, int queued) {
    this.log = log;
    this.drafts = drafts;
    this.keys = new IdempotencyKeys(vault);
    this.contacts = contacts;
    this.backlog = backlog;
    this.queued = queued;
  }

  /** Takes a place in the app's queue for something that will go out. */
  void queue(App app) {
    if (!backlog.take(app.id(), queued)) {
      throw Refusal.exhausted(
          "QUEUE_FULL",
          "The app has " + queued + " messages waiting to go out: send more when some are gone.",
          FULL_PAUSE);
    }
  }

  /** Where an entry stands, or the earlier one for the same key. */
  record Accepted(Ulid id, Instant at) {
    /** The contract's answer; {@code id} is the name of the field that holds the id. */
    Response answer(String field) {
      return Answers.ok(
          Json.object().put(field, id.toString()).put("accepted_time", at.toString()));
    }
  }

  /** Whose the request is: erasing them erases what was to be said to them. */
  Owner owner(ProjectId project, App app, Recipient recipient) {
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

  /**
   * @param body what the fold reads
   */
  Accepted accept(Kind kind, ProjectId project, Owner owner, Bytes body, Request request) {
    Draft draft =
        drafts.draft(kind, new Subject.Project(project.value())).part(owner, body).build();
    return append(keys.ofEntry(kind, project, request).map(draft::once).orElse(draft));
  }

  /**
   * One of several that a request asks for.
   *
   * @param part what it is told by among them
   * @param about the request as far as it is about this one
   */
  Accepted acceptPart(
      ProjectId project, Owner owner, Bytes body, Request request, String part, Bytes about) {
    Draft draft =
        drafts.draft(Kind.REQUEST, new Subject.Project(project.value())).part(owner, body).build();
    return append(keys.ofPart(part, project, request, about).map(draft::once).orElse(draft));
  }

  private Accepted append(Draft draft) {
    try {
      return switch (log.append(draft)) {
        case Appended.At(long _, Instant at) -> new Accepted(draft.id(), at);
        case Appended.Earlier(long _, Ulid id, Instant at, boolean same) -> {
          if (!same) {
            throw Refusal.reused();
          }
          yield new Accepted(id, at);
        }
        case Appended.Stale(long _) ->
            throw new IllegalStateException("a request is bound to no epoch");
      };
    } catch (LogUnavailableException e) {
      if (e.isRefused()) {
        throw e;
      }
      // Not to be answered with 503: SDKs would send it a second time (contract, 0, trap 4).
      return written(draft.id())
          .map(entry -> new Accepted(entry.id(), entry.at()))
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
}

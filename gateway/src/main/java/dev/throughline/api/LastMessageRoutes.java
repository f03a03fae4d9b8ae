package dev.throughline.api;

import dev.throughline.contract.ConversationMessage;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.LastMessages;
import dev.throughline.conversation.LastMessages.Whose;
import dev.throughline.conversation.MessageStore;
import dev.throughline.conversation.Owners;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.vault.Owner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * {@code messages:fetch-last-message}: the last message of each of several people, paged through
 * the body (contract, 2).
 */
final class LastMessageRoutes {
  private static final String LIST = "messages:fetch-last-message";
  private static final int MAX_PAGE = 1_000;
  private static final int MAX_NAMED = 1_000;
  private static final int MAX_TEXT = 512;

  private final LastMessages messages;
  private final Directory directory;
  private final Paging paging;
  private final Freshness freshness;

  LastMessageRoutes(
      LastMessages messages, Directory directory, Paging paging, Freshness freshness) {
    this.messages = messages;
    this.directory = directory;
    this.paging = paging;
    this.freshness = freshness;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.post(
            "/v1/projects/{project}/messages:fetch-last-message", guard.project(this::fetch)));
  }

  private Response fetch(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    MessageQuery query = MessageQuery.of(name -> body.string(name, MAX_TEXT));
    Optional<AppId> app = id(body, "app_id").map(AppId::new);
    Whose whose = whose(project, body, query, app);
    int size = Paging.size(body.integer("page_size", 0, Integer.MAX_VALUE), MAX_PAGE);
    Optional<MessageStore.Cursor> after =
        paging
            .place(body.string("page_token", MAX_TEXT).filter(t -> !t.isEmpty()), project, LIST)
            .map(MessageQuery::cursor);
    freshness.await(project);
    List<ConversationMessage> found =
        messages.page(
            project,
            whose,
            new LastMessages.Filter(
                app,
                query.channel(),
                query.direction(),
                query.from(),
                query.until(),
                query.dispatch()),
            after,
            size + 1);
    boolean more = found.size() > size;
    List<ConversationMessage> page = more ? found.subList(0, size) : found;
    return Answers.ok(
        Answers.list(
            "messages",
            page.stream().map(query::shown).toList(),
            more ? paging.token(project, LIST, MessageQuery.place(page.getLast())) : ""));
  }

  private Whose whose(ProjectId project, Fields body, MessageQuery query, Optional<AppId> app) {
    List<String> contacts = body.strings("contact_ids", MAX_NAMED);
    List<Owner.Person> persons = persons(project, body, query, app);
    if (contacts.isEmpty() == persons.isEmpty()) {
      throw body.wrong("", "must have either channel_identities or contact_ids.");
    }
    if (!contacts.isEmpty()) {
      if (query.dispatch()) {
        throw body.wrong("contact_ids", "cannot be used with DISPATCH_SOURCE.");
      }
      return new Whose.Contacts(
          contacts.stream()
              .map(text ->
                  Ulids.parse(text)
                      .map(ContactId::new)
                      .orElseThrow(() -> body.wrong("contact_ids", "must hold ULIDs.")))
              .toList());
    }
    return new Whose.Addresses(persons);
  }

  /** Addresses alone, as the SDKs send them, or with their channels and apps. */
  private List<Owner.Person> persons(
      ProjectId project, Fields body, MessageQuery query, Optional<AppId> app) {
    boolean bare =
        body.node("channel_identities")
            .filter(JsonNode::isArray)
            .filter(array -> !array.isEmpty() && array.get(0).isString())
            .isPresent();
    List<Owner.Person> persons = new ArrayList<>();
    if (bare) {
      for (String identity : body.strings("channel_identities", MAX_NAMED)) {
        persons.addAll(MessageRoutes.addresses(directory, project, query.channel(), identity));
      }
      return persons;
    }
    for (Fields entry : body.objects("channel_identities", MAX_NAMED)) {
      Identity identity = Identities.read(entry);
      Optional<AppId> of = id(entry, "app_id").map(AppId::new).or(() -> app);
      if (of.isPresent()) {
        persons.add(Owners.person(project, of.get(), identity));
      } else {
        persons.addAll(
            ContactRoutes.addresses(directory, project, identity.channel(), identity.value()));
      }
    }
    return persons;
  }

  private static Optional<Ulid> id(Fields fields, String name) {
    return fields
        .string(name, MAX_TEXT)
        .filter(text -> !text.isEmpty())
        .map(text -> Ulids.parse(text).orElseThrow(() -> fields.wrong(name, "must be a ULID.")));
  }
}

package dev.throughline.api;

import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.Contact;
import dev.throughline.contract.Conversation;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.contract.MergePatch;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.App;
import dev.throughline.conversation.ContactStore;
import dev.throughline.conversation.ConversationStore;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.MessageStore;
import dev.throughline.conversation.RecentConversations;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** Conversations (contract, 2.4). */
final class ConversationRoutes {
  private static final String BASE = "/v1/projects/{project}/conversations";
  private static final String LIST = "conversations";
  private static final String RECENT = "conversations:recent";
  private static final int MAX_PAGE = 20;
  private static final int MAX_RECENT = 50;
  private static final int MAX_ID = 64;
  private static final int MAX_METADATA = 1_024;
  private static final int MAX_METADATA_JSON = 2_048;

  private final ConversationStore conversations;
  private final RecentConversations recent;
  private final ContactStore contacts;
  private final Directory directory;
  private final Paging paging;
  private final Freshness freshness;
  private final Ulids ulids;

  ConversationRoutes(
      ConversationStore conversations,
      RecentConversations recent,
      ContactStore contacts,
      Directory directory,
      Paging paging,
      Freshness freshness,
      Ulids ulids) {
    this.conversations = conversations;
    this.recent = recent;
    this.contacts = contacts;
    this.directory = directory;
    this.paging = paging;
    this.freshness = freshness;
    this.ulids = ulids;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(BASE, guard.project(this::list)),
        Route.post(BASE, guard.project(this::create)),
        Route.get(BASE + ":recent", guard.project(this::recent)),
        Route.get(BASE + "/{conversation}", guard.project(this::get)),
        Route.patch(BASE + "/{conversation}", guard.project(this::update)),
        Route.delete(BASE + "/{conversation}", guard.project(this::delete)),
        Route.post(BASE + "/{conversation}:stop", guard.project(this::stop)));
  }

  private Response list(ProjectId project, Request request) throws InterruptedException {
    int size = Paging.size(request, MAX_PAGE);
    Optional<Ulid> after = paging.after(request, project, LIST);
    ConversationStore.Filter filter =
        new ConversationStore.Filter(
            Answers.idQuery(request, "app_id").map(AppId::new),
            Answers.idQuery(request, "contact_id").map(ContactId::new),
            Answers.flag(request, "only_active"),
            request
                .query("active_channel")
                .filter(name -> !name.isEmpty())
                .map(name -> Identities.channel("active_channel", name).value()));
    if (filter.app().isEmpty() && filter.contact().isEmpty()) {
      throw Refusal.invalid("FIELD_INVALID", "app_id", "app_id or contact_id is required.");
    }
    freshness.await(project);
    ConversationStore.Page found = conversations.page(project, filter, after, size + 1);
    boolean more = found.conversations().size() > size;
    List<Conversation> page = more ? found.conversations().subList(0, size) : found.conversations();
    ObjectNode json =
        Answers.list(
            LIST,
            page.stream().map(Conversation::json).toList(),
            more ? paging.token(project, LIST, page.getLast().id().value()) : "");
    json.put("total_size", found.total());
    return Answers.ok(json);
  }

  /** Those with messages, in the order of the last ones. */
  private Response recent(ProjectId project, Request request) throws InterruptedException {
    int size = Paging.size(request, MAX_RECENT);
    AppId app =
        Answers.idQuery(request, "app_id")
            .map(AppId::new)
            .orElseThrow(() -> Refusal.invalid("FIELD_INVALID", "app_id", "app_id is required."));
    boolean oldestFirst =
        switch (request.query("order").orElse("")) {
          case "", "DESC" -> false;
          case "ASC" -> true;
          default -> throw Refusal.invalid("FIELD_INVALID", "order", "order must be ASC or DESC.");
        };
    String list = RECENT + (oldestFirst ? " ASC" : "");
    Optional<MessageStore.Cursor> after =
        paging.place(request, project, list).map(MessageQuery::cursor);
    boolean onlyActive = Answers.flag(request, "only_active");
    freshness.await(project);
    if (directory.app(project, app).isEmpty()) {
      throw AppRoutes.unknown();
    }
    List<RecentConversations.Recent> found =
        recent.page(project, app, onlyActive, oldestFirst, after, size + 1);
    boolean more = found.size() > size;
    List<RecentConversations.Recent> page = more ? found.subList(0, size) : found;
    return Answers.ok(
        Answers.list(
            LIST,
            page.stream().map(ConversationRoutes::shown).toList(),
            more
                ? paging.token(project, list, MessageQuery.place(page.getLast().lastMessage()))
                : ""));
  }

  private static ObjectNode shown(RecentConversations.Recent recent) {
    ObjectNode json = Json.object();
    json.set("conversation", recent.conversation().json());
    json.set("last_message", recent.lastMessage().json());
    return json;
  }

  private Response get(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    return Answers.ok(
        conversations.find(project, id(request)).orElseThrow(ConversationRoutes::unknown).json());
  }

  private Response create(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    AppId appId = new AppId(required(body, "app_id"));
    ContactId contactId = new ContactId(required(body, "contact_id"));
    Optional<ChannelName> channel = channel(body);
    boolean active = body.bool("active").orElse(true);
    String metadata = body.string("metadata", MAX_METADATA).orElse("");
    ObjectNode metadataJson = metadataJson(body).orElseGet(Json::object);
    String correlationId =
        body.string("correlation_id", SendRequests.MAX_CORRELATION_ID).orElse("");
    App app = directory.app(project, appId).orElseThrow(AppRoutes::unknown);
    freshness.await(project);
    Contact contact = contacts.find(project, contactId).orElseThrow(ContactRoutes::unknown);
    Conversation conversation =
        new Conversation(
            new ConversationId(ulids.next()),
            appId,
            contactId,
            active,
            channel
                .or(() -> usual(app, contact))
                .orElseThrow(() -> body.wrong("active_channel", "is required."))
                .value(),
            Instant.EPOCH,
            metadata,
            metadataJson,
            correlationId);
    return Answers.ok(
        Answers.done(
                conversations.create(project, conversation),
                ContactRoutes.unknown(),
                ConversationRoutes::active)
            .json());
  }

  /** The first of the app's channels that the contact is on, else the contact's own first. */
  private static Optional<ChannelName> usual(App app, Contact contact) {
    List<ChannelName> own =
        Stream.concat(
                contact.priority().stream(),
                contact.identities().stream().map(ChannelIdentity::channel))
            .toList();
    return app.accounts().stream()
        .map(App.Account::channel)
        .filter(own::contains)
        .findFirst()
        .or(() -> own.stream().findFirst());
  }

  private Response update(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    UpdateMask mask = UpdateMask.of(request);
    boolean merge =
        switch (request.query("metadata_update_strategy").orElse("")) {
          case "", "REPLACE", "UPDATE_STRATEGY_UNSPECIFIED" -> false;
          case "MERGE_PATCH" -> true;
          default ->
              throw Refusal.invalid(
                  "FIELD_INVALID",
                  "metadata_update_strategy",
                  "metadata_update_strategy must be REPLACE or MERGE_PATCH.");
        };
    freshness.await(project);
    return Answers.ok(
        Answers.done(
                conversations.update(
                    project, id(request), before -> apply(before, body, mask, merge)),
                unknown(),
                ConversationRoutes::active)
            .json());
  }

  private static Conversation apply(
      Conversation before, Fields body, UpdateMask mask, boolean merge) {
    ObjectNode metadataJson = before.metadataJson();
    if (mask.covers("metadata_json", body)) {
      ObjectNode given = metadataJson(body).orElseGet(Json::object);
      metadataJson = merge ? MergePatch.merge(before.metadataJson(), given) : given;
      requireShort(body, metadataJson);
    }
    return new Conversation(
        before.id(),
        before.app(),
        before.contact(),
        body.has("active") && mask.covers("active", body)
            ? body.bool("active").orElse(before.active())
            : before.active(),
        mask.covers("active_channel", body)
            ? channel(body).map(ChannelName::value).orElse(before.activeChannel())
            : before.activeChannel(),
        before.lastReceived(),
        mask.covers("metadata", body)
            ? body.string("metadata", MAX_METADATA).orElse("")
            : mirrors(before) ? text(metadataJson) : before.metadata(),
        metadataJson,
        mask.covers("correlation_id", body)
            ? body.string("correlation_id", SendRequests.MAX_CORRELATION_ID).orElse("")
            : before.correlationId());
  }

  /** A send sets the older text to that of the object: as long as nobody sets it, it stays so. */
  private static boolean mirrors(Conversation conversation) {
    return conversation.metadata().equals(text(conversation.metadataJson()));
  }

  private static String text(ObjectNode metadata) {
    return metadata.isEmpty() ? "" : Json.text(metadata);
  }

  private Response delete(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    Answers.done(conversations.delete(project, id(request)), unknown(), ConversationRoutes::active);
    return Answers.empty();
  }

  /** SDKs post it without a body. */
  private Response stop(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    Answers.done(conversations.stop(project, id(request)), unknown(), ConversationRoutes::active);
    return Answers.empty();
  }

  private static Optional<ChannelName> channel(Fields body) {
    return body.string("active_channel", MAX_ID)
        .filter(name -> !name.isEmpty() && !name.equals("CHANNEL_UNSPECIFIED"))
        .map(name -> Identities.channel("active_channel", name));
  }

  private static Optional<ObjectNode> metadataJson(Fields body) {
    Optional<ObjectNode> json = body.object("metadata_json").map(Fields::json);
    json.ifPresent(given -> requireShort(body, given));
    return json;
  }

  private static void requireShort(Fields body, ObjectNode metadata) {
    if (Json.text(metadata).length() > MAX_METADATA_JSON) {
      throw body.wrong("metadata_json", "must have at most " + MAX_METADATA_JSON + " characters.");
    }
  }

  private static Ulid required(Fields body, String name) {
    return Ulids.parse(body.requiredString(name, MAX_ID))
        .orElseThrow(() -> body.wrong(name, "must be a ULID."));
  }

  private static ConversationId id(Request request) {
    return new ConversationId(Answers.id(request, "conversation", unknown()));
  }

  static Refusal unknown() {
    return Refusal.unknown("CONVERSATION_UNKNOWN", "The project has no such conversation.");
  }

  private static Refusal active(Ulid by) {
    return Answers.taken(
        "CONVERSATION_ACTIVE",
        "active",
        "The contact has an active conversation with this app already: stop it first.",
        "conversation_id",
        by);
  }
}

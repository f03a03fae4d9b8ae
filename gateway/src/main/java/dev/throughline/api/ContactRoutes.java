package dev.throughline.api;

import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.Contact;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.contract.Languages;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Changes;
import dev.throughline.conversation.ContactMerge;
import dev.throughline.conversation.ContactStore;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.IdentityConflicts;
import dev.throughline.conversation.Owners;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.policy.QuietHoursForm;
import dev.throughline.vault.Owner;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Contacts (contract, 2.3). */
final class ContactRoutes {
  private static final String BASE = "/v1/projects/{project}/contacts";
  private static final String LIST = "contacts";
  private static final String CONFLICTS = "conflicts";
  private static final int MAX_PAGE = 20;
  private static final int MAX_IDENTITIES = 100;
  private static final int MAX_TEXT = 256;
  private static final int MAX_METADATA = 1_024;

  private final ContactStore contacts;
  private final IdentityConflicts conflicts;
  private final ContactMerge merging;
  private final Directory directory;
  private final Paging paging;
  private final Freshness freshness;
  private final Decisions decisions;
  private final Ulids ulids;

  ContactRoutes(
      ContactStore contacts,
      IdentityConflicts conflicts,
      ContactMerge merging,
      Directory directory,
      Paging paging,
      Freshness freshness,
      Decisions decisions,
      Ulids ulids) {
    this.contacts = contacts;
    this.conflicts = conflicts;
    this.merging = merging;
    this.directory = directory;
    this.paging = paging;
    this.freshness = freshness;
    this.decisions = decisions;
    this.ulids = ulids;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(BASE, guard.project(this::list)),
        Route.post(BASE, guard.project(this::create)),
        Route.get(BASE + ":identityConflicts", guard.project(this::conflicts)),
        Route.get(BASE + "/{contact}", guard.project(this::get)),
        Route.patch(BASE + "/{contact}", guard.project(this::update)),
        Route.delete(BASE + "/{contact}", guard.project(this::delete)),
        Route.post(BASE + "/{contact}:merge", guard.project(this::merge)),
        Route.post(BASE + "/{contact}:forget-block", guard.project(this::forgetBlock)));
  }

  private Response list(ProjectId project, Request request) throws InterruptedException {
    int size = Paging.size(request, MAX_PAGE);
    Optional<Ulid> after = paging.after(request, project, LIST);
    Optional<String> externalId = request.query("external_id").filter(v -> !v.isEmpty());
    Optional<String> channel = request.query("channel").filter(v -> !v.isEmpty());
    Optional<String> identity = request.rawPlusQuery("identity").filter(v -> !v.isEmpty());
    if (channel.isPresent() != identity.isPresent()) {
      throw Refusal.invalid(
          "FIELD_INVALID",
          channel.isPresent() ? "identity" : "channel",
          "channel and identity go together.");
    }
    if (externalId.isPresent() && identity.isPresent()) {
      throw Refusal.invalid(
          "FIELD_INVALID",
          "external_id",
          "Use either external_id or channel and identity, not both.");
    }
    freshness.await(project);
    List<Contact> found =
        externalId.isPresent()
            ? contacts.byExternalId(project, externalId.get(), after, size + 1)
            : identity.isPresent()
                ? contacts.byAddress(
                    project,
                    addresses(
                        directory,
                        project,
                        Identities.channel("channel", channel.orElseThrow()),
                        identity.get()),
                    after,
                    size + 1)
                : contacts.page(project, after, size + 1);
    boolean more = found.size() > size;
    List<Contact> page = more ? found.subList(0, size) : found;
    return Answers.ok(
        Answers.list(
            LIST,
            page.stream().map(Contact::json).toList(),
            more ? paging.token(project, LIST, page.getLast().id().value()) : ""));
  }

  /**
   * Whose an address may be: where addresses are an app's own, of each app of the project.
   *
   * @param identity as a client spelt it, a phone number with or without its plus
   */
  static List<Owner.Person> addresses(
      Directory directory, ProjectId project, ChannelName channel, String identity) {
    String normal = Identities.normal(channel, identity);
    if (!Identities.isAppScoped(channel)) {
      return List.of(new Owner.Person(project, channel, Optional.empty(), normal));
    }
    return directory.apps(project).stream()
        .map(app -> Owners.person(project, app.id(), new Identity(channel, normal)))
        .toList();
  }

  private Response get(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    return Answers.ok(
        contacts.find(project, id(request)).orElseThrow(ContactRoutes::unknown).json());
  }

  /** Addresses that are several contacts', on several channels or at several apps. */
  private Response conflicts(ProjectId project, Request request) throws InterruptedException {
    int size = Paging.size(request, MAX_PAGE);
    Optional<Bytes> after = paging.place(request, project, CONFLICTS);
    freshness.await(project);
    List<IdentityConflicts.Conflict> found = conflicts.page(project, after, size + 1);
    boolean more = found.size() > size;
    List<IdentityConflicts.Conflict> page = more ? found.subList(0, size) : found;
    return Answers.ok(
        Answers.list(
            CONFLICTS,
            page.stream().map(IdentityConflicts.Conflict::json).toList(),
            more ? paging.token(project, CONFLICTS, page.getLast().place().array()) : ""));
  }

  private Response create(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    Contact none =
        new Contact(
            new ContactId(ulids.next()), List.of(), List.of(), "", "", "", "", "UNSPECIFIED", "");
    if (!body.has("channel_identities")) {
      throw body.wrong("channel_identities", "is required.");
    }
    Contact contact = apply(project, none, body, UpdateMask.all());
    freshness.await(project);
    requireNoSibling(project, contact);
    return Answers.ok(
        Answers.done(contacts.create(project, contact), unknown(), ContactRoutes::taken).json());
  }

  private Response update(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    UpdateMask mask = UpdateMask.of(request);
    freshness.await(project);
    contacts
        .find(project, id(request))
        .ifPresent(before -> requireNoSibling(project, apply(project, before, body, mask)));
    return Answers.ok(
        Answers.done(
                contacts.update(project, id(request), before -> apply(project, before, body, mask)),
                unknown(),
                ContactRoutes::taken)
            .json());
  }

  /** Where a project keeps one contact for a person, a sibling of an address is that address. */
  private void requireNoSibling(ProjectId project, Contact contact) {
    List<Owner.Person> siblings =
        contact.identities().stream()
            .map(own -> new Owner.Person(project, own.channel(), own.app(), own.identity()))
            .flatMap(person -> directory.siblings(person).stream())
            .toList();
    if (siblings.isEmpty()) {
      return;
    }
    contacts.byAddress(project, siblings, Optional.empty(), siblings.size()).stream()
        .filter(other -> !other.id().equals(contact.id()))
        .findFirst()
        .ifPresent(other -> {
          throw taken(other.id().value());
        });
  }

  private Response delete(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    Answers.done(contacts.delete(project, id(request)), unknown(), ContactRoutes::taken);
    return Answers.empty();
  }

  /** Merges another contact into the one in the path. */
  private Response merge(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    ContactId into = id(request);
    String source = body.requiredString("source_id", MAX_TEXT);
    body.oneOf("strategy", Set.of("MERGE", "MERGE_STRATEGY_UNSPECIFIED"));
    ContactId from = Ulids.parse(source).map(ContactId::new).orElseThrow(ContactRoutes::unknown);
    if (from.equals(into)) {
      throw body.wrong("source_id", "must be another contact than the destination.");
    }
    freshness.await(project);
    return Answers.ok(
        Answers.done(merging.merge(project, into, from), unknown(), ContactRoutes::taken).json());
  }

  /** Sends again to somebody who was thought to have blocked the account. */
  private Response forgetBlock(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    ContactId id = id(request);
    if (contacts.find(project, id).isEmpty()) {
      throw unknown();
    }
    ObjectNode facts = Json.object();
    ArrayNode identities = facts.putArray(Changes.IDENTITIES);
    contacts.addressIds(project, id).forEach(address -> identities.add(address.toString()));
    decisions.append(project, Changes.FORGET_BLOCK, facts);
    return Answers.empty();
  }

  private Contact apply(ProjectId project, Contact before, Fields body, UpdateMask mask) {
    return new Contact(
        before.id(),
        mask.covers("channel_identities", body) ? identities(project, body) : before.identities(),
        mask.covers("channel_priority", body) ? priority(body) : before.priority(),
        mask.covers("display_name", body)
            ? body.string("display_name", MAX_TEXT)
                .filter(name -> !name.isEmpty())
                .orElse(Contact.NAMELESS)
            : before.displayName(),
        text(mask, body, "email", MAX_TEXT, before.email()),
        text(mask, body, "external_id", MAX_TEXT, before.externalId()),
        text(mask, body, "metadata", MAX_METADATA, before.metadata()),
        mask.covers("language", body) ? language(body) : before.language(),
        mask.covers(Contact.TIME_ZONE, body) ? timeZone(body) : before.timeZone());
  }

  private static String text(UpdateMask mask, Fields body, String name, int max, String before) {
    return mask.covers(name, body) ? body.string(name, max).orElse("") : before;
  }

  private static String language(Fields body) {
    String language =
        body.string("language", MAX_TEXT)
            .filter(value -> !value.isEmpty())
            .orElse(Languages.UNSPECIFIED);
    if (!Languages.isKnown(language)) {
      throw body.wrong("language", "must be one of the contract's languages, such as EN or JA.");
    }
    return language;
  }

  /** Empty where it is taken away. */
  private static String timeZone(Fields body) {
    return body.string(Contact.TIME_ZONE, MAX_TEXT).filter(name -> !name.isEmpty()).isEmpty()
        ? ""
        : QuietHoursForm.zone(body, Contact.TIME_ZONE).getId();
  }

  private static List<ChannelName> priority(Fields body) {
    Set<ChannelName> channels = new LinkedHashSet<>();
    for (String name : body.strings("channel_priority", MAX_IDENTITIES)) {
      channels.add(Identities.channel("channel_priority", name));
    }
    return List.copyOf(channels);
  }

  private List<ChannelIdentity> identities(ProjectId project, Fields body) {
    List<ChannelIdentity> identities = new ArrayList<>();
    for (Fields entry : body.objects("channel_identities", MAX_IDENTITIES)) {
      Identity identity = Identities.read(entry);
      Optional<AppId> app = Optional.empty();
      if (Identities.isAppScoped(identity.channel())) {
        app = Optional.of(app(project, entry).id());
      }
      ChannelIdentity read = new ChannelIdentity(identity.channel(), identity.value(), app);
      if (identities.contains(read)) {
        throw entry.wrong("identity", "is named twice.");
      }
      identities.add(read);
    }
    return identities;
  }

  private App app(ProjectId project, Fields entry) {
    return Ulids.parse(entry.requiredString("app_id", MAX_TEXT))
        .map(AppId::new)
        .map(id -> directory.app(project, id).orElseThrow(AppRoutes::unknown))
        .orElseThrow(() -> entry.wrong("app_id", "must be a ULID."));
  }

  private static ContactId id(Request request) {
    return new ContactId(Answers.id(request, "contact", unknown()));
  }

  static Refusal unknown() {
    return Refusal.unknown("CONTACT_UNKNOWN", "The project has no such contact.");
  }

  /** The contract knows no 409: what is in use elsewhere is an invalid argument to it (1.4). */
  private static Refusal taken(Ulid by) {
    return Answers.taken(
        "IDENTITY_TAKEN",
        "channel_identities",
        "channel_identities holds an address of another contact.",
        "contact_id",
        by);
  }
}

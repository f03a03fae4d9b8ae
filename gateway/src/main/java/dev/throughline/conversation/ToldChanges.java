package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Fact.Changed.What;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Log;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What follows from changes made through the API: their rows were changed with their entry, and
 * apps are told of them now.
 */
final class ToldChanges {
  private static final String MOVE_TASKS = "update task set contact = ? where contact = ?";

  private final Vault vault;
  private final Directory directory;
  private final Connection transaction;
  private final Effects effects;

  ToldChanges(Vault vault, Directory directory, Connection transaction, Effects effects) {
    this.vault = vault;
    this.directory = directory;
    this.transaction = transaction;
    this.effects = effects;
  }

  /** A change as its entry tells of it. */
  private record Told(
      Item.Change item,
      ProjectId project,
      ContactId contact,
      DataKey key,
      Optional<AppId> app,
      ObjectNode shown) {}

  void tell(Item.Change item) throws SQLException {
    Optional<DataKey> key = item.entry().key().flatMap(vault::key);
    Optional<ContactId> contact = ulid(item.record(), Changes.CONTACT).map(ContactId::new);
    if (key.isEmpty()
        || contact.isEmpty()
        || !(item.entry().subject() instanceof Subject.Project(String project))
        || !(item.record().path(Changes.SHOWN) instanceof ObjectNode shown)) {
      return;
    }
    tell(
        new Told(
            item,
            new ProjectId(project),
            contact.get(),
            key.get(),
            ulid(item.record(), Changes.APP).map(AppId::new),
            shown));
  }

  private void tell(Told told) throws SQLException {
    switch (Json.string(told.item().record(), Changes.CHANGE).orElse("")) {
      case Changes.CONTACT_CREATED ->
          effects.emit(
              new Fact.ContactCreated(
                  told.project(), told.contact(), told.key(), effects.at(), told.shown()));
      case Changes.CONTACT_UPDATED -> emit(told, What.CONTACT_UPDATED, one("contact", told));
      case Changes.CONTACT_DELETED -> {
        emit(told, What.CONTACT_DELETED, one("contact", told));
        forget(told);
      }
      case Changes.CONTACT_MERGED -> merged(told);
      case Changes.CONVERSATION_CREATED, Changes.CONVERSATION_RESUMED -> {
        if (told.shown().path("active").asBoolean(false)) {
          started(told);
        }
      }
      case Changes.CONVERSATION_STOPPED ->
          emit(told, What.CONVERSATION_STOPPED, one("conversation", told));
      case Changes.CONVERSATION_DELETED -> {
        emit(told, What.CONVERSATION_DELETED, one("conversation", told));
        forget(told);
      }
      case Changes.MESSAGE_INJECTED ->
          injected(told, Injections.store(transaction, vault, told.item(), told.key()));
      case Changes.EVENT_INJECTED ->
          injected(told, Injections.storeEvent(transaction, vault, told.item(), told.key()));
      default -> {
        // Nobody outside is told of the other changes.
      }
    }
  }

  private void started(Told told) {
    told.app()
        .flatMap(directory::app)
        .ifPresent(app ->
            effects.emit(
                new Fact.ConversationStarted(
                    app, told.contact(), told.key(), effects.at(), told.shown())));
  }

  /** What was on its way to the contact that ceased to be is on its way to the one that remains. */
  private void merged(Told told) {
    if (!(told.item().record().path(Changes.MERGED) instanceof ObjectNode gone)) {
      return;
    }
    ObjectNode json = Json.object();
    json.set("preserved_contact", told.shown());
    json.set("deleted_contact", gone);
    emit(told, What.CONTACT_MERGED, json);
    ulid(gone, "id")
        .ifPresent(id ->
            effects.write(c -> {
              try (PreparedStatement statement = c.prepareStatement(MOVE_TASKS)) {
                statement.setObject(1, told.contact().value().toUuid());
                statement.setObject(2, id.toUuid());
                return statement.executeUpdate();
              }
            }));
  }

  private void injected(Told told, boolean stored) throws SQLException {
    if (stored) {
      emit(told, What.RECORD_STORED, Injections.notification(told.item()));
    } else {
      forget(told);
    }
  }

  private void emit(Told told, What what, ObjectNode json) {
    effects.emit(
        new Fact.Changed(
            what, told.project(), told.app(), told.contact(), told.key(), effects.at(), json));
  }

  private static ObjectNode one(String name, Told told) {
    ObjectNode json = Json.object();
    json.set(name, told.shown());
    return json;
  }

  /** Once told, what the entry quotes goes, too: what it is about is deleted. */
  private void forget(Told told) throws SQLException {
    Log.deleteParts(transaction, told.item().entry().index(), 0, 1);
  }

  private static Optional<Ulid> ulid(JsonNode record, String name) {
    return Json.string(record, name).flatMap(Ulids::parse);
  }
}

package dev.throughline.conversation;

import dev.throughline.contract.Contents;
import dev.throughline.contract.Json;
import dev.throughline.conversation.Rows.MessageRow;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Content;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent;
import dev.throughline.vault.DataKey;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What people change of what they said: the newest edit by its own time is what is kept, in
 * whatever order edits and message come in.
 */
final class FoldEdits {
  private final FoldState state;
  private final FoldPeople people;

  FoldEdits(FoldState state, FoldPeople people) {
    this.state = state;
    this.people = people;
  }

  /**
   * @param party in its conversation
   * @param key of whoever edited
   */
  void edit(Item.Event item, InboundEvent.Edited edited, Party party, DataKey key)
      throws SQLException {
    ConversationId conversation = party.conversation().orElseThrow();
    String platformId = edited.platformMessageId();
    Instant occurred = edited.head().occurredAt().orElse(state.at);
    Optional<Instant> newest = EditStore.newest(state.transaction, conversation, platformId);
    boolean counts = newest.isEmpty() || !newest.get().isAfter(occurred);
    Optional<MessageId> stored = storedText(party, platformId, key, edited.content(), counts);
    Optional<MessageId> message =
        stored.isPresent() ? stored : newText(conversation, platformId, key, edited, counts);
    EditStore.insert(
        state.transaction,
        conversation,
        platformId,
        state.index,
        item.position(),
        occurred,
        item.parts(),
        message,
        message.isPresent() ? Optional.empty() : Optional.of(waiting(item, edited, key)));
    state.anyEdits |= message.isEmpty();
  }

  /** The text of an edit that came before its message. */
  Optional<Content.Inbound> waitingFor(
      ConversationId conversation, String platformId, MessageId message) throws SQLException {
    if (!state.anyEdits) {
      return Optional.empty();
    }
    Optional<EditStore.Waiting> waiting =
        EditStore.waiting(state.transaction, conversation, platformId);
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    EditStore.arrived(state.transaction, conversation, platformId, message);
    return state
        .vault
        .open(waiting.get().sealed(), associated(waiting.get().index(), waiting.get().position()))
        .map(text -> new Content.Text(text.asUtf8()));
  }

  private Optional<MessageId> storedText(
      Party party, String platformId, DataKey key, Content.Text text, boolean counts)
      throws SQLException {
    Optional<MessageId> found = Optional.empty();
    for (EditStore.Edited message :
        EditStore.texts(
            state.transaction,
            party.conversation().orElseThrow(),
            platformId,
            people.identityOf(party).id().toUuid())) {
      found = Optional.of(message.id());
      Optional<Bytes> after =
          counts ? with(text, message.sealed(), key, message.id().value()) : Optional.empty();
      if (after.isPresent()) {
        EditStore.setText(state.transaction, message.id(), after.get());
      }
    }
    return found;
  }

  /** Of a message that came in within this very batch. */
  private Optional<MessageId> newText(
      ConversationId conversation,
      String platformId,
      DataKey key,
      InboundEvent.Edited edited,
      boolean counts) {
    for (int i = 0; i < state.newMessages.size(); i++) {
      MessageRow row = state.newMessages.get(i);
      if (row.conversation().equals(conversation)
          && Optional.of(platformId).equals(row.platformId())) {
        if (counts) {
          Optional<Bytes> after = with(edited.content(), row.sealed(), key, row.id().value());
          if (after.isPresent()) {
            state.newMessages.set(i, row.with(after.get()));
          }
        }
        return Optional.of(row.id());
      }
    }
    return Optional.empty();
  }

  /** Everything else that is kept of the message stays; empty if it can be opened no more. */
  private Optional<Bytes> with(Content.Text text, Bytes sealed, DataKey key, Ulid message) {
    byte[] associated = Rows.associated("message", message);
    return state
        .vault
        .open(sealed, associated)
        .map(Json::object)
        .filter(json -> json.has("content"))
        .map(json -> {
          ObjectNode content = Contents.toJson(text);
          if (json.path("content").get(Contents.REPLY_TO) instanceof ObjectNode replyTo) {
            content.set(Contents.REPLY_TO, replyTo);
          }
          json.set("content", content);
          return state.vault.seal(key, Json.bytes(json).array(), associated);
        });
  }

  private Bytes waiting(Item.Event item, InboundEvent.Edited edited, DataKey key) {
    return state.vault.seal(
        key, Bytes.utf8(edited.content().text()).array(), associated(state.index, item.position()));
  }

  private static byte[] associated(long index, int position) {
    return ("edit " + index + ":" + position).getBytes(StandardCharsets.US_ASCII);
  }
}

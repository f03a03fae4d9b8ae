package dev.throughline.conversation;

import dev.throughline.contract.Conversation;
import dev.throughline.contract.ConversationMessage;
import dev.throughline.contract.MediaAddresses;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.PreparedStatement;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An app's conversations in the order of their last messages. Walks through the app's messages in
 * their order and stops at each that is the last of its conversation.
 */
public final class RecentConversations {
  private final Database database;
  private final Vault vault;
  private final ConversationStore conversations;
  private final MediaAddresses media;

  public RecentConversations(
      Database database, Vault vault, ConversationStore conversations, MediaAddresses media) {
    this.media = media;
    this.database = database;
    this.vault = vault;
    this.conversations = conversations;
  }

  /** A conversation, and its last message. */
  public record Recent(Conversation conversation, ConversationMessage lastMessage) {}

  private static String page(boolean oldestFirst) {
    String after = oldestFirst ? ">" : "<";
    String order = oldestFirst ? "asc" : "desc";
    return """
    with m as (
      select * from message own
      where app = ? and project = ? and conversation is not null and (accept_time, id) %1$s (?, ?)
        and not exists (
          select 1 from message later
          where later.conversation = own.conversation
            and (later.accept_time, later.id) > (own.accept_time, own.id))
        and exists (
          select 1 from conversation c
          where c.id = own.conversation and (c.active or not ?))
      order by accept_time %2$s, id %2$s limit ?)
    select %3$s
    from m left join address i on i.id = m.identity
    order by m.accept_time %2$s, m.id %2$s
    """
        .formatted(after, order, MessageRows.COLUMNS);
  }

  public List<Recent> page(
      ProjectId project,
      AppId app,
      boolean onlyActive,
      boolean oldestFirst,
      Optional<MessageStore.Cursor> after,
      int limit) {
    MessageStore.Cursor from =
        after.orElse(
            oldestFirst
                ? new MessageStore.Cursor(MessageStore.EARLIEST, ContactStore.OLDEST)
                : new MessageStore.Cursor(MessageStore.LATEST, ContactStore.NEWEST_ID));
    List<ConversationMessage> last =
        MessageRows.open(
            vault,
            media,
            database.read(c -> {
              try (PreparedStatement statement = c.prepareStatement(page(oldestFirst))) {
                statement.setObject(1, app.value().toUuid());
                statement.setString(2, project.value());
                statement.setObject(3, from.acceptTime().atOffset(ZoneOffset.UTC));
                statement.setObject(4, from.id().toUuid());
                statement.setBoolean(5, onlyActive);
                statement.setInt(6, limit);
                return MessageRows.read(statement);
              }
            }));
    Map<ConversationId, Conversation> found =
        conversations.find(project, last.stream().flatMap(m -> m.conversation().stream()).toList());
    List<Recent> recent = new ArrayList<>();
    for (ConversationMessage message : last) {
      // One that was deleted between the two looks is left out.
      message
          .conversation()
          .map(found::get)
          .ifPresent(conversation -> recent.add(new Recent(conversation, message)));
    }
    return recent;
  }
}

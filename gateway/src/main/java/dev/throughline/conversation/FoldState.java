package dev.throughline.conversation;

import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.FoldState.AppContact;
import dev.throughline.conversation.Rows.ContactRow;
import dev.throughline.conversation.Rows.ConversationRow;
import dev.throughline.conversation.Rows.FriendRow;
import dev.throughline.conversation.Rows.IdentityRow;
import dev.throughline.conversation.Rows.MessageEntry;
import dev.throughline.conversation.Rows.MessageRow;
import dev.throughline.conversation.Rows.ReplyRow;
import dev.throughline.conversation.Rows.StatusRow;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import dev.throughline.store.SqlWork;
import dev.throughline.task.Task;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/** What one transaction of the fold has read, and what it will write. */
final class FoldState {
  final Vault vault;
  final Ulids ulids;
  final Connection transaction;

  // What was read.
  final Set<UUID> fresh = new HashSet<>();
  final Map<Bytes, IdentityRow> identities = new HashMap<>();
  final Map<ContactId, List<IdentityRow>> identitiesOfContact = new HashMap<>();

  /** Who took over from contacts that were merged. */
  final Map<ContactId, ContactId> successors = new HashMap<>();

  final Map<AppContact, ConversationRow> conversations = new HashMap<>();
  final Map<TemplateStore.Place, ObjectNode> templates = new HashMap<>();
  final Map<Ulid, Task> tasks = new HashMap<>();
  final Map<Ulid, Sent> sent = new HashMap<>();
  final FoldShelf shelf = new FoldShelf(this);

  /** Of an address, those of the same person, where they are to be one contact's. */
  final Map<Owner.Person, List<Bytes>> siblings = new HashMap<>();

  /** Of addresses that were new when they were read: which contacts hold their siblings. */
  final Map<Bytes, List<Kin.Holder>> holders = new HashMap<>();

  final Map<Owner, DataKey> keys = new HashMap<>();
  final Map<Owner, Bytes> hashes = new HashMap<>();
  final Map<Owner.Person, Optional<Bytes>> kin = new HashMap<>();
  final Map<Ulid, ObjectNode> dispatchData = new HashMap<>();

  /** What platforms call messages of ours, and what they told of names that nobody knew yet. */
  final Map<SentAs.Name, SentAs.Ours> sentAs = new HashMap<>();

  final Map<SentAs.Name, List<SentAs.Early>> early = new HashMap<>();
  boolean anyUnsent;

  /** Whether an edit waits for its message. */
  boolean anyEdits;

  // What will be written.
  final List<ContactRow> newContacts = new ArrayList<>();
  final List<IdentityRow> newIdentities = new ArrayList<>();

  /** What new identities share with their siblings. */
  final Map<Ulid, Bytes> kinOfNew = new HashMap<>();

  final List<ConversationRow> newConversations = new ArrayList<>();
  final List<MessageRow> newMessages = new ArrayList<>();
  final List<ReplyRow> newReplies = new ArrayList<>();
  final List<MessageEntry> messageEntries = new ArrayList<>();

  /** What platforms call messages of ours from now on. */
  final Map<SentAs.Name, SentAs.Ours> named = new LinkedHashMap<>();

  final Map<Ulid, FriendRow> friends = new LinkedHashMap<>();
  final Map<MessageId, StatusRow> statuses = new LinkedHashMap<>();

  /** Messages whose plan has changed. */
  final Set<MessageId> plansToKeep = new LinkedHashSet<>();

  final List<Task.Change> taskChanges = new ArrayList<>();
  final List<SqlWork<Integer>> writes = new ArrayList<>();

  /** How often each property came that its provider does not document, by path. */
  final Map<String, Integer> undocumented = new TreeMap<>();

  final List<Runnable> afterwards = new ArrayList<>();
  final List<Ulid> parkedToReplay = new ArrayList<>();

  // The item at hand.
  Instant at = Instant.EPOCH;
  long index;

  FoldState(Vault vault, Ulids ulids, Connection transaction) {
    this.vault = vault;
    this.ulids = ulids;
    this.transaction = transaction;
  }

  DataKey key(Owner owner) {
    DataKey key = keys.get(owner);
    if (key == null) {
      key = vault.keyFor(owner);
      keys.put(owner, key);
    }
    return key;
  }

  Bytes hash(Owner.Person owner) {
    return hashes.computeIfAbsent(owner, vault::hash);
  }

  /** Worked out for new addresses only. */
  Optional<Bytes> kin(Owner.Person owner) {
    return kin.computeIfAbsent(owner, person -> Kin.hash(vault, person));
  }

  record AppContact(Ulid app, ContactId contact) {}
}

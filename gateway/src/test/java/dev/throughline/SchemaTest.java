package dev.throughline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.store.TestDatabase;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Every column of every table is on one of two lists: clear, because it says nothing about a person
 * that the design does not allow to lie clear, or sealed, hashed or wrapped. A new column is on
 * neither, and fails here until somebody has decided.
 */
final class SchemaTest {
  /**
   * Random ids, times, directions, channels, kinds, states, reason codes, counts, hashes of code.
   */
  private static final Map<String, Set<String>> CLEAR =
      Map.ofEntries(
          Map.entry("shard", Set.of("origin", "first")),
          Map.entry(
              "batch",
              Set.of(
                  "first",
                  "next",
                  "shard_first",
                  "root",
                  "peaks",
                  "epoch",
                  "erasures",
                  "id",
                  "node",
                  "at")),
          Map.entry("entry", Set.of("index", "id", "kind", "at", "bytes")),
          Map.entry("payload", Set.of("index", "ahead")),
          Map.entry("sealed_ahead", Set.of("entry")),
          Map.entry("once", Set.of("day", "index")),
          Map.entry("step", Set.of("reader", "first", "next", "epoch")),
          Map.entry(
              "parked",
              Set.of("reader", "index", "position", "id", "project", "app", "error", "at")),
          Map.entry("lease", Set.of("name", "node", "epoch", "until")),
          Map.entry("checkpoint", Set.of("origin", "size", "at", "note")),
          Map.entry("person_key", Set.of("id", "month", "epoch")),
          Map.entry("project", Set.of("id", "created")),
          Map.entry("access_key", Set.of("id", "project", "created", "revoked")),
          Map.entry("app", Set.of("id", "project", "created")),
          Map.entry("account", Set.of("id", "app", "channel", "ordinal", "position", "retired")),
          Map.entry("webhook", Set.of("id", "app", "created", "state", "state_at", "failing")),
          Map.entry(
              "line_job",
              Set.of("id", "project", "app", "account", "kind", "state", "created", "updated")),
          Map.entry("line_job_note", Set.of("job", "number")),
          Map.entry(
              "broadcast",
              Set.of(
                  "id",
                  "project",
                  "app",
                  "state",
                  "created",
                  "updated",
                  "chunks",
                  "done",
                  "stage",
                  "stage_end",
                  "stopped",
                  "quiet",
                  "filled",
                  "ended",
                  "buckets")),
          Map.entry(
              "broadcast_chunk",
              Set.of("broadcast", "number", "people", "done", "attempt", "outcome", "sent")),
          Map.entry("broadcast_member", Set.of("broadcast", "bucket")),
          Map.entry("broadcast_answer", Set.of("broadcast", "hash_epoch", "at")),
          // A token is random, and leads whoever has it to an address of the app's.
          Map.entry("broadcast_link", Set.of("token", "broadcast", "place", "clicks")),
          Map.entry("broadcast_count", Set.of("broadcast", "phase", "what", "count")),
          Map.entry(
              "broadcast_recipient", Set.of("broadcast", "hash_epoch", "channel", "reason", "at")),
          Map.entry("broadcast_parts", Set.of("broadcast", "number", "entry", "month", "subtrees")),
          Map.entry("broadcast_message", Set.of("message", "broadcast")),
          Map.entry(
              "contact", Set.of("id", "project", "created", "language", "hash_epoch", "shown")),
          Map.entry(
              "identity",
              Set.of(
                  "id",
                  "contact",
                  "channel",
                  "app",
                  "position",
                  "hash_epoch",
                  "friend",
                  "friend_at",
                  "known_at",
                  "dispatch_at")),
          Map.entry(
              "conversation",
              Set.of(
                  "id",
                  "project",
                  "app",
                  "contact",
                  "created",
                  "active",
                  "active_channel",
                  "active_identity")),
          Map.entry(
              "message",
              Set.of(
                  "id",
                  "project",
                  "app",
                  "conversation",
                  "contact",
                  "identity",
                  "account",
                  "channel",
                  "direction",
                  "accept_time",
                  "event_time",
                  "processing_mode",
                  "injected",
                  "status",
                  "status_at",
                  "reason_code",
                  "index",
                  "position",
                  "part_first",
                  "part_end",
                  "platform_id",
                  "reply",
                  "class")),
          Map.entry("message_entry", Set.of("message", "index")),
          Map.entry(
              "media",
              Set.of(
                  "id", "project", "app", "message", "purpose", "state", "reason", "created",
                  "expires", "stored", "key")),
          Map.entry("media_signing", Set.of("one")),
          Map.entry(
              "reply_token",
              Set.of("index", "position", "contact", "account", "received", "taken")),
          Map.entry("change_entry", Set.of("id", "contact", "conversation")),
          Map.entry("project_setting", Set.of("project", "unified_contact")),
          Map.entry(
              "edit",
              Set.of(
                  "conversation",
                  "platform_id",
                  "index",
                  "position",
                  "occurred",
                  "part_first",
                  "part_end",
                  "message")),
          Map.entry("merged_contact", Set.of("contact", "successor")),
          Map.entry("former_address", Set.of("id", "contact")),
          Map.entry("address", Set.of("id")),
          Map.entry("heard", Set.of("account", "identity", "at")),
          Map.entry("sent_as", Set.of("account", "platform_id", "message", "step")),
          Map.entry("delivery_plan", Set.of("message", "open", "contacts", "tasks")),
          Map.entry("early_receipt", Set.of("account", "platform_id", "index", "position", "at")),
          Map.entry("piece", Set.of("account", "identity", "grp", "number", "index", "at")),
          Map.entry("offer", Set.of("step", "identity", "app", "message", "at")),
          Map.entry("sticker", Set.of("package_id", "sticker_id", "keyword")),
          Map.entry("unsent", Set.of("conversation", "platform_id", "at")),
          Map.entry("seen", Set.of("day", "event")),
          Map.entry(
              "task",
              Set.of(
                  "id",
                  "lane",
                  "seq",
                  "kind",
                  "priority",
                  "due",
                  "state",
                  "attempt",
                  "attempt_at",
                  "tries",
                  "doubtful",
                  "app",
                  "contact",
                  "target",
                  "error",
                  "at")),
          Map.entry("template", Set.of("project", "id", "created", "version")),
          Map.entry(
              "event",
              Set.of(
                  "id",
                  "project",
                  "app",
                  "conversation",
                  "contact",
                  "identity",
                  "channel",
                  "direction",
                  "kind",
                  "accept_time",
                  "processing_mode",
                  "status",
                  "status_at",
                  "reason_code",
                  "entries")),
          Map.entry(
              "consent", Set.of("id", "app", "hash_epoch", "list", "channel", "since", "given")),
          Map.entry(
              "consent_record",
              Set.of(
                  "id",
                  "app",
                  "hash_epoch",
                  "list",
                  "operation",
                  "origin",
                  "at",
                  "source",
                  "occurred",
                  "message")),
          Map.entry(
              "suppression",
              Set.of("id", "app", "hash_epoch", "channel", "why", "since", "expires")),
          Map.entry("opt_out_link_end", Set.of("app", "hash_epoch", "before")),
          Map.entry("account_notice", Set.of("account", "kind", "at")),
          Map.entry("alarm", Set.of("kind", "subject", "count", "first_at", "last_at")));

  /** Sealed under a person's key, wrapped under the epoch's, or an HMAC under a secret key. */
  private static final Map<String, Set<String>> COVERED =
      Map.ofEntries(
          Map.entry("payload", Set.of("sealed")),
          Map.entry("sealed_ahead", Set.of("sealed")),
          Map.entry("once", Set.of("key", "request")),
          Map.entry("parked", Set.of("lane")),
          Map.entry("person_key", Set.of("owner", "wrapped")),
          Map.entry("project", Set.of("sealed")),
          Map.entry("access_key", Set.of("secret_hash")),
          Map.entry("app", Set.of("sealed")),
          Map.entry("account", Set.of("sealed")),
          Map.entry("webhook", Set.of("sealed")),
          Map.entry("contact", Set.of("external_hash", "sealed")),
          Map.entry("identity", Set.of("hash", "kin_hash", "dispatch_sealed", "sealed")),
          Map.entry("conversation", Set.of("sealed")),
          Map.entry("message", Set.of("sealed", "status_sealed")),
          Map.entry("reply_token", Set.of("sealed")),
          Map.entry("line_job", Set.of("sealed")),
          Map.entry("line_job_note", Set.of("sealed")),
          Map.entry("broadcast", Set.of("sealed")),
          Map.entry("broadcast_chunk", Set.of("sealed")),
          Map.entry("broadcast_recipient", Set.of("hash", "sealed")),
          Map.entry("broadcast_parts", Set.of("recipients")),
          Map.entry("broadcast_member", Set.of("sealed")),
          Map.entry("broadcast_answer", Set.of("hash")),
          Map.entry("broadcast_link", Set.of("sealed")),
          Map.entry("edit", Set.of("sealed")),
          Map.entry("piece", Set.of("sealed")),
          Map.entry("offer", Set.of("sealed")),
          Map.entry("media", Set.of("source", "sealed")),
          Map.entry("media_signing", Set.of("sealed")),
          Map.entry("event", Set.of("sealed")),
          Map.entry("consent", Set.of("hash", "sealed")),
          Map.entry("consent_record", Set.of("hash", "sealed")),
          Map.entry("suppression", Set.of("hash", "sealed")),
          Map.entry("opt_out_link_end", Set.of("hash")),
          Map.entry("former_address", Set.of("sealed")),
          Map.entry("address", Set.of("sealed")),
          Map.entry("delivery_plan", Set.of("sealed")),
          Map.entry("early_receipt", Set.of("sealed")),
          Map.entry("task", Set.of("sealed")),
          Map.entry("template", Set.of("sealed")));

  private static final String COLUMNS =
      """
      select c.table_name, c.column_name
      from information_schema.columns c
      join pg_class t on t.relname = c.table_name and not t.relispartition
      where c.table_schema = 'public' and c.table_name <> 'flyway_schema_history'
      """;

  @Test
  void everyColumnIsDecidedOn() {
    try (TestDatabase database = TestDatabase.create()) {
      Map<String, Set<String>> found = new TreeMap<>();
      database
          .database()
          .read(connection -> {
            try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(COLUMNS)) {
              while (row.next()) {
                found.computeIfAbsent(row.getString(1), t -> new TreeSet<>()).add(row.getString(2));
              }
            }
            return found.size();
          });
      Map<String, Set<String>> listed = new TreeMap<>();
      CLEAR.forEach((table, columns) -> listed.put(table, new TreeSet<>(columns)));
      COVERED.forEach(
          (table, columns) -> listed.computeIfAbsent(table, t -> new TreeSet<>()).addAll(columns));

      assertThat(found).isEqualTo(listed);
    }
  }
}

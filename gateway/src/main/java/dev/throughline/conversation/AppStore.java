package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.App.KnownBlock;
import dev.throughline.conversation.App.ProcessingMode;
import dev.throughline.conversation.App.Rates;
import dev.throughline.conversation.App.Sending;
import dev.throughline.conversation.App.Settings;
import dev.throughline.conversation.App.UnknownReply;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.policy.SendPolicyForm;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * SQL of tables {@code app} and {@code account}. An account is never deleted while its app stands:
 * one whose credential is gone is retired, so that its entries keep their account.
 */
public final class AppStore {
  private static final String APPS = "select id, project, created, sealed from app";
  private static final String ACCOUNTS =
      """
      select id, app, channel, ordinal, position, retired is not null, sealed
      from account order by app, position
      """;

  private static final String INSERT_APP =
      "insert into app (id, project, created, sealed) values (?, ?, ?, ?)";
  private static final String UPDATE_APP = "update app set sealed = ? where id = ?";
  private static final String DELETE_APP = "delete from app where id = ? and project = ?";

  private static final String UPSERT_ACCOUNT =
      """
      insert into account (id, app, channel, ordinal, position, sealed)
      values (?, ?, ?, ?, ?, ?)
      on conflict (id) do update
        set ordinal = excluded.ordinal, position = excluded.position, sealed = excluded.sealed,
          retired = null
      """;

  private static final String RETIRE_OTHERS =
      "update account set retired = ? where app = ? and retired is null and id <> all (?)";

  private AppStore() {}

  /** All apps as they are stored; their keys are at hand. */
  static List<Stored> all(Database database, Vault vault) {
    List<AppRow> apps = database.read(AppStore::apps);
    List<AccountRow> accounts = database.read(AppStore::accounts);
    vault.load(apps.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    Map<AppId, List<AccountRow>> byApp = new HashMap<>();
    accounts.forEach(row -> byApp.computeIfAbsent(row.app(), a -> new ArrayList<>()).add(row));
    return apps.stream()
        .map(app -> new Stored(app, byApp.getOrDefault(app.id(), List.of())))
        .toList();
  }

  /** Inserts or replaces an app with its accounts; accounts not among them are retired. */
  public static void write(
      Connection connection, Vault vault, DataKey key, App app, boolean fresh, Instant now)
      throws SQLException {
    byte[] sealed =
        vault.seal(key, app.json().array(), associated("app", app.id().value())).array();
    try (PreparedStatement statement =
        connection.prepareStatement(fresh ? INSERT_APP : UPDATE_APP)) {
      if (fresh) {
        statement.setObject(1, app.id().value().toUuid());
        statement.setString(2, app.project().value());
        statement.setObject(3, app.created().atOffset(ZoneOffset.UTC));
        statement.setBytes(4, sealed);
      } else {
        statement.setBytes(1, sealed);
        statement.setObject(2, app.id().value().toUuid());
      }
      statement.executeUpdate();
    }
    try (PreparedStatement statement = connection.prepareStatement(RETIRE_OTHERS)) {
      statement.setObject(1, now.atOffset(ZoneOffset.UTC));
      statement.setObject(2, app.id().value().toUuid());
      statement.setArray(
          3,
          connection.createArrayOf(
              "uuid",
              app.accounts().stream().map(a -> a.id().value().toUuid()).toArray(UUID[]::new)));
      statement.executeUpdate();
    }
    int position = 0;
    try (PreparedStatement statement = connection.prepareStatement(UPSERT_ACCOUNT)) {
      for (Account account : app.accounts()) {
        statement.setObject(1, account.id().value().toUuid());
        statement.setObject(2, app.id().value().toUuid());
        statement.setString(3, account.channel().value());
        statement.setInt(4, account.ordinal());
        statement.setInt(5, position++);
        statement.setBytes(6, seal(vault, key, account));
        statement.executeUpdate();
      }
    }
  }

  /** What the account's row holds, if it still says what {@code account} does. */
  public static Optional<Bytes> sealed(Database database, Vault vault, Account account) {
    Optional<Bytes> sealed =
        database.read(c -> {
          try (PreparedStatement statement =
              c.prepareStatement("select sealed from account where id = ? and retired is null")) {
            statement.setObject(1, account.id().value().toUuid());
            try (ResultSet row = statement.executeQuery()) {
              return row.next() ? Optional.of(Bytes.wrap(row.getBytes(1))) : Optional.empty();
            }
          }
        });
    return sealed.filter(row ->
        vault
            .open(row, associated("account", account.id().value()))
            .filter(json -> Json.object(json).equals(json(account)))
            .isPresent());
  }

  /** Writes what is known of an account; false if its row is another than {@code before}. */
  public static boolean replace(
      Connection connection, Vault vault, DataKey key, Account account, Bytes before)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("update account set sealed = ? where id = ? and sealed = ?")) {
      statement.setBytes(1, seal(vault, key, account));
      statement.setObject(2, account.id().value().toUuid());
      statement.setBytes(3, before.array());
      return statement.executeUpdate() == 1;
    }
  }

  private static ObjectNode json(Account account) {
    ObjectNode json = Json.object();
    json.set("credential", Json.object(account.credential()));
    json.put("default", account.isDefault());
    account.platformId().ifPresent(id -> json.put("platform_id", id));
    return json;
  }

  private static byte[] seal(Vault vault, DataKey key, Account account) {
    return vault
        .seal(key, Json.bytes(json(account)).array(), associated("account", account.id().value()))
        .array();
  }

  public static boolean delete(Connection connection, ProjectId project, AppId app)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DELETE_APP)) {
      statement.setObject(1, app.value().toUuid());
      statement.setString(2, project.value());
      return statement.executeUpdate() > 0;
    }
  }

  static Optional<App> open(Vault vault, Stored stored) {
    AppRow row = stored.app;
    Optional<Bytes> json = vault.open(row.sealed(), associated("app", row.id().value()));
    return json.map(bytes -> {
      ObjectNode node = Json.object(bytes);
      List<Account> accounts = new ArrayList<>();
      stored.accounts.stream()
          .filter(account -> !account.retired())
          .sorted(Comparator.comparingInt(AccountRow::position))
          .forEach(account -> open(vault, row, account).ifPresent(accounts::add));
      return of(row.id(), row.project(), row.created(), node, accounts);
    });
  }

  /** The app that its JSON describes. */
  public static App of(
      AppId id, ProjectId project, Instant created, ObjectNode json, List<Account> accounts) {
    JsonNode ours = json.path("throughline");
    Settings settings =
        new Settings(
            Json.string(ours, "unknown_reply").filter("push"::equals).isPresent()
                ? UnknownReply.PUSH
                : UnknownReply.LEAVE,
            Json.string(ours, "known_block").filter("try"::equals).isPresent()
                ? KnownBlock.TRY
                : KnownBlock.FAIL,
            Json.string(json, "conversation_metadata_report_view")
                .filter("FULL"::equals)
                .isPresent(),
            new Rates(
                ours.path("rate_limits").path("outbound").asInt(0),
                ours.path("rate_limits").path("webhooks").asInt(0)),
            Json.string(ours, "forward_unknown").filter("strip"::equals).isEmpty(),
            Json.string(ours, "sticker_picture").filter("line"::equals).isPresent(),
            SendPolicyForm.of(ours),
            sending(json));
    return new App(
        id,
        project,
        created,
        Json.string(json, "display_name").orElse(""),
        Json.string(json, "processing_mode").filter("DISPATCH"::equals).isPresent()
            ? ProcessingMode.DISPATCH
            : ProcessingMode.CONVERSATION,
        settings,
        accounts,
        Json.bytes(json));
  }

  private static Sending sending(ObjectNode json) {
    JsonNode retried = json.path("message_retry_settings").path("retry_duration");
    JsonNode fallback = json.path("delivery_report_based_fallback");
    return new Sending(
        seconds(
            retried.isString()
                ? Long.parseLong("0" + retried.asString().replaceAll("\\D", ""))
                : retried.asLong(0)),
        fallback.path("enabled").asBoolean(false),
        seconds(fallback.path("delivery_report_waiting_time").asLong(0)));
  }

  private static Optional<Duration> seconds(long seconds) {
    return seconds > 0 ? Optional.of(Duration.ofSeconds(seconds)) : Optional.empty();
  }

  private static Optional<Account> open(Vault vault, AppRow app, AccountRow row) {
    return vault
        .open(row.sealed(), associated("account", row.id().value()))
        .map(bytes -> {
          ObjectNode json = Json.object(bytes);
          return new Account(
              row.id(),
              row.app(),
              app.project(),
              row.channel(),
              row.ordinal(),
              json.path("default").asBoolean(false),
              Json.string(json, "platform_id"),
              Json.bytes(json.path("credential")));
        });
  }

  private static List<AppRow> apps(Connection connection) throws SQLException {
    List<AppRow> rows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(APPS);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(
            new AppRow(
                new AppId(Ulids.of(row.getObject(1, UUID.class))),
                new ProjectId(row.getString(2)),
                row.getObject(3, OffsetDateTime.class).toInstant(),
                Bytes.wrap(row.getBytes(4))));
      }
    }
    return rows;
  }

  private static List<AccountRow> accounts(Connection connection) throws SQLException {
    List<AccountRow> rows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(ACCOUNTS);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(
            new AccountRow(
                new AccountId(Ulids.of(row.getObject(1, UUID.class))),
                new AppId(Ulids.of(row.getObject(2, UUID.class))),
                new ChannelName(row.getString(3)),
                row.getInt(4),
                row.getInt(5),
                row.getBoolean(6),
                Bytes.wrap(row.getBytes(7))));
      }
    }
    return rows;
  }

  private static byte[] associated(String table, dev.throughline.ledger.Ulid id) {
    return (table + " " + id).getBytes(StandardCharsets.US_ASCII);
  }

  /** An app and its accounts, the retired ones too. */
  record Stored(AppRow app, List<AccountRow> accounts) {}

  private record AppRow(AppId id, ProjectId project, Instant created, Bytes sealed) {}

  private record AccountRow(
      AccountId id,
      AppId app,
      ChannelName channel,
      int ordinal,
      int position,
      boolean retired,
      Bytes sealed) {}
}

package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What became of messages, counted and listed, from what is kept in clear: nothing that people
 * wrote is opened, nor who they are.
 */
public final class MessageReports {
  private static final String COUNTS =
      """
      select app, channel, coalesce(class, ''), status, coalesce(reason_code, ''), count(*)
      from message
      where app = any (?) and accept_time >= ? and accept_time < ? and direction = 1
        and (processing_mode <> 'DISPATCH' or app = any (?))
      group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
      """;

  private static final String LINES =
      """
      select id, channel, direction, accept_time, coalesce(class, ''), status, status_at,
        coalesce(reason_code, ''), injected, processing_mode, contact, conversation
      from message
      where app = ? and (accept_time, id) > (?, ?) and accept_time >= ? and accept_time < ?
        and (processing_mode <> 'DISPATCH' or ?)
      order by accept_time, id limit ?
      """;

  private static final UUID LOWEST = new UUID(0, 0);

  private final Database database;
  private final Directory directory;

  public MessageReports(Database database, Directory directory) {
    this.database = database;
    this.directory = directory;
  }

  /**
   * How many messages that were sent are alike.
   *
   * @param messageClass empty of what earlier versions sent
   * @param reason a code of the contract, or empty
   */
  public record Count(
      AppId app, String channel, String messageClass, String status, String reason, long count) {}

  /**
   * A message, without what it says and to whom.
   *
   * @param messageClass empty of what came in
   * @param contact empty of what was dispatched
   */
  public record Line(
      Ulid id,
      AppId app,
      String channel,
      boolean toApp,
      Instant acceptTime,
      String messageClass,
      String status,
      Instant statusAt,
      String reason,
      boolean injected,
      String processingMode,
      Optional<Ulid> contact,
      Optional<Ulid> conversation) {}

  /** Apps of a project, or one of them; of those that keep nothing dispatched none that was. */
  public List<AppId> apps(ProjectId project, Optional<AppId> only) {
    return MessageStore.shownApps(directory, project, only, false);
  }

  /** Of the messages that were accepted from {@code from} on and before {@code until}. */
  public List<Count> counts(ProjectId project, List<AppId> apps, Instant from, Instant until) {
    List<AppId> dispatching = MessageStore.shownApps(directory, project, Optional.empty(), true);
    return database.read(c -> {
      List<Count> counts = new ArrayList<>();
      try (PreparedStatement s = c.prepareStatement(COUNTS)) {
        s.setArray(1, uuids(c, apps));
        s.setObject(2, from.atOffset(ZoneOffset.UTC));
        s.setObject(3, until.atOffset(ZoneOffset.UTC));
        s.setArray(4, uuids(c, dispatching));
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            counts.add(
                new Count(
                    new AppId(Ulids.of(row.getObject(1, UUID.class))),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    row.getString(5),
                    row.getLong(6)));
          }
        }
      }
      return counts;
    });
  }

  /**
   * The oldest first.
   *
   * @param after the last line of the page before
   */
  public List<Line> page(
      ProjectId project, AppId app, Instant from, Instant until, Optional<Line> after, int limit) {
    boolean dispatched =
        !MessageStore.shownApps(directory, project, Optional.of(app), true).isEmpty();
    return database.read(c -> {
      List<Line> lines = new ArrayList<>();
      try (PreparedStatement s = c.prepareStatement(LINES)) {
        s.setObject(1, app.value().toUuid());
        s.setObject(2, after.map(Line::acceptTime).orElse(Instant.EPOCH).atOffset(ZoneOffset.UTC));
        s.setObject(3, after.map(line -> line.id().toUuid()).orElse(LOWEST));
        s.setObject(4, from.atOffset(ZoneOffset.UTC));
        s.setObject(5, until.atOffset(ZoneOffset.UTC));
        s.setBoolean(6, dispatched);
        s.setInt(7, limit);
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            lines.add(line(app, row));
          }
        }
      }
      return lines;
    });
  }

  private static Line line(AppId app, ResultSet row) throws SQLException {
    String mode = row.getString(10);
    boolean dispatched = mode.equals("DISPATCH");
    return new Line(
        Ulids.of(row.getObject(1, UUID.class)),
        app,
        row.getString(2),
        row.getInt(3) == 0,
        row.getObject(4, OffsetDateTime.class).toInstant(),
        row.getString(5),
        row.getString(6),
        row.getObject(7, OffsetDateTime.class).toInstant(),
        row.getString(8),
        row.getBoolean(9),
        mode,
        dispatched ? Optional.empty() : id(row, 11),
        dispatched ? Optional.empty() : id(row, 12));
  }

  private static Optional<Ulid> id(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, UUID.class)).map(Ulids::of);
  }

  private static Array uuids(Connection c, List<AppId> apps) throws SQLException {
    return c.createArrayOf(
        "uuid", apps.stream().map(app -> app.value().toUuid()).toArray(UUID[]::new));
  }
}

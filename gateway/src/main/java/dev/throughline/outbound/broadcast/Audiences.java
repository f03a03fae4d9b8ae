package dev.throughline.outbound.broadcast;

import dev.throughline.conversation.Owners;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.broadcast.BroadcastStore.Phase;
import dev.throughline.store.Database;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** How long audiences live, and how somebody leaves one. */
final class Audiences {
  /** From when an audience is whole (ARCHITECTURE §6: no longer than 30 days). */
  static final Duration LIFE = Duration.ofDays(30);

  /** What somebody writes so long after their chunk went out is an answer to it. */
  static final Duration ANSWER_WINDOW = Duration.ofDays(3);

  private static final String OLD =
      "select id, project from broadcast where ended is null and filled < ? order by id limit 100";

  private static final String LIVE = "select id from broadcast where project = ? and ended is null";

  private static final String APPS = "select app, id from broadcast where id = any (?)";

  private static final String ANSWERABLE =
      """
      select app, id from broadcast
      where ended is null and state not in ('DRAFT', 'READY') and updated > ?
      """;

  private static final String ANSWERS = "select count(*) from broadcast_answer where broadcast = ?";

  private static final String END =
      """
      update broadcast set
        state = case when state in ('STOPPED', 'COMPLETED') then state else 'STOPPED' end,
        stopped = case when state in ('STOPPED', 'COMPLETED') then stopped else ? end,
        ended = ?, updated = ?
      where id = ? and ended is null and filled < ?
      """;

  private static final List<String> FORGET =
      List.of(
          "delete from broadcast_chunk where broadcast = ?",
          "delete from broadcast_member where broadcast = ?",
          "delete from broadcast_recipient where broadcast = ?",
          "delete from broadcast_answer where broadcast = ?");

  private static final List<String> FORGET_ONE =
      List.of(
          "delete from broadcast_recipient where broadcast = ? and hash = ?",
          "delete from broadcast_answer where broadcast = ? and hash = ?");

  private final Database database;
  private final Vault vault;
  private final BroadcastStore store;
  private final Members members;

  Audiences(Database database, Vault vault, BroadcastStore store, Members members) {
    this.database = database;
    this.vault = vault;
    this.store = store;
    this.members = members;
  }

  /** A broadcast whose audience has lived for as long as it may. */
  record Old(Ulid id, ProjectId project) {}

  List<Old> old(Instant now) {
    return database.read(c -> {
      List<Old> found = new ArrayList<>();
      try (PreparedStatement s = c.prepareStatement(OLD)) {
        s.setObject(1, now.minus(LIFE).atOffset(ZoneOffset.UTC));
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            found.add(
                new Old(Ulids.of(row.getObject(1, UUID.class)), new ProjectId(row.getString(2))));
          }
        }
      }
      return found;
    });
  }

  /**
   * Ends an audience, and with it what was still to be sent; how many answered is kept. False if
   * there is none that old.
   */
  boolean end(Connection c, Ulid broadcast, Instant now) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(END)) {
      s.setObject(1, now.atOffset(ZoneOffset.UTC));
      s.setObject(2, now.atOffset(ZoneOffset.UTC));
      s.setObject(3, now.atOffset(ZoneOffset.UTC));
      s.setObject(4, broadcast.toUuid());
      s.setObject(5, now.minus(LIFE).atOffset(ZoneOffset.UTC));
      if (s.executeUpdate() == 0) {
        return false;
      }
    }
    BroadcastStore.count(c, broadcast, Phase.ANSWERED, Map.of("PEOPLE", answered(c, broadcast)));
    for (String sql : FORGET) {
      try (PreparedStatement s = c.prepareStatement(sql)) {
        s.setObject(1, broadcast.toUuid());
        s.executeUpdate();
      }
    }
    vault.destroy(c, new Owner.Audience(broadcast));
    return true;
  }

  /** How many of its people answered. */
  long answers(Ulid broadcast) {
    return database.<Long>read(c -> answered(c, broadcast))
        + store.counts(broadcast, Phase.ANSWERED).getOrDefault("PEOPLE", 0L);
  }

  /** By app, what may still be answered. */
  Map<AppId, Set<Ulid>> answerable(Instant now) {
    return database.read(c -> {
      Map<AppId, Set<Ulid>> found = new HashMap<>();
      try (PreparedStatement s = c.prepareStatement(ANSWERABLE)) {
        s.setObject(1, now.minus(ANSWER_WINDOW).atOffset(ZoneOffset.UTC));
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            found
                .computeIfAbsent(
                    new AppId(Ulids.of(row.getObject(1, UUID.class))), app -> new HashSet<>())
                .add(Ulids.of(row.getObject(2, UUID.class)));
          }
        }
      }
      return found;
    });
  }

  /** The broadcasts of a project that still know their people. */
  List<Ulid> live(Connection c, ProjectId project) throws SQLException {
    List<Ulid> found = new ArrayList<>();
    try (PreparedStatement s = c.prepareStatement(LIVE)) {
      s.setString(1, project.value());
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          found.add(Ulids.of(row.getObject(1, UUID.class)));
        }
      }
    }
    return found;
  }

  /**
   * Takes somebody out of audiences: nothing goes to them any more, and nothing tells that they
   * were in it but the numbers.
   *
   * @param owner whose hash what is said of them stands under
   */
  boolean forget(Connection c, List<Ulid> broadcasts, long fingerprint, Owner owner)
      throws SQLException {
    boolean known = false;
    for (Members.Place place : members.find(c, broadcasts, fingerprint)) {
      known = true;
      store.remove(
          c,
          place.broadcast(),
          place.chunk(),
          each -> Members.fingerprint(each.recipient()) == fingerprint);
      members.forget(c, place.broadcast(), fingerprint);
      for (String sql : FORGET_ONE) {
        try (PreparedStatement s = c.prepareStatement(sql)) {
          s.setObject(1, place.broadcast().toUuid());
          s.setBytes(2, vault.hash(owner).array());
          s.executeUpdate();
        }
      }
    }
    return known;
  }

  /** The same by an address; it may be an app's own, so that each app's broadcasts are asked. */
  boolean forget(Connection c, ProjectId project, List<Ulid> broadcasts, Identity address)
      throws SQLException {
    boolean known = false;
    for (Map.Entry<AppId, List<Ulid>> each : byApp(c, broadcasts).entrySet()) {
      known |=
          forget(
              c,
              each.getValue(),
              Members.fingerprint(address),
              Owners.person(project, each.getKey(), address));
    }
    return known;
  }

  private static Map<AppId, List<Ulid>> byApp(Connection c, List<Ulid> broadcasts)
      throws SQLException {
    Map<AppId, List<Ulid>> found = new HashMap<>();
    try (PreparedStatement s = c.prepareStatement(APPS)) {
      s.setArray(1, UuidArray.of(c, broadcasts.stream().map(Ulid::toUuid).toList()));
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          found
              .computeIfAbsent(
                  new AppId(Ulids.of(row.getObject(1, UUID.class))), app -> new ArrayList<>())
              .add(Ulids.of(row.getObject(2, UUID.class)));
        }
      }
    }
    return found;
  }

  private static long answered(Connection c, Ulid broadcast) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(ANSWERS)) {
      s.setObject(1, broadcast.toUuid());
      try (ResultSet row = s.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}

package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.Owner;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * The keys of projects, in memory: asked for on every request, so that a revoked one is refused
 * from the next request on. A secret is 256 random bits, shown once; what is kept is its SHA-256,
 * which nobody can guess a preimage of.
 */
public final class AccessKeys {
  private static final int SECRET_BYTES = 32;

  private static final String LIVE =
      "select id, project, secret_hash from access_key where revoked is null";
  private static final String INSERT =
      "insert into access_key (id, project, secret_hash, created) values (?, ?, ?, ?)";
  private static final String REVOKE =
      "update access_key set revoked = ? where id = ? and project = ? and revoked is null";

  private final Database database;
  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;
  private final SecureRandom random;
  private final InstantSource clock;
  private volatile Map<String, Live> live = Map.of();

  public AccessKeys(
      Database database,
      Log log,
      Drafts drafts,
      Ulids ulids,
      SecureRandom random,
      InstantSource clock) {
    this.database = database;
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
    this.random = random;
    this.clock = clock;
  }

  /** A new key; nobody can see its secret again. */
  public record Created(String id, String secret, Instant at) {
    /** Shows no secret. */
    @Override
    public String toString() {
      return "Created[" + id + "]";
    }
  }

  /** Reads all keys anew. */
  public synchronized void reload() {
    live = database.read(AccessKeys::read);
  }

  /** Makes a key of a project, which must exist. */
  public Created create(ProjectId project) {
    String id = ulids.next().toString();
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Instant now = clock.instant();
    Draft draft = draft(project, "key_created", id);
    database.transaction(c -> {
      try (PreparedStatement statement = c.prepareStatement(INSERT)) {
        statement.setString(1, id);
        statement.setString(2, project.value());
        statement.setBytes(3, hash(id, secret));
        statement.setObject(4, now.atOffset(ZoneOffset.UTC));
        statement.executeUpdate();
      }
      return log.append(draft, c);
    });
    reload();
    return new Created(id, secret, now);
  }

  /** False if the project has no such key, or had it revoked before. */
  public boolean revoke(ProjectId project, String id) {
    Draft draft = draft(project, "key_revoked", id);
    Instant now = clock.instant();
    boolean revoked =
        database.transaction(c -> {
          try (PreparedStatement statement = c.prepareStatement(REVOKE)) {
            statement.setObject(1, now.atOffset(ZoneOffset.UTC));
            statement.setString(2, id);
            statement.setString(3, project.value());
            if (statement.executeUpdate() == 0) {
              return false;
            }
          }
          log.append(draft, c);
          return true;
        });
    reload();
    return revoked;
  }

  /** The project of a key that is not revoked. */
  Optional<ProjectId> project(String id) {
    return Optional.ofNullable(live.get(id)).map(Live::project);
  }

  /** The project of a key whose secret this is. */
  Optional<ProjectId> project(String id, String secret) {
    byte[] given = hash(id, secret);
    Live key = live.get(id);
    return key != null && MessageDigest.isEqual(given, key.hash().array())
        ? Optional.of(key.project())
        : Optional.empty();
  }

  private Draft draft(ProjectId project, String change, String id) {
    ObjectNode record = Json.object();
    record.put("change", change);
    record.put("key", id);
    return drafts
        .draft(Kind.KEY, new Subject.Project(project.value()))
        .part(new Owner.Project(project), Json.bytes(record))
        .build();
  }

  private static Map<String, Live> read(Connection c) throws SQLException {
    Map<String, Live> keys = new HashMap<>();
    try (PreparedStatement statement = c.prepareStatement(LIVE);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        keys.put(
            row.getString(1),
            new Live(new ProjectId(row.getString(2)), Bytes.wrap(row.getBytes(3))));
      }
    }
    return Map.copyOf(keys);
  }

  private static byte[] hash(String id, String secret) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(
              ("throughline access key\n" + id + "\n" + secret).getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must exist in every JDK", e);
    }
  }

  private record Live(ProjectId project, Bytes hash) {}
}

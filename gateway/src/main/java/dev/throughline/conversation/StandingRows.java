package dev.throughline.conversation;

import dev.throughline.message.Bytes;
import dev.throughline.message.ConsentList;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import dev.throughline.policy.Standing;
import dev.throughline.policy.Suppression;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the tables know of addresses at the apps: lists that they are on, and suppressions. */
final class StandingRows {
  /** Both at once: asked about the same addresses, before each of thousands of requests. */
  private static final String KNOWN =
      """
      with wanted as (select ?::bytea[] as hashes)
      select app, hash, list, given, since, null, null::timestamptz
      from consent where hash = any ((select hashes from wanted)::bytea[])
      union all
      select app, hash, null, null, since, why, expires
      from suppression where hash = any ((select hashes from wanted)::bytea[])
      """;

  private StandingRows() {}

  /** An address at an app. */
  record Place(AppId app, Bytes hash) {}

  /**
   * @param in wants messages, and not wants none
   */
  record Said(boolean in, Instant since) {}

  /** Of one address at one app; changes as the fold goes on. */
  static final class Known {
    final Map<ConsentList, Said> said = new EnumMap<>(ConsentList.class);
    final List<Suppression> suppressions = new ArrayList<>();

    Standing standing() {
      Set<ConsentList> out = EnumSet.noneOf(ConsentList.class);
      Set<ConsentList> in = EnumSet.noneOf(ConsentList.class);
      said.forEach((list, what) -> (what.in() ? in : out).add(list));
      return new Standing(out, in, suppressions);
    }
  }

  /** Addresses of which nothing is known have no entry. */
  static Map<Place, Known> read(Connection c, Collection<Bytes> hashes) throws SQLException {
    Map<Place, Known> found = new HashMap<>();
    byte[][] wanted = hashes.stream().map(Bytes::array).toArray(byte[][]::new);
    try (PreparedStatement s = c.prepareStatement(KNOWN)) {
      s.setArray(1, c.createArrayOf("bytea", wanted));
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          Known known = at(found, row);
          Instant since = row.getTimestamp(5).toInstant();
          @Nullable String list = row.getString(3);
          if (list != null) {
            Said said = new Said(row.getBoolean(4), since);
            ConsentList.of(list).ifPresent(which -> known.said.put(which, said));
          } else {
            @Nullable Timestamp expires = row.getTimestamp(7);
            known.suppressions.add(
                new Suppression(
                    Suppression.Why.valueOf(row.getString(6)),
                    since,
                    Optional.ofNullable(expires).map(Timestamp::toInstant)));
          }
        }
      }
    }
    return found;
  }

  private static Known at(Map<Place, Known> found, ResultSet row) throws SQLException {
    return found.computeIfAbsent(
        new Place(new AppId(Ulids.of(row.getObject(1, UUID.class))), Bytes.wrap(row.getBytes(2))),
        place -> new Known());
  }
}

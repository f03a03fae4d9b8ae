package dev.throughline.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What the server itself says about the settings that durability and its speed rest on, as SHOW
 * prints them on one of our connections.
 *
 * @param shown by name, in a fixed order; one that this server does not have is missing
 */
public record DurabilitySettings(SequencedMap<String, String> shown) {
  private static final List<String> NAMES =
      List.of(
          "server_version",
          "fsync",
          "synchronous_commit",
          "full_page_writes",
          "wal_sync_method",
          "wal_level",
          "data_checksums",
          "synchronous_standby_names",
          "wal_recycle",
          "min_wal_size",
          "max_wal_size",
          "wal_buffers",
          "shared_buffers",
          "max_connections");

  private static final String SHOW =
      """
      SELECT name, current_setting(name)
      FROM unnest(?::text[]) WITH ORDINALITY AS wanted (name, place)
      WHERE current_setting(name, true) IS NOT NULL
      ORDER BY place
      """;

  public DurabilitySettings {
    shown = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(shown));
  }

  static DurabilitySettings read(Connection connection) throws SQLException {
    SequencedMap<String, String> shown = new LinkedHashMap<>();
    Array names = connection.createArrayOf("text", NAMES.toArray());
    try (PreparedStatement show = connection.prepareStatement(SHOW)) {
      show.setArray(1, names);
      try (ResultSet rows = show.executeQuery()) {
        while (rows.next()) {
          shown.put(rows.getString(1), rows.getString(2));
        }
      }
    }
    return new DurabilitySettings(shown);
  }

  /** Empty when the server does not know the setting. */
  public String value(String name) {
    return shown.getOrDefault(name, "");
  }

  /** Whether a commit that returned survives a crash of the process, the system and the power. */
  public boolean durable() {
    return value("fsync").equals("on")
        && value("full_page_writes").equals("on")
        && !value("synchronous_commit").equals("off");
  }
}

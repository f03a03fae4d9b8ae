package dev.throughline.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * How our PostgreSQL is set. Given as arguments, which win over {@code postgresql.conf} and {@code
 * ALTER SYSTEM}: nobody turns durability off by a line in a file.
 */
final class PostgresSettings {
  /** A WAL segment's size, as initdb chooses it. */
  static final int SEGMENT_MEGABYTES = 16;

  /** PostgreSQL wants room for at least five segments. */
  static final int LEAST_WAL_MEGABYTES = 5 * SEGMENT_MEGABYTES;

  private PostgresSettings() {}

  static List<String> arguments(SequencedMap<String, String> settings) {
    List<String> arguments = new ArrayList<>();
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      arguments.add("-c");
      arguments.add(setting.getKey() + "=" + setting.getValue());
    }
    return arguments;
  }

  static SequencedMap<String, String> server(EmbeddedConfig config, String clusterName, int port) {
    SequencedMap<String, String> settings = new LinkedHashMap<>(quiet());
    settings.put("cluster_name", clusterName);

    // Loopback and a password. No socket folder: JDBC cannot use one, and none is left behind.
    settings.put("listen_addresses", "127.0.0.1");
    settings.put("port", Integer.toString(port));
    settings.put("unix_socket_directories", "");
    settings.put("max_connections", Integer.toString(config.maxConnections()));

    // What "durable when it returns" rests on. These are the defaults; they are said aloud.
    settings.put("fsync", "on");
    settings.put("synchronous_commit", "on");
    settings.put("full_page_writes", "on");

    // A commit that must first create a segment waits for 16 MB of zeros: p99 54-65 ms at 512
    // callers against 12-16 ms with recycled ones. So what is needed between two checkpoints is
    // kept and reused. It also bounds what a start after kill -9 has to replay.
    settings.put("wal_recycle", "on");
    settings.put("min_wal_size", config.walMegabytes() + "MB");
    settings.put("max_wal_size", config.walMegabytes() + "MB");
    settings.put("wal_buffers", "16MB");
    settings.put("checkpoint_timeout", "5min");
    settings.put("checkpoint_completion_target", "0.9");

    // Two cores, short statements, and a working set of megabytes.
    settings.put("shared_buffers", "128MB");
    settings.put("jit", "off");
    settings.put("max_parallel_workers_per_gather", "0");
    settings.put("max_logical_replication_workers", "0");
    settings.put("io_method", "sync");

    // Everything is found by key. Samples of 30,000 wide rows, taken again whenever a table has
    // grown by a tenth, tell nothing that those of 6,000 do not, and cost half a second of a core a
    // minute.
    settings.put("default_statistics_target", "20");

    settings.put("timezone", "UTC");
    return settings;
  }

  /**
   * The server's log must not hold what people wrote. An ERROR may quote a value in its text, its
   * detail or its statement; callers get errors anyway. LOG, FATAL and PANIC are about the server.
   */
  static SequencedMap<String, String> quiet() {
    SequencedMap<String, String> settings = new LinkedHashMap<>();
    settings.put("log_min_messages", "log");
    settings.put("log_min_error_statement", "panic");
    settings.put("log_error_verbosity", "terse");
    settings.put("log_checkpoints", "off");
    settings.put("log_statement", "none");
    settings.put("log_min_duration_statement", "-1");
    settings.put("log_timezone", "UTC");
    settings.put("logging_collector", "off");
    return settings;
  }
}

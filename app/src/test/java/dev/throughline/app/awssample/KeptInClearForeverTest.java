package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * Defect 15: texts and addresses lay in clear in a table without an end, and in the traces of the
 * API.
 *
 * <p>Here no table and no line of the log shows them, and they go when the app's time for them is
 * over.
 */
@AwsSample
final class KeptInClearForeverTest {
  /** Partitions are read with the table that they are of: the old ones go while this looks. */
  private static final String TABLES =
      """
      select relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and not relispartition
      """;

  @Test
  void noTableAndNoLogShowsWhatWasSaidToWhom(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "diagnosis-" + world.number() + "-of-hanako";
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler listening = listening(logged);
    Logger root = Logger.getLogger("dev.throughline");
    Level before = root.getLevel();
    root.addHandler(listening);
    root.setLevel(Level.FINE);
    try {
      world.state(person, PhoneChannel.WHATSAPP, Condition.NO_APP);
      String id = world.sends(Ask.fallback(person, "whatsapp", "sms", "60", text));
      world.comesTo(id, "DELIVERED");
      String held = world.sends(Ask.fallback(person, "email", "sms", "60", text));
      SampleWorld.eventually(
          () -> assertThat(world.shown(person, PhoneChannel.EMAIL, text)).hasSize(1));
      assertThat(held).isNotEqualTo(id);

      for (String secret :
          List.of(text, person.phone().substring(1), person.email(), person.lineUserId())) {
        assertThat(tablesWith(world, secret)).as(secret).isEmpty();
        assertThat(logged).noneMatch(line -> line.contains(secret));
      }
    } finally {
      root.removeHandler(listening);
      root.setLevel(before);
    }
    world.advance();
  }

  @Test
  void theyGoWhenTheirTimeIsOver(SampleWorld world) throws Exception {
    Person person = world.somebody();
    ObjectNode settings = Ask.json("{}");
    settings
        .putObject("retention_policy")
        .put("retention_type", "MESSAGE_EXPIRE_POLICY")
        .put("ttl_days", 1);
    settings.putArray("channel_credentials").add(world.sms("+12065550104"));
    world.anotherApp(settings);
    ObjectNode request = Ask.broadcast(person, "sms", "sms", "for a day");
    for (String part : List.of("pc", "fc")) {
      ((ObjectNode) request.path(part)).put("sender", "+12065550104");
    }
    String id = world.sends(request);
    world.comesTo(id, "QUEUED_ON_CHANNEL");

    world.advance(Duration.ofHours(26));

    SampleWorld.eventually(() -> assertThat(world.get("/messages/" + id).status()).isEqualTo(404));
  }

  private static Handler listening(List<String> logged) {
    return new Handler() {
      @Override
      public void publish(LogRecord line) {
        if (String.valueOf(line.getLoggerName()).startsWith("dev.throughline.sandbox")) {
          return;
        }
        StringBuilder words = new StringBuilder(String.valueOf(line.getMessage()));
        for (Object one : line.getParameters() == null ? new Object[0] : line.getParameters()) {
          words.append(' ').append(one);
        }
        if (line.getThrown() != null) {
          words.append(' ').append(line.getThrown());
        }
        logged.add(words.toString());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  /** Whether as text or among bytes. */
  private static List<String> tablesWith(SampleWorld world, String secret) {
    String hex = HexFormat.of().formatHex(secret.getBytes(StandardCharsets.UTF_8));
    return world
        .database()
        .database()
        .read(c -> {
          List<String> found = new ArrayList<>();
          for (String table : strings(c, TABLES)) {
            String sql =
                "select '%s' from \"%s\" t where position('%s' in t::text) > 0 or position('%s' in t::text) > 0 limit 1"
                    .formatted(table, table, secret, hex);
            found.addAll(strings(c, sql));
          }
          return found;
        });
  }

  private static List<String> strings(Connection connection, String sql) throws SQLException {
    List<String> strings = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        strings.add(row.getString(1));
      }
    }
    return strings;
  }
}

package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiServer.Answer;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.ProjectId;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What waits for a decision is listed, to its own project alone, and the decision is an entry. */
class DeadLetterRoutesTest {
  @AutoClose private static ApiServer api;

  @BeforeAll
  static void start() {
    api = ApiServer.start();
  }

  @Test
  void areListedAndReplayed() {
    String app = api.app();
    List<String> made = new ArrayList<>();
    made.addFirst(task(app, "dead"));
    made.addFirst(parked("p1"));
    made.addFirst(task(app, "unknown"));
    task(app, "ready");
    parked("p9");

    List<String> seen = new ArrayList<>();
    String token = "";
    do {
      Answer page =
          api.get("/dead-letters?page_size=2" + (token.isEmpty() ? "" : "&page_token=" + token));
      ApiServer.elements(page.json(), "dead_letters")
          .forEach(letter -> seen.add(letter.path("id").asString("")));
      token = page.text("/next_page_token");
    } while (!token.isEmpty());
    assertThat(seen).isEqualTo(made);

    assertThat(api.post("/dead-letters/" + made.get(2) + ":replay", "").body()).isEqualTo("{}");
    assertThat(newestDecision())
        .isEqualTo("{\"decision\":\"replay\",\"task\":\"%s\"}".formatted(made.get(2)));
    assertThat(api.post("/dead-letters/" + made.get(1) + ":replay", "").body()).isEqualTo("{}");
    assertThat(newestDecision())
        .isEqualTo("{\"decision\":\"replay\",\"parked\":\"%s\"}".formatted(made.get(1)));
  }

  @Test
  void thoseOfOthersAreUnknown() {
    String other = parked("p9");
    assertThat(api.post("/dead-letters/" + other + ":replay", "").status()).isEqualTo(404);
    assertThat(api.post("/dead-letters/x:replay", "").status()).isEqualTo(404);
    api.projects.create(new ProjectId("p9"), "");
    AccessKeys.Created key = api.keys.create(new ProjectId("p9"));
    Answer list =
        api.raw(
            "public",
            "GET",
            "/v1/projects/p9/dead-letters",
            "",
            "Authorization",
            ApiServer.basic(key.id(), key.secret()));
    assertThat(list.body()).contains(other).doesNotContain("\"app_id\":\"01");
  }

  private static String newestDecision() {
    return api.newest(Kind.DECISION).body().orElseThrow().asUtf8();
  }

  private static String task(String app, String state) {
    Ulid id = fresh();
    execute(
        """
        insert into task (id, lane, seq, kind, priority, due, state, tries, app, at, sealed)
        values (?, 'test', 1, 'callback', 1, now() + interval '1 day', ?, 3, ?, now(),
          decode('01' || repeat('00', 60), 'hex'))
        """,
        id.toUuid(),
        state,
        Ulid.parse(app).toUuid());
    return id.toString();
  }

  private static String parked(String project) {
    Ulid id = fresh();
    execute(
        """
        insert into parked (reader, index, position, lane, id, project, error, at)
        values ('test', ?, 0, '', ?, ?, 'it failed', now())
        """,
        RandomGenerator.getDefault().nextLong(1L << 40),
        id.toUuid(),
        project);
    return id.toString();
  }

  /** Sorts after the ones before it. */
  private static Ulid fresh() {
    try {
      Thread.sleep(2);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return Ulid.of(Instant.now(), RandomGenerator.getDefault());
  }

  private static void execute(String sql, Object... values) {
    api.database.transaction(c -> {
      try (PreparedStatement statement = c.prepareStatement(sql)) {
        for (int i = 0; i < values.length; i++) {
          Object value = values[i];
          if (value instanceof UUID || value instanceof Long) {
            statement.setObject(i + 1, value);
          } else {
            statement.setString(i + 1, (String) value);
          }
        }
        return statement.executeUpdate();
      }
    });
  }
}

package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node leads at a time, each under an epoch of its own that nobody had before. */
class LeadTest {
  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  @TempDir Path data;

  @Test
  void eachLeadHasTheNextEpoch() throws InterruptedException {
    try (TestLog node = TestLog.open(database, data)) {
      UUID id = UUID.randomUUID();
      try (Lead lead = Lead.take(node.log(), node.drafts(), id, LeadTest::never)) {
        assertThat(lead.epoch()).isEqualTo(1);
      }
      // The same node takes it again at once, another after it was given up.
      try (Lead lead = Lead.take(node.log(), node.drafts(), id, LeadTest::never)) {
        assertThat(lead.epoch()).isEqualTo(2);
        assertThat(node.log().state().epoch()).isEqualTo(2);
      }
      try (Lead lead = Lead.take(node.log(), node.drafts(), UUID.randomUUID(), LeadTest::never)) {
        assertThat(lead.epoch()).isEqualTo(3);
      }
    }
  }

  @Test
  void whoLosesTheLeaseIsTold() throws InterruptedException, SQLException {
    CountDownLatch lost = new CountDownLatch(1);
    try (TestLog node = TestLog.open(database, data);
        Lead lead = Lead.take(node.log(), node.drafts(), UUID.randomUUID(), lost::countDown)) {
      assertThat(lead.epoch()).isEqualTo(1);
      try (Connection connection = database.connect("test");
          Statement statement = connection.createStatement()) {
        statement.execute("update lease set node = gen_random_uuid()");
      }
      assertThat(lost.await(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    }
  }

  private static void never() {
    throw new AssertionError("nobody else took the lead");
  }
}

package dev.throughline.ops;

import dev.throughline.account.AccountCheck;
import dev.throughline.channel.Channel;
import dev.throughline.channel.line.LineCredentials;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.ClockDrift;
import dev.throughline.conversation.Directory;
import dev.throughline.message.ChannelName;
import dev.throughline.store.Database;
import dev.throughline.store.DurabilitySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Looks at what bites in production, and says of each thing what to do. */
public final class Doctor {
  /** Beyond it, due times, reply tokens and signatures by time go wrong. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(1);

  /** The quickest of many webhooks takes well below a second. */
  private static final Duration LINE_TOLERANCE = Duration.ofSeconds(5);

  private final Database database;
  private final Directory directory;
  private final Function<Account, Optional<Channel.Credentials>> credentials;
  private final AccountCheck check;
  private final Path keys;
  private final ClockDrift drift;
  private final InstantSource clock;

  public Doctor(
      Database database,
      Directory directory,
      Function<Account, Optional<Channel.Credentials>> credentials,
      AccountCheck check,
      Path keys,
      ClockDrift drift,
      InstantSource clock) {
    this.database = database;
    this.directory = directory;
    this.credentials = credentials;
    this.check = check;
    this.keys = keys;
    this.drift = drift;
    this.clock = clock;
  }

  /** What was looked at, and what was found. */
  public record Finding(String check, Verdict verdict, String sentence) {}

  /** How bad it is. */
  public enum Verdict {
    OK,
    WARN,
    FAIL
  }

  /** Takes a few seconds at most for each LINE account. */
  public List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(durability());
    findings.add(clock());
    findings.add(keys());
    drift.quickest().ifPresent(quickest -> findings.add(lineClock(quickest)));
    for (App app : directory.apps()) {
      for (Account account : app.accounts()) {
        if (account.channel().equals(ChannelName.LINE)) {
          findings.addAll(line(app, account));
        }
      }
    }
    return findings;
  }

  private Finding durability() {
    DurabilitySettings settings = database.show();
    return settings.durable()
        ? ok(
            "database",
            "PostgreSQL %s keeps what it commits (fsync, full_page_writes on)."
                .formatted(settings.value("server_version")))
        : fail(
            "database",
            "PostgreSQL may lose what it committed: fsync is %s, synchronous_commit %s,"
                    .formatted(settings.value("fsync"), settings.value("synchronous_commit"))
                + " full_page_writes %s. Set all three to on."
                    .formatted(settings.value("full_page_writes")));
  }

  private Finding clock() {
    Instant before = clock.instant();
    Instant theirs =
        database.read(connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery("select clock_timestamp()")) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
          }
        });
    Duration apart = Duration.between(before, theirs).abs();
    return apart.compareTo(CLOCK_TOLERANCE) <= 0
        ? ok("clock", "This machine and the database agree on the time.")
        : fail(
            "clock",
            "This machine's clock and the database's are %d ms apart: run NTP on both."
                .formatted(apart.toMillis()));
  }

  private Finding lineClock(Duration quickest) {
    return quickest.isNegative() || quickest.compareTo(LINE_TOLERANCE) > 0
        ? warn(
            "clock",
            "The quickest webhook lately seems to have taken %d ms: this clock is off, or the"
                    .formatted(quickest.toMillis())
                + " channel holds events back.")
        : ok(
            "clock",
            "The quickest webhook lately came %d ms after its event."
                .formatted(quickest.toMillis()));
  }

  private Finding keys() {
    try {
      for (Path file : list(keys)) {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (Files.isRegularFile(file)
            && permissions.stream()
                .anyMatch(p -> p.name().startsWith("GROUP") || p.name().startsWith("OTHERS"))) {
          return fail("keys", file + " can be read by others: chmod 600 it.");
        }
      }
      return ok("keys", "The keys in " + keys + " can be read by their owner alone.");
    } catch (IOException | UnsupportedOperationException e) {
      return warn("keys", "The permissions of the keys in " + keys + " cannot be read.");
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  private List<Finding> line(App app, Account account) {
    String name = "LINE account " + account.ordinal() + " of app " + app.id();
    Optional<LineCredentials> secret =
        credentials
            .apply(account)
            .filter(LineCredentials.class::isInstance)
            .map(LineCredentials.class::cast);
    if (secret.isEmpty()) {
      return List.of(fail(name, "The credentials cannot be used: save them again."));
    }
    List<Finding> findings = new ArrayList<>();
    for (AccountCheck.Finding found : check.look(app, account, secret.get()).findings()) {
      findings.add(
          switch (found.level()) {
            case OK -> ok(name, found.sentence());
            case NOTE, UNREACHABLE -> warn(name, found.sentence());
            case WAITING, FAILING -> fail(name, found.sentence());
          });
    }
    return findings;
  }

  private static Finding ok(String check, String sentence) {
    return new Finding(check, Verdict.OK, sentence);
  }

  private static Finding warn(String check, String sentence) {
    return new Finding(check, Verdict.WARN, sentence);
  }

  private static Finding fail(String check, String sentence) {
    return new Finding(check, Verdict.FAIL, sentence);
  }
}

package dev.throughline.bench;

import dev.throughline.sandbox.line.LineEmulator;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code throughline bench …}. */
public final class BenchCommand {
  static final int DONE = 0;

  /** The benchmark could not run, or with {@code --check} a condition was not met. */
  static final int FAILED = 1;

  /** The command was not understood, or it aimed at something that is not on this machine. */
  static final int REFUSED = 2;

  private static final String HELP =
      """
      throughline bench ingest    webhooks acknowledged a second, beside a no-op server, LINE's
                                  line-bot-spring-boot and Express with @line/bot-sdk
      throughline bench send      sends a second accepted, and delivered to the emulated LINE
      throughline bench broadcast one message to a million: seconds to plan it, multicasts a second
                                  beside LINE's published rate, milliseconds to stop
      throughline bench append    entries a second through the log, beside a file with fdatasync
      throughline bench line      messages rendered for LINE and LINE events parsed a second, by one
                                  core
      throughline bench start     seconds to the first 200, on an empty and on a used directory
      throughline bench help

        --json FILE           every raw round, with medians and ranges
        --rounds N            rounds, in which all candidates take turns
        --window SECONDS      length of each window
        --warmup SECONDS      of load for each candidate before the first round
        --connections N       keep-alive connections of the load generator
        --rate N              requests a second in the fixed-rate windows
        --callers N,N         concurrent callers of bench append
        --people N            of bench broadcast
        --rehearsal N         people of a broadcast before it, so that it is compiled
        --kinds mix|all       of bench line: all kinds in turn, or each alone as well
        --candidates A,B      some of gateway, noop, spring, express
        --data DIR            where servers keep their data: a real disk, not tmpfs
        --gateway FILE        the throughline script to start, if not this checkout's
        --webhook URL --secret SECRET --bot USER-ID --database JDBC-URL --pid N
                              a gateway that runs already, for bench ingest
        --check               exit with 1 if a condition of docs/benchmarks.md is not met

      Everything stays on this machine: any target that is not loopback is refused.
      """;

  private static final double MEGABYTE = 1e6;

  private final PrintStream out;
  private final Path root;
  private final InstantSource clock;
  private final Optional<AppendTarget.Factory> log;
  private final JsonMapper json =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /**
   * @param root the checkout, where peers are cached and where the launcher lies
   * @param log the log of the gateway for {@code bench append}
   */
  BenchCommand(
      PrintStream out, Path root, InstantSource clock, Optional<AppendTarget.Factory> log) {
    this.out = out;
    this.root = root;
    this.clock = clock;
    this.log = log;
  }

  /**
   * Runs one benchmark and returns the exit code: 0 done, 1 failed, 2 not understood or refused.
   */
  public static int run(List<String> arguments, PrintStream out) {
    return new BenchCommand(out, root(), InstantSource.system(), Optional.of(LogAppend::open))
        .execute(arguments);
  }

  public static void main(String[] arguments) {
    // The output is a table; what libraries have to say beside it is for a server's log.
    Logger.getLogger("").setLevel(Level.WARNING);
    System.exit(run(List.of(arguments), System.out));
  }

  int execute(List<String> arguments) {
    String name = arguments.isEmpty() ? "help" : arguments.getFirst();
    List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
    return switch (name) {
      case "ingest" -> with(Map.of(), rest, this::ingest);
      case "send" -> with(Map.of("--window", "5", "--rate", "200"), rest, this::send);
      case "broadcast" -> with(Map.of("--window", "4"), rest, this::broadcast);
      case "append" -> with(Map.of("--warmup", "8"), rest, this::append);
      case "line" ->
          with(Map.of("--rounds", "5", "--window", "1", "--warmup", "20"), rest, this::line);
      case "start" -> with(Map.of("--rounds", "3"), rest, this::start);
      case "help", "--help", "-h" -> {
        out.print(HELP);
        yield DONE;
      }
      default -> {
        out.println("bench does not know \"" + name + "\".");
        out.print(HELP);
        yield REFUSED;
      }
    };
  }

  private interface Benchmark {
    /** Whether every condition was met. */
    boolean run(Options options, Workspace workspace) throws IOException, InterruptedException;
  }

  private int with(Map<String, String> defaults, List<String> arguments, Benchmark benchmark) {
    return switch (Options.read(defaults, arguments)) {
      case Options.Reading.Refused refused -> {
        out.println(refused.why());
        yield REFUSED;
      }
      case Options.Reading.Understood understood -> measured(understood.options(), benchmark);
    };
  }

  private int measured(Options options, Benchmark benchmark) {
    try {
      Path data = options.data().orElse(root.resolve("bench/target/run")).toAbsolutePath();
      Workspace workspace = Workspace.create(root, data, clock.instant());
      String fileSystem = Machine.fileSystem(workspace.run());
      say("data in %s (%s)".formatted(workspace.run(), fileSystem));
      if (Machine.inMemory(fileSystem)) {
        say(
            "%s lies in memory, where nothing is durable; give a folder on a disk with --data DIR"
                .formatted(workspace.run()));
        workspace.remove();
        return REFUSED;
      }
      boolean met = benchmark.run(options, workspace);
      workspace.remove();
      return met || !options.check() ? DONE : FAILED;
    } catch (IOException e) {
      say("bench failed: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      say("bench was interrupted");
      return FAILED;
    }
  }

  private boolean ingest(Options options, Workspace workspace)
      throws IOException, InterruptedException {
    Machine machine = Machine.here();
    List<IngestReport.Skipped> skipped = new ArrayList<>();
    try (Fleet fleet = Fleet.start(options, workspace, launcher(options), skipped, this::say);
        GeneratorProcess generator =
            GeneratorProcess.start(workspace.run().resolve("generator.log"))) {
      for (IngestReport.Skipped one : skipped) {
        say("skipped " + one.name() + ": " + one.reason());
      }
      if (fleet.candidates().isEmpty()) {
        throw new IOException("no candidate runs");
      }
      IngestBench.Plan plan = plan(options);
      IngestBench.Outcome outcome =
          new IngestBench(plan, fleet.candidates(), fleet.gateway(), generator::run, this::say)
              .run();
      IngestReport report =
          IngestReports.of(
              now(),
              machine,
              plan,
              fleet.candidates(),
              skipped,
              outcome,
              fleet.gateway(),
              Machine.fileSystem(workspace.run()));
      out.print(IngestReports.table(report));
      write(options, report);
      return report.verdicts().stream().allMatch(IngestReport.Verdict::met);
    }
  }

  private boolean send(Options options, Workspace workspace)
      throws IOException, InterruptedException {
    Machine machine = Machine.here();
    try (LineAccounts line =
            new LineAccounts(
                SendBench.ACCOUNTS, SendBench.FRIENDS_OF_EACH, InstantSource.system());
        ServedGateway gateway =
            new ServedGateway(
                launcher(options), workspace.run().resolve("gateway"), line.baseUri());
        DeliveredMessages judge = new DeliveredMessages(line.lines());
        GeneratorProcess generator =
            GeneratorProcess.start(workspace.run().resolve("generator.log"))) {
      say("starting the server");
      gateway.found();
      List<SendRequests.Sender> apps = new ArrayList<>();
      for (LineAccounts.Account account : line.accounts()) {
        apps.add(
            new SendRequests.Sender(
                gateway.newApp(account.channelSecret(), account.accessToken()), account.friends()));
      }
      List<SendBench.Window> windows =
          new SendBench(
                  new SendBench.Sender(
                      gateway.project(), gateway.keyId(), gateway.keySecret(), apps),
                  judge,
                  () -> cpu(gateway, generator),
                  generator::run,
                  SendBench.DELIVERED_WITHIN,
                  workspace.run(),
                  this::say)
              .run(plan(options));
      List<IngestReport.Verdict> verdicts = SendBench.verdicts(windows);
      List<SendBench.Window> saturated =
          windows.stream().filter(SendBench.Window::isSaturated).toList();
      SendBench.Report report =
          new SendBench.Report(
              "send",
              now(),
              machine,
              gateway.product(),
              gateway.database().durability(),
              Machine.fileSystem(workspace.run()),
              SendBench.ACCOUNTS,
              SendBench.ACCOUNTS * SendBench.FRIENDS_OF_EACH,
              options.connections(),
              options.perSecond(),
              windows,
              SendBench.medians(windows),
              CpuParts.spreads(
                  saturated.stream().map(SendBench.Window::cpuMicrosOfAccepted).toList()),
              CpuParts.spreads(
                  saturated.stream().map(SendBench.Window::cpuMicrosOfDelivered).toList()),
              ProcessTree.javaResidentBytes(gateway.pid()),
              verdicts);
      report
          .medians()
          .forEach((name, spread) ->
              out.printf(
                  "%-34s %,10.1f  (%,.1f to %,.1f)%n",
                  name, spread.median(), spread.min(), spread.max()));
      out.println("microseconds of a core, by part: for an accepted send while the load lasted");
      parts(report.cpuMicrosOfAccepted());
      out.println("and for a delivered one, from the window's start to the last delivery");
      parts(report.cpuMicrosOfDelivered());
      write(options, report);
      verdicts.forEach(verdict -> out.println(Conditions.line(verdict)));
      return verdicts.stream().allMatch(IngestReport.Verdict::met);
    }
  }

  /** Of the gateway by its parts, and of what stands around it. */
  private static Map<String, Long> cpu(ServedGateway gateway, GeneratorProcess generator)
      throws IOException {
    Map<String, Long> nanos =
        new HashMap<>(CpuParts.nanos(gateway.pid(), gateway.database().backends()));
    nanos.put("(load generator)", ProcessTree.cpuNanosOf(generator.pid()));
    nanos.put("(emulated LINE and judge)", ProcessTree.cpuNanosOf(ProcessHandle.current().pid()));
    return nanos;
  }

  private void parts(Map<String, Spread> micros) {
    micros.forEach((part, spread) -> {
      if (spread.median() >= 1) {
        out.printf("  %-34s %,8.0f%n", part, spread.median());
      }
    });
  }

  private boolean broadcast(Options options, Workspace workspace)
      throws IOException, InterruptedException {
    Machine machine = Machine.here();
    try (LineEmulator line = BroadcastBench.line();
        ServedGateway gateway =
            new ServedGateway(
                launcher(options), workspace.run().resolve("gateway"), line.baseUri())) {
      say("starting the server");
      BroadcastBench.Measured measured =
          new BroadcastBench(gateway, line, workspace.run(), this::say)
              .run(options.people(), options.rehearsal(), options.window());
      List<IngestReport.Verdict> verdicts = BroadcastBench.verdicts(measured);
      out.printf(
          "%,.0f people/s planned, each %.0f µs of a core; memory %,.0f MB before, %,.0f MB at most,"
              + " %,.0f MB after%n",
          measured.plannedPerSecond(),
          measured.planningMicrosPerPerson(),
          measured.residentMegabytesBefore(),
          measured.residentMegabytesPeak(),
          measured.residentMegabytesAfter());
      out.printf(
          "%,.1f multicasts/s of %,.0f published: %,.0f people/s%n",
          measured.multicastsPerSecond(),
          BroadcastBench.PUBLISHED_PER_SECOND,
          measured.peoplePerSecond());
      out.printf(
          "a chunk takes %.2f ms of a core in the server, %.2f in PostgreSQL, %.2f in the emulated"
              + " LINE and its judge%n",
          measured.serverMillisPerChunk(),
          measured.postgresMillisPerChunk(),
          measured.benchMillisPerChunk());
      write(
          options,
          new BroadcastBench.Report(
              "broadcast", now(), machine, gateway.product(), measured, verdicts));
      verdicts.forEach(verdict -> out.println(Conditions.line(verdict)));
      return verdicts.stream().allMatch(IngestReport.Verdict::met);
    }
  }

  private boolean append(Options options, Workspace workspace)
      throws IOException, InterruptedException {
    List<IngestReport.Skipped> skipped = new ArrayList<>();
    List<AppendTarget> targets = new ArrayList<>();
    Machine machine = Machine.here();
    try {
      if (log.isPresent()) {
        targets.add(log.get().open(Files.createDirectories(workspace.run().resolve("log"))));
      } else {
        skipped.add(new IngestReport.Skipped("log", "this build has no log to append to"));
        say("skipped log: this build has no log to append to");
      }
      FileAppend file = new FileAppend(workspace.run().resolve("append"));
      targets.add(file);
      List<AppendBench.Window> windows =
          new AppendBench(
                  options.rounds(),
                  options.window(),
                  options.warmUp(),
                  options.callers(),
                  this::say,
                  RandomGenerator.of("L64X128MixRandom"))
              .run(targets);
      AppendBench.Report report =
          new AppendBench.Report(
              "append",
              now(),
              machine,
              Machine.fileSystem(workspace.run()),
              AppendBench.ENTRY_BYTES,
              skipped,
              windows,
              AppendBench.medians(windows),
              AppendBench.ratios(windows, targets.getFirst().name(), file.name()));
      report
          .entriesPerSecond()
          .forEach((key, spread) ->
              out.printf(
                  "%-44s %,12.0f entries/s  (%,.0f to %,.0f)%n",
                  key, spread.median(), spread.min(), spread.max()));
      write(options, report);
      List<IngestReport.Verdict> verdicts =
          log.isEmpty() ? List.of() : AppendBench.verdicts(windows, targets.getFirst().name());
      verdicts.forEach(verdict -> out.println(Conditions.line(verdict)));
      return log.isPresent() && verdicts.stream().allMatch(IngestReport.Verdict::met);
    } finally {
      for (AppendTarget target : targets) {
        target.close();
      }
    }
  }

  private boolean line(Options options, Workspace workspace) throws IOException {
    LineBench.Report report =
        new LineBench(
                root,
                options.kinds(),
                options.rounds(),
                options.window(),
                options.warmUp(),
                true,
                this::say)
            .run(now(), Machine.here());
    write(options, report);
    report.verdicts().forEach(verdict -> out.println(Conditions.line(verdict)));
    return report.verdicts().stream().allMatch(IngestReport.Verdict::met);
  }

  private boolean start(Options options, Workspace workspace)
      throws IOException, InterruptedException {
    Machine machine = Machine.here();
    Path launcher = launcher(options);
    List<StartBench.Round> rounds =
        new StartBench(() -> new SandboxGateway(launcher, options.database()), this::say)
            .run(options.rounds(), workspace.run());
    Spread first = Spread.of(rounds.stream().map(StartBench.Round::firstSeconds).toList());
    Spread second = Spread.of(rounds.stream().map(StartBench.Round::secondSeconds).toList());
    Spread memory =
        Spread.of(rounds.stream().map(round -> round.residentBytes() / MEGABYTE).toList());
    List<IngestReport.Verdict> verdicts =
        List.of(
            Conditions.atMost(
                "first start, seconds", first.median(), Conditions.FIRST_START_SECONDS),
            Conditions.atMost(
                "second start, seconds", second.median(), Conditions.SECOND_START_SECONDS));
    write(
        options,
        new StartBench.Report(
            "start",
            now(),
            machine,
            Machine.fileSystem(workspace.run()),
            rounds,
            first,
            second,
            memory,
            verdicts));
    verdicts.forEach(verdict -> out.println(Conditions.line(verdict)));
    return verdicts.stream().allMatch(IngestReport.Verdict::met);
  }

  private Path launcher(Options options) {
    return options.launcher().orElse(root.resolve("throughline")).toAbsolutePath();
  }

  private static IngestBench.Plan plan(Options options) {
    return new IngestBench.Plan(
        options.rounds(),
        options.window(),
        options.warmUp(),
        options.connections(),
        options.perSecond());
  }

  private void write(Options options, Object report) throws IOException {
    if (options.json().isPresent()) {
      Path file = options.json().get();
      Files.writeString(file, json.writeValueAsString(report), StandardCharsets.UTF_8);
      say("wrote " + file);
    }
  }

  private String now() {
    return clock.instant().toString();
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  /** The checkout that this class was built in, or the working directory. */
  private static Path root() {
    String given = System.getProperty("throughline.root", "");
    Path start = Path.of(given).toAbsolutePath().normalize();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.isRegularFile(folder.resolve("bench/pom.xml"))) {
        return folder;
      }
    }
    return start;
  }
}

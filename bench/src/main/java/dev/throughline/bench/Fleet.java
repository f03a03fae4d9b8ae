package dev.throughline.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** All candidates of one run, alive at once; closing stops those that it started. */
final class Fleet implements AutoCloseable {
  /** For the peers where no gateway runs whose secret they could share. */
  private static final String CHANNEL_SECRET = "5be2c4d0f1a39786b2d4c6e8f0a1b3c5";

  private final List<Candidate> candidates = new ArrayList<>();
  private final List<AutoCloseable> started = new ArrayList<>();
  private Optional<GatewayUnderTest> gateway = Optional.empty();

  private Fleet() {}

  static Fleet start(
      Options options,
      Workspace workspace,
      Path launcher,
      List<IngestReport.Skipped> skipped,
      Consumer<String> progress)
      throws IOException, InterruptedException {
    Fleet fleet = new Fleet();
    try {
      for (String name : options.candidates()) {
        progress.accept("starting " + name);
        if (name.equals(IngestBench.GATEWAY)) {
          fleet.startGateway(options, workspace, launcher, skipped);
        } else {
          fleet.startPeer(name, new Peers(workspace.peers(), workspace.run(), progress), skipped);
        }
      }
      return fleet;
    } catch (IOException | InterruptedException | RuntimeException e) {
      fleet.close();
      throw e;
    }
  }

  List<Candidate> candidates() {
    return List.copyOf(candidates);
  }

  Optional<GatewayUnderTest> gateway() {
    return gateway;
  }

  @Override
  public void close() {
    for (AutoCloseable one : started.reversed()) {
      try {
        one.close();
      } catch (Exception e) {
        throw new IllegalStateException("a server could not be stopped", e);
      }
    }
  }

  private void startGateway(
      Options options, Workspace workspace, Path launcher, List<IngestReport.Skipped> skipped)
      throws IOException, InterruptedException {
    Optional<URI> webhook = options.webhook();
    if (webhook.isEmpty() && !Files.isExecutable(launcher)) {
      skipped.add(
          new IngestReport.Skipped(
              IngestBench.GATEWAY, launcher + " is not there to be started; see --gateway"));
      return;
    }
    GatewayUnderTest under =
        webhook.isPresent()
            ? new RunningGateway(
                webhook.get(),
                required(options.secret(), "--webhook wants --secret"),
                required(options.bot(), "--webhook wants --bot"),
                new GatewayDatabase(required(options.database(), "--webhook wants --database")),
                options.pid())
            : new SandboxGateway(launcher, options.database());
    started.add(under);
    under.start(workspace.run().resolve("gateway"));
    Candidate candidate =
        new Candidate(
            IngestBench.GATEWAY,
            under.product(),
            "every byte: durable, sealed, in the ledger",
            under.webhookUri(),
            under.channelSecret(),
            under.botUserId(),
            under.pid(),
            true);
    try (WebhookProbe probe = new WebhookProbe()) {
      probe.proveVerification(candidate);
    }
    gateway = Optional.of(under);
    candidates.add(candidate);
  }

  private void startPeer(String name, Peers peers, List<IngestReport.Skipped> skipped)
      throws InterruptedException {
    Peers.Outcome outcome =
        switch (name) {
          case Peers.NO_OP -> peers.noOp(CHANNEL_SECRET);
          case Peers.SPRING -> peers.spring(CHANNEL_SECRET);
          case Peers.EXPRESS -> peers.express(CHANNEL_SECRET);
          default -> throw new IllegalArgumentException("no such candidate: " + name);
        };
    switch (outcome) {
      case Peers.Outcome.Running running -> {
        started.add(running.process());
        candidates.add(running.candidate());
      }
      case Peers.Outcome.Skipped one ->
          skipped.add(new IngestReport.Skipped(one.name(), one.reason()));
    }
  }

  private static String required(Optional<String> value, String otherwise) throws IOException {
    return value.orElseThrow(() -> new IOException(otherwise));
  }
}

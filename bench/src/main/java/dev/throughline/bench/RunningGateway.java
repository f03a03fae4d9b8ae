package dev.throughline.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** A gateway that somebody else has started on this machine, and stops. */
record RunningGateway(
    URI webhookUri, String channelSecret, String botUserId, GatewayDatabase database, long pid)
    implements GatewayUnderTest {

  RunningGateway {
    Loopback.refusal(webhookUri)
        .ifPresent(why -> {
          throw new IllegalArgumentException(why);
        });
  }

  @Override
  public void start(Path directory) throws IOException, InterruptedException {
    try (WebhookProbe probe = new WebhookProbe()) {
      int status = probe.status(webhookUri, channelSecret);
      if (status != 200) {
        throw new IOException(webhookUri + " answered " + status + " to a signed, empty webhook");
      }
    }
  }

  @Override
  public String product() {
    return "Throughline, already running";
  }

  @Override
  public long entriesOfKind(String kind) throws IOException {
    return database.entriesOfKind(kind);
  }

  @Override
  public long messages() throws IOException {
    return database.messages();
  }

  @Override
  public long backlog() throws IOException {
    return database.backlog();
  }

  @Override
  public Map<String, String> durability() throws IOException {
    return database.durability();
  }

  @Override
  public Map<Long, String> backends() throws IOException {
    return database.backends();
  }

  @Override
  public void stop() {}
}

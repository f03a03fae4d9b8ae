package dev.throughline;

import dev.throughline.callback.CallbackHandler;
import dev.throughline.callback.Callbacks;
import dev.throughline.callback.Prober;
import dev.throughline.callback.Webhook;
import dev.throughline.callback.Webhooks;
import dev.throughline.channel.Channel;
import dev.throughline.channel.line.LineApi;
import dev.throughline.channel.line.LineChannel;
import dev.throughline.channel.line.LineCredentials;
import dev.throughline.conversation.AccountCredentials;
import dev.throughline.conversation.Converse;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Http;
import dev.throughline.http.HttpServer;
import dev.throughline.http.Listener;
import dev.throughline.inbound.Receiver;
import dev.throughline.inbound.RefusedWebhooks;
import dev.throughline.log.Drafts;
import dev.throughline.log.Fold;
import dev.throughline.log.Lead;
import dev.throughline.log.Log;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.Outbound;
import dev.throughline.outbound.SendHandler;
import dev.throughline.store.Database;
import dev.throughline.task.Tasks;
import dev.throughline.vault.Vault;
import io.helidon.webserver.http.HttpService;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway. Starting constructs every part in order; closing stops them in reverse. */
public final class Gateway implements AutoCloseable {
  public static final String VERSION = "0.1.0";

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final Duration HTTP_GRACE = Duration.ofSeconds(5);

  /** How long a start waits for the fold to pass what stood when this node took the lead. */
  private static final Duration CATCH_UP_TICK = Duration.ofSeconds(1);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Database database;
  private final Log log;
  private final Fold fold;
  private final HttpServer server;

  private Gateway(
      GatewayConfig config, InstantSource clock, Map<String, HttpService> mounts)
      throws IOException, InterruptedException {
    SecureRandom random = new SecureRandom();
    Ulids ulids = new Ulids(clock, random);
    database = opened(Database.open(config.database()));
    UUID node = NodeId.of(config.data());
    Vault vault = Vault.open(config.data().resolve("keys"), database, clock, random);
    log = opened(Log.open(database, vault, ulids, clock, config.ledgerHost(), node));
    Drafts drafts = new Drafts(vault, ulids, random);

    Directory directory = new Directory(database, vault);
    directory.reload();
    Webhooks webhooks = new Webhooks(database, vault);
    webhooks.reload();
    Http http = opened(new Http(Http.Settings.of(VERSION)));
    HttpTransport transport = new HttpTransport(http);
    LineApi lineApi = new LineApi(transport, config.lineApi());
    Map<ChannelName, Channel> channels =
        Map.of(ChannelName.LINE, new LineChannel(transport, config.lineApi(), clock));
    AccountCredentials credentials =
        new AccountCredentials(Map.of(ChannelName.LINE, LineAccounts::credentials));

    Tasks tasks = opened(new Tasks(database, vault, clock));
    Lead lead = opened(Lead.take(log, drafts, node, () -> LOG.error("the lead is lost")));
    tasks.register(
        new SendHandler(
            log, drafts, ulids, clock, directory, channels, credentials, lead::epoch));
    tasks.register(
        new CallbackHandler(
            log, drafts, ulids, clock, http, config.callbacks(), webhooks, directory));
    Converse converse =
        new Converse(
            log,
            vault,
            ulids,
            directory,
            channels,
            tasks,
            List.of(new Outbound(channels), new Callbacks(webhooks, tasks, vault)));
    fold = opened(new Fold(log, Converse.READER, lead.epoch(), converse));
    long headAtLead = log.head();
    fold.start();
    startTasks(tasks, webhooks, headAtLead);
    Prober prober = opened(new Prober(webhooks, tasks, clock));
    prober.start();

    RefusedWebhooks refused = opened(new RefusedWebhooks(log, drafts, clock));
    Receiver receiver = new Receiver(log, drafts, directory, channels, credentials, refused);
    Listener.Builder open =
        Listener.named("public")
            .host(config.publicHost())
            .port(config.publicPort())
            .routes(receiver.routes());
    config.tls().ifPresent(open::tls);
    Listener.Builder operations =
        Listener.named("operations").host(config.opsHost()).port(config.opsPort());
    mounts.forEach(operations::mount);
    server = opened(HttpServer.start(List.of(open.build(), operations.build()), HTTP_GRACE));
  }

  /**
   * @param clock the only clock of everything but leases; in production the system's
   * @param mounts services of others on the operations port, by path prefix
   */
  public static Gateway start(
      GatewayConfig config, InstantSource clock, Map<String, HttpService> mounts)
      throws IOException, InterruptedException {
    return new Gateway(config, clock, mounts);
  }

  public int publicPort() {
    return server.port("public");
  }

  public int opsPort() {
    return server.port("operations");
  }

  public Database database() {
    return database;
  }

  /** How many entries the fold has still to apply. */
  public long backlog() {
    return log.head() - fold.position();
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("stopping {} failed", part.getClass().getSimpleName(), e);
      }
    }
  }

  /** No task starts before the fold has passed the head as it stood when the lead was taken. */
  private void startTasks(Tasks tasks, Webhooks webhooks, long headAtLead) {
    Thread.ofPlatform()
        .name("take-over")
        .daemon(true)
        .start(
            () -> {
              try {
                while (!fold.await(headAtLead, CATCH_UP_TICK)) {
                  LOG.info("folding {} entries before tasks start", headAtLead - fold.position());
                }
                tasks.start(
                    webhooks.all().stream()
                        .filter(webhook -> webhook.state() != Webhook.State.ACTIVE)
                        .map(webhook -> webhook.id().value())
                        .collect(Collectors.toSet()));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }
}

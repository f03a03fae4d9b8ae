package dev.throughline;

import dev.throughline.account.AccountCalls;
import dev.throughline.account.AccountCheck;
import dev.throughline.account.AccountOperations;
import dev.throughline.api.AccessKeys;
import dev.throughline.api.Api;
import dev.throughline.api.BroadcastSurface;
import dev.throughline.api.ErrorForm;
import dev.throughline.api.Freshness;
import dev.throughline.api.LineSurface;
import dev.throughline.api.MediaInfoRoutes;
import dev.throughline.api.OpsRoutes;
import dev.throughline.api.Projects;
import dev.throughline.api.RateRoutes;
import dev.throughline.api.RequestRates;
import dev.throughline.api.TargetCheck;
import dev.throughline.callback.CallbackHandler;
import dev.throughline.callback.Callbacks;
import dev.throughline.callback.Prober;
import dev.throughline.callback.Webhook;
import dev.throughline.callback.Webhooks;
import dev.throughline.channel.Channel;
import dev.throughline.channel.Inlet;
import dev.throughline.channel.Subscriptions;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.aws.S3Objects;
import dev.throughline.channel.aws.SnsCertificates;
import dev.throughline.channel.aws.SnsSignature;
import dev.throughline.channel.aws.SnsSubscriptions;
import dev.throughline.channel.aws.SqsInlet;
import dev.throughline.channel.email.EmailChannel;
import dev.throughline.channel.line.LineApi;
import dev.throughline.channel.line.LineChannel;
import dev.throughline.channel.line.LineContent;
import dev.throughline.channel.line.LineHost;
import dev.throughline.channel.line.account.LineAccountClient;
import dev.throughline.channel.sms.SmppSessions;
import dev.throughline.channel.sms.SmsChannel;
import dev.throughline.channel.whatsapp.WhatsAppChannel;
import dev.throughline.channel.whatsapp.WhatsAppContent;
import dev.throughline.consent.KeywordEntries;
import dev.throughline.consent.OptOutRoutes;
import dev.throughline.conversation.AccountCredentials;
import dev.throughline.conversation.App;
import dev.throughline.conversation.ClockDrift;
import dev.throughline.conversation.Converse;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Expiry;
import dev.throughline.conversation.KinUpkeep;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.conversation.OptOutState;
import dev.throughline.evidence.Fsck;
import dev.throughline.evidence.Publisher;
import dev.throughline.evidence.Receipts;
import dev.throughline.evidence.Standing;
import dev.throughline.http.Http;
import dev.throughline.http.HttpServer;
import dev.throughline.http.Listener;
import dev.throughline.http.Resolver;
import dev.throughline.http.Route;
import dev.throughline.http.TargetPolicy;
import dev.throughline.inbound.Inlets;
import dev.throughline.inbound.OfferHandler;
import dev.throughline.inbound.Offers;
import dev.throughline.inbound.PieceHandler;
import dev.throughline.inbound.Pieces;
import dev.throughline.inbound.Receiver;
import dev.throughline.inbound.RefusedWebhooks;
import dev.throughline.inbound.StickerRoutes;
import dev.throughline.inbound.Tee;
import dev.throughline.inbound.TeeHandler;
import dev.throughline.log.Drafts;
import dev.throughline.log.Fold;
import dev.throughline.log.Lead;
import dev.throughline.log.Log;
import dev.throughline.media.Depots;
import dev.throughline.media.FetchHandler;
import dev.throughline.media.MediaLibrary;
import dev.throughline.media.MediaLinks;
import dev.throughline.media.MediaProbe;
import dev.throughline.media.MediaRoutes;
import dev.throughline.media.Receiving;
import dev.throughline.media.Rehosting;
import dev.throughline.media.WebFiles;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ulids;
import dev.throughline.ops.Doctor;
import dev.throughline.ops.DoctorRoutes;
import dev.throughline.ops.FsckRoutes;
import dev.throughline.outbound.Outbound;
import dev.throughline.outbound.ProbeHandler;
import dev.throughline.outbound.ReachHandler;
import dev.throughline.outbound.Reaches;
import dev.throughline.outbound.SendHandler;
import dev.throughline.outbound.SignalHandler;
import dev.throughline.outbound.Signals;
import dev.throughline.outbound.TimeHandler;
import dev.throughline.outbound.broadcast.Broadcasting;
import dev.throughline.outbound.broadcast.Broadcasts;
import dev.throughline.store.Database;
import dev.throughline.store.WalWarmer;
import dev.throughline.task.Tasks;
import dev.throughline.vault.Vault;
import io.helidon.webserver.http.HttpService;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.pinpointsmsvoicev2.PinpointSmsVoiceV2Client;
import software.amazon.awssdk.services.sesv2.SesV2Client;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;

/** A running gateway. Starting constructs every part in order; closing stops them in reverse. */
public final class Gateway implements AutoCloseable {
  public static final String VERSION = "0.3.0";

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final Duration HTTP_GRACE = Duration.ofSeconds(5);
  private static final Duration FRESHNESS_PATIENCE = Duration.ofMillis(250);

  /** How often a start says how far the fold has come before tasks may run. */
  private static final Duration CATCH_UP_TICK = Duration.ofSeconds(1);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Database database;
  private final Projects projects;
  private HttpServer server;

  /**
   * @param clock the only clock of everything but leases; in production the system's
   * @param mounts services of others on the operations port, by path prefix
   */
  public static Gateway start(
      GatewayConfig config, InstantSource clock, Map<String, HttpService> mounts)
      throws IOException, InterruptedException {
    return new Gateway(config, clock, mounts, true);
  }

  /** Only the store and the operations port: to make projects and keys where no gateway runs. */
  public static Gateway administer(GatewayConfig config, InstantSource clock)
      throws IOException, InterruptedException {
    return new Gateway(config, clock, Map.of(), false);
  }

  private Gateway(
      GatewayConfig config, InstantSource clock, Map<String, HttpService> mounts, boolean serves)
      throws IOException, InterruptedException {
    boolean started = false;
    try {
      SecureRandom random = new SecureRandom();
      Ulids ulids = new Ulids(clock, random);
      database = opened(Database.open(config.database()));
      UUID node = NodeId.of(config.data());
      Vault vault = Vault.open(config.data().resolve("keys"), database, clock, random);
      Log log = opened(Log.open(database, vault, ulids, clock, config.ledgerHost(), node));
      Publisher publisher = opened(new Publisher(log, database, config.data(), clock, random));
      Drafts drafts = new Drafts(vault, ulids);
      AccessKeys keys = new AccessKeys(database, log, drafts, ulids, random, clock);
      keys.reload();
      projects = new Projects(database, vault, log, drafts, clock);
      Directory directory = new Directory(database, vault);
      directory.reload();
      Http http = opened(new Http(config.http()));
      HttpTransport transport = new HttpTransport(http);
      LineApi line = new LineApi(transport, config.lineApi());
      AwsSettings aws = config.providers().aws();
      AwsClients<SocialMessagingClient> social =
          AwsClients.of(SocialMessagingClient::builder, aws, http, clock);
      // As the SDK does, S3 is signed for by this machine's own clock.
      S3Objects objects = new S3Objects(aws, http, InstantSource.system());
      SnsCertificates certificates = new SnsCertificates(http, aws, clock);
      SnsSignature notifications = new SnsSignature(certificates);
      EmailChannel email =
          opened(
              new EmailChannel(
                  http,
                  new EmailChannel.Mailing(
                      config.callbacks(), config.http().tls(), mailName(config)),
                  AwsClients.of(SesV2Client::builder, aws, http, clock),
                  notifications,
                  clock));
      SmppSessions smpp = new SmppSessions(http, config.callbacks(), config.http().tls(), clock);
      Map<ChannelName, Channel> channels =
          byName(
              new LineChannel(transport, config.lineApi(), clock),
              new SmsChannel(
                  AwsClients.of(PinpointSmsVoiceV2Client::builder, aws, http, clock),
                  notifications,
                  smpp),
              new WhatsAppChannel(
                  transport, config.providers().whatsApp(), social, objects, notifications, clock),
              email);
      AccountCredentials credentials = new AccountCredentials(channels);
      AccountCheck check = new AccountCheck(line, config.publicUrl());
      AccountOperations accounts =
          new AccountOperations(
              database,
              vault,
              log,
              drafts,
              ulids,
              clock,
              directory,
              new AccountCalls(
                  new LineAccountClient(
                      transport, config.lineApi(), LineHost.data(config.lineApi()), clock),
                  credentials,
                  log,
                  drafts),
              check);
      ClockDrift drift = new ClockDrift();
      AtomicBoolean tasksRun = new AtomicBoolean();

      List<Listener> listeners = new ArrayList<>();
      List<Route> own = new ArrayList<>();
      Optional<MediaLinks> reachedAt = Optional.empty();
      if (serves) {
        Webhooks webhooks = new Webhooks(database, vault);
        webhooks.reload();
        Tasks tasks = opened(new Tasks(database, vault, clock));
        OptOutLinks optOuts = new OptOutLinks(vault, () -> publicBase(config));
        MediaLinks links = MediaLinks.open(config.media(), database, vault);
        reachedAt = Optional.of(links);
        MediaLibrary media =
            opened(
                new MediaLibrary(
                    config.media(),
                    new Depots(http, clock),
                    database,
                    vault,
                    log,
                    drafts,
                    ulids,
                    clock,
                    random));
        WebFiles web = new WebFiles(http, clock);
        MediaProbe probe =
            new MediaProbe(
                web, config.callbacks(), new Rehosting(media, links, clock), clock, config.media());
        tasks.register(new ProbeHandler(log, drafts, channels, probe));
        if (!publisher.examine()) {
          LOG.error("nothing is taken in: {}", publisher.standing());
        }
        Lead lead = opened(Lead.take(log, drafts, node, () -> LOG.error("the lead is lost")));
        tasks.register(
            new SendHandler(
                log,
                drafts,
                ulids,
                clock,
                directory,
                channels,
                credentials,
                lead::epoch,
                config.providers().rates(),
                tasks::stands));
        tasks.register(TimeHandler.confirm(log, drafts));
        tasks.register(TimeHandler.plan(log, drafts));
        tasks.register(
            new SignalHandler(
                log,
                drafts,
                ulids,
                clock,
                directory,
                channels,
                credentials,
                lead::epoch,
                config.providers().rates()));
        tasks.register(
            new TeeHandler(
                log, drafts, directory, channels, credentials, http, config.callbacks()));
        Subscriptions sns = new SnsSubscriptions(http, certificates);
        tasks.register(
            new OfferHandler(
                log,
                drafts,
                directory,
                Map.of(ChannelName.SMS, sns, ChannelName.EMAIL, sns, ChannelName.WHATSAPP, sns)));
        RefusedWebhooks refused = opened(new RefusedWebhooks(log, drafts, clock));
        Receiver receiver = new Receiver(log, drafts, directory, channels, credentials, refused);
        tasks.register(new PieceHandler(log, drafts, database, directory, channels, receiver));
        KeywordEntries keywords = new KeywordEntries(log, drafts, vault);
        tasks.register(keywords);
        tasks.register(new ReachHandler(log, drafts, directory, channels, credentials));
        tasks.register(
            new CallbackHandler(
                log,
                drafts,
                ulids,
                clock,
                http,
                config.callbacks(),
                webhooks,
                directory,
                config.limits().callbacksPerSecond()));
        tasks.register(
            new FetchHandler(
                log,
                drafts,
                directory,
                Map.of(
                    ChannelName.LINE,
                    new LineContent(http, LineHost.data(config.lineApi()), clock),
                    ChannelName.WHATSAPP,
                    new WhatsAppContent(
                        http, config.providers().whatsApp(), social, objects, clock)),
                credentials,
                media,
                web,
                config.callbacks()));
        accounts.handlers(lead::epoch).forEach(tasks::register);
        Broadcasting broadcasts =
            new Broadcasting(
                database,
                vault,
                log,
                drafts,
                ulids,
                clock,
                directory,
                channels,
                credentials,
                probe,
                config.providers().rates(),
                tasks,
                lead::epoch,
                () -> publicBase(config));
        broadcasts.handlers().forEach(tasks::register);
        Converse converse =
            new Converse(
                log,
                vault,
                ulids,
                directory,
                channels,
                drift,
                (packageId, sticker) -> publicBase(config) + StickerRoutes.path(packageId, sticker),
                optOuts,
                tasks,
                List.of(
                    new Outbound(channels, probe::concerns),
                    broadcasts.reaction(),
                    accounts.reaction(),
                    new Signals(channels),
                    new Reaches(),
                    keywords,
                    new Receiving(vault, media),
                    new Tee(vault),
                    new Offers(vault),
                    new Pieces(vault),
                    new Callbacks(webhooks, tasks, vault, links)));
        Fold fold = opened(new Fold(log, Converse.READER, lead.epoch(), converse));
        long headAtLead = log.head();
        fold.start();
        startTasks(fold, tasks, webhooks, broadcasts.reaction(), headAtLead, tasksRun);
        log.guard(publisher::mayTakeIn);
        publisher.start(lead.epoch());
        opened(new WalWarmer(database, () -> log.head() + fold.position())).start();
        opened(new Prober(webhooks, tasks, broadcasts.reaction()::isHeld, clock)).start();
        media.start();
        opened(new Expiry(database, vault, log, drafts, clock, directory)).start();
        opened(broadcasts.expiry()).start();
        opened(broadcasts.clicks()).start();
        opened(new KinUpkeep(database, vault)).start();
        List<Inlet> inlets = List.of(smpp, new SqsInlet(aws, http, notifications, clock));
        opened(new Inlets(directory, credentials, inlets, receiver)).start();
        Api.Ground ground =
            new Api.Ground(
                database,
                vault,
                log,
                drafts,
                ulids,
                clock,
                new RequestRates(config.limits().requestsPerSecond(), System::nanoTime));
        RateRoutes rates =
            new RateRoutes(directory, channels, config.providers().rates(), tasks, ground.rates());
        own.addAll(rates.operations());
        MessageReceipts receipts = new MessageReceipts(new Receipts(log, database, config.data()));
        Freshness freshness = project -> fold.await(log.head(), FRESHNESS_PATIENCE);
        Listener.Builder open =
            Listener.named("public")
                .host(config.publicHost())
                .port(config.publicPort())
                .errors(new ErrorForm())
                .routes(receiver.routes())
                .routes(new MediaRoutes(media, links, clock).routes())
                .routes(MediaInfoRoutes.routes(ground, keys, media))
                .routes(new StickerRoutes(database).routes())
                .routes(broadcasts.clicks().routes())
                .routes(
                    new OptOutRoutes(
                            optOuts,
                            new OptOutState(database, vault, optOuts),
                            directory,
                            log,
                            drafts,
                            ulids,
                            () -> fold.await(log.head(), FRESHNESS_PATIENCE))
                        .routes())
                .routes(
                    Api.routes(
                        ground,
                        new Api.Ports(
                            freshness,
                            ProviderChecks.of(line, channels),
                            LineAccounts.profiles(line),
                            targets(config.callbacks()),
                            receipts,
                            channels,
                            links,
                            optOuts,
                            (project, content, limits) ->
                                probe.look(project, content, limits, false)),
                        directory,
                        webhooks,
                        keys,
                        App.ProcessingMode.CONVERSATION,
                        config.limits()))
                .routes(rates.routes(ground, keys))
                .routes(LineSurface.routes(ground, freshness, keys, directory, accounts))
                .routes(
                    BroadcastSurface.routes(
                        ground,
                        freshness,
                        keys,
                        directory,
                        targets(config.callbacks()),
                        receipts::of,
                        accounts,
                        broadcasts));
        config.tls().ifPresent(open::tls);
        listeners.add(open.build());
      }
      Doctor doctor =
          new Doctor(
              database, directory, credentials, check, config.data().resolve("keys"), drift, clock);
      String token = AdminToken.of(config.data(), random);
      Listener.Builder operations =
          Listener.named("operations")
              .host(config.opsHost())
              .port(config.opsPort())
              .errors(new ErrorForm())
              .routes(
                  new OpsRoutes(
                          database,
                          projects,
                          keys,
                          () -> missing(serves, tasksRun.get(), publisher.standing()),
                          random,
                          token)
                      .routes())
              .routes(own)
              .routes(new DoctorRoutes(doctor).routes())
              .routes(new FsckRoutes(new Fsck(database, vault, config.data(), random)).routes());
      mounts.forEach(operations::mount);
      listeners.add(operations.build());
      server = opened(HttpServer.start(listeners, HTTP_GRACE));
      if (serves && config.media().publicBase().isEmpty()) {
        reachedAt.ifPresent(links -> links.reachedAt(ownAddress(config)));
      }
      AdminToken.announce(config.data(), "http://" + reachable(config.opsHost()) + ":" + opsPort());
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  public int publicPort() {
    return server.port("public");
  }

  /** How the outside reaches the public port, as far as that is known. */
  private String publicBase(GatewayConfig config) {
    return config.publicUrl().orElseGet(() -> ownAddress(config)).toString().replaceAll("/+$", "");
  }

  public int opsPort() {
    return server.port("operations");
  }

  /** How many projects there are: a gateway without one serves nobody. */
  public int projects() {
    return projects.all().size();
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

  /** What this host calls itself to mail servers. */
  private static String mailName(GatewayConfig config) {
    return config
        .publicUrl()
        .flatMap(url -> Optional.ofNullable(url.getHost()))
        .orElse(config.ledgerHost());
  }

  /** No task starts before the fold has passed the head as it stood when the lead was taken. */
  private static void startTasks(
      Fold fold,
      Tasks tasks,
      Webhooks webhooks,
      Broadcasts broadcasts,
      long headAtLead,
      AtomicBoolean run) {
    Thread.ofPlatform()
        .name("take-over")
        .daemon(true)
        .start(() -> {
          try {
            while (!fold.await(headAtLead, CATCH_UP_TICK)) {
              LOG.info("folding {} entries before tasks start", headAtLead - fold.position());
            }
            tasks.start(
                Stream.concat(
                        broadcasts.held().stream(),
                        webhooks.all().stream()
                            .filter(webhook -> webhook.state() != Webhook.State.ACTIVE)
                            .map(webhook -> webhook.id().value()))
                    .collect(Collectors.toSet()));
            run.set(true);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private static List<String> missing(boolean serves, boolean tasksRun, Standing standing) {
    List<String> missing = new ArrayList<>();
    if (serves && !tasksRun) {
      missing.add("What was taken in before the start is still being applied.");
    }
    switch (standing) {
      case Standing.Good() -> {}
      case Standing.Behind(String sentence) -> missing.add(sentence);
      case Standing.Failing(String sentence) -> missing.add(sentence);
    }
    return missing;
  }

  private static Map<ChannelName, Channel> byName(Channel... channels) {
    return Stream.of(channels).collect(Collectors.toMap(Channel::name, channel -> channel));
  }

  private static TargetCheck targets(TargetPolicy policy) {
    Resolver resolver = Resolver.system();
    return url ->
        switch (policy.check(url, resolver)) {
          case TargetPolicy.Verdict.Allowed _ -> Optional.empty();
          case TargetPolicy.Verdict.Refused(String reason) -> Optional.of(reason);
        };
  }

  /** Where somebody on this machine reaches the public port: all that is known of it. */
  private URI ownAddress(GatewayConfig config) {
    String scheme = config.tls().isPresent() ? "https" : "http";
    @Nullable HttpServer started = server;
    // Before it listens the fold may already tell of what came in before.
    int port = started == null ? config.publicPort() : started.port("public");
    return URI.create(scheme + "://" + reachable(config.publicHost()) + ":" + port);
  }

  private static String reachable(String host) {
    return host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }
}

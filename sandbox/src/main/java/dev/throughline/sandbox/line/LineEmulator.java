package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Blobs;
import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Loopback;
import dev.throughline.sandbox.emulator.Timers;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;

/**
 * LINE on a port of the loopback address: API, webhooks out, and the control API under {@code
 * /_sandbox}. Everything that has a life (reply tokens, retry keys, access tokens, rate limits,
 * quotas, redeliveries) goes by the clock that is passed in; waits for the network go by real time.
 */
public final class LineEmulator implements AutoCloseable {
  private static final int CHATS_SAVED = 2_000;
  private static final int ITEMS_SAVED_PER_CHAT = 100;
  private static final int RETRY_KEYS_SAVED = 20_000;
  private static final int REPLY_TOKENS_SAVED = 5_000;

  private static final long MEDIA_LIMIT = 256L << 20;

  private final World world;
  private final AccessTokens tokens;
  private final Assertions assertions;
  private final Narrowcasts narrowcasts;
  private final MenuBatches batches;
  private final Audiences audiences;
  private final CouponApi coupons;
  private final LiffApi liff;
  private final Timers timers;
  private final Webhooks webhooks;
  private final Sending sending;
  private final Gate gate;
  private final LineControl control;
  private final Optional<StateFile> stateFile;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<LineEmulator> beside = new CopyOnWriteArrayList<>();
  private final Loopback server;

  /**
   * Starts at once.
   *
   * @throws IllegalStateException if the port is taken
   */
  public LineEmulator(LineConfig config, InstantSource clock, RandomGenerator random) {
    Ids ids = new Ids(random, clock);
    Seals seals = new Seals(config.channelSecret());
    Faults<FaultRule> faults = new Faults<>(ids);
    // The world speaks through the webhooks and the webhooks look at the world.
    Webhooks[] later = new Webhooks[1];
    Blobs blobs = new Blobs(config.stateFile().map(LineEmulator::folderOfMedia), MEDIA_LIMIT);
    world = new World(config, clock, ids, seals, blobs, events -> later[0].enqueue(events));
    timers = new Timers("line", clock);
    webhooks = new Webhooks(world, faults, timers, config.botUserId(), config.history());
    later[0] = webhooks;
    tokens = new AccessTokens(clock, ids, config.channelAccessToken());
    assertions = new Assertions(clock, config.channelId());
    sending = new Sending(world, config.history().accepted());
    audiences = new Audiences(world, timers);
    narrowcasts = new Narrowcasts(world, sending, audiences, timers);
    batches = new MenuBatches(world, world.richMenus, timers);
    coupons = new CouponApi(world);
    liff = new LiffApi(world, config.channelId());
    gate =
        new Gate(
            world,
            tokens,
            faults,
            new Platform(
                    world,
                    new SendApi(world, sending, narrowcasts),
                    new AccountApi(world, webhooks, config),
                    new RichMenuApi(world.richMenus, batches),
                    new AudienceApi(world, audiences),
                    coupons,
                    liff,
                    new ModuleApi(world, config),
                    new TokenApi(tokens, assertions, config))
                ::answer,
            config.history());
    control =
        new LineControl(
            world, audiences, batches, gate, webhooks, sending, faults, assertions, config);
    config.stateFile().flatMap(StateFile::load).ifPresent(this::restore);
    for (LineUser user : config.users()) {
      if (world.user(user.userId()).isEmpty()) {
        world.restoreUser(user);
      }
    }
    stateFile = config.stateFile().map(file -> new StateFile(file, world::version, this::save));
    webhooks.start();
    server =
        new Loopback(
            "LINE",
            config.port(),
            controlService(),
            this::handle,
            () -> {
              stopWorking();
              stateFile.ifPresent(StateFile::close);
            });
  }

  /** Where the API answers; give it to an SDK as its end point. */
  public URI baseUri() {
    return server.uri();
  }

  public int port() {
    return server.port();
  }

  /**
   * Answers at this address for another channel as well, as LINE does for all of them: whose token
   * a request bears is who is asked.
   */
  public void answersFor(LineEmulator other) {
    beside.add(other);
  }

  /** The same as {@code /_sandbox}, without HTTP. */
  public LineControl control() {
    return control;
  }

  /** The control API, to be mounted on another port as well. */
  public HttpService controlService() {
    return new ControlApi(control);
  }

  private void handle(ServerRequest request, ServerResponse response) throws InterruptedException {
    Gate.Incoming incoming = read(request);
    switch (asked(incoming).pass(incoming)) {
      case Gate.Reaction.Respond(String requestId, Answer answer) -> {
        response.status(Status.create(answer.status()));
        response.header("x-line-request-id", requestId);
        answer.headers().forEach(response::header);
        if (incoming.tooLarge()) {
          response.header(HeaderValues.CONNECTION_CLOSE);
        }
        if (answer.media().isPresent()) {
          Answer.Media media = answer.media().get();
          response.header(HeaderNames.CONTENT_TYPE, media.type());
          response.send(media.bytes().copy());
        } else if (answer.body().isEmpty()) {
          response.send();
        } else {
          response.header(HeaderValues.CONTENT_TYPE_JSON);
          response.send(answer.body().getBytes(StandardCharsets.UTF_8));
        }
      }
      case Gate.Reaction.Hang(String requestId, Duration time) -> {
        var _ = closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        throw new CloseConnectionException("A fault let this request hang");
      }
      case Gate.Reaction.Reset(String requestId) ->
          throw new CloseConnectionException("A fault closed this connection");
    }
  }

  private Gate asked(Gate.Incoming incoming) {
    for (LineEmulator other : beside) {
      if (other.gate.knows(incoming)) {
        return other.gate;
      }
    }
    return gate;
  }

  private static Gate.Incoming read(ServerRequest request) {
    Map<String, String> headers = new HashMap<>();
    for (var header : request.headers()) {
      headers.put(header.name().toLowerCase(Locale.ROOT), header.get());
    }
    Bytes body = Bytes.NONE;
    int limit =
        Endpoint.find(request.prologue().method().text(), request.path().path())
            .map(match -> match.endpoint().bodyLimit())
            .orElse(Gate.BODY_LIMIT);
    boolean tooLarge = request.headers().contentLength().orElse(0) > limit;
    if (request.content().hasEntity() && !tooLarge) {
      try (InputStream in = request.content().inputStream()) {
        body = Bytes.of(in.readNBytes(limit + 1));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      tooLarge = body.length() > limit;
    }
    return new Gate.Incoming(
        request.prologue().method().text(),
        request.path().path(),
        request.query().rawValue(),
        headers,
        tooLarge ? Bytes.NONE : body,
        tooLarge);
  }

  private static Path folderOfMedia(Path stateFile) {
    return stateFile.resolveSibling(stateFile.getFileName() + ".media");
  }

  private void restore(StateFile.State state) {
    state.users().forEach(world::restoreUser);
    state.groups().forEach(world::restoreGroup);
    state.chats().forEach(chat -> world.chats.restore(chat.id(), chat.before(), chat.items()));
    world.webhookUrl(state.webhookUrl());
    tokens.restore(state.tokens());
    assertions.restore(state.keys());
    world.retryKeys.restore(state.retryKeys());
    world.replyTokens.restore(state.replyTokens());
    world.counts.restore(state.counts());
    narrowcasts.restore(state.narrowcasts());
    webhooks.restore(state.redeliveries());
    world.ids.resumeAfter(state.lastMessageId());
    StateFile.Parts parts = state.features();
    parts.part("contents", Contents.Saved.class).ifPresent(world.contents::restore);
    parts.part("richmenus", RichMenus.Saved.class).ifPresent(world.richMenus::restore);
    parts.part("batches", MenuBatches.Saved.class).ifPresent(batches::restore);
    parts.part("notifications", Notifications.Saved.class).ifPresent(world.notifications::restore);
    parts.part("insight", Insight.Saved.class).ifPresent(world.insight::restore);
    parts.part("memberships", Memberships.Saved.class).ifPresent(world.memberships::restore);
    parts.part("links", AccountLinks.Saved.class).ifPresent(world.accountLinks::restore);
    parts.part("modules", Modules.Saved.class).ifPresent(world.modules::restore);
    parts.part("audiences", Audiences.Saved.class).ifPresent(audiences::restore);
    parts.part("coupons", CouponApi.Saved.class).ifPresent(coupons::restore);
    parts.part("liff", LiffApi.Saved.class).ifPresent(liff::restore);
  }

  private StateFile.State save() {
    world.lock.lock();
    try {
      Instant now = world.clock.instant();
      List<StateFile.Chat> chats = new ArrayList<>();
      List<String> names = world.chats.names();
      for (String name : names.subList(0, Math.min(names.size(), CHATS_SAVED))) {
        var entries = world.chats.newest(name, ITEMS_SAVED_PER_CHAT);
        if (!entries.isEmpty()) {
          chats.add(
              new StateFile.Chat(
                  name,
                  entries.getFirst().number() - 1,
                  entries.stream().map(entry -> entry.value()).toList()));
        }
      }
      return new StateFile.State(
          StateFile.format(),
          world.users(),
          world.groups(),
          chats,
          world.webhookUrl(),
          tokens.issued(),
          assertions.keys(),
          world.retryKeys.newest(RETRY_KEYS_SAVED, now),
          world.replyTokens.alive(now, REPLY_TOKENS_SAVED),
          world.counts.save(),
          narrowcasts.saved(),
          webhooks.waitingForRedelivery(),
          parts(),
          world.ids.lastDecimal());
    } finally {
      world.lock.unlock();
    }
  }

  private StateFile.Parts parts() {
    Map<String, JsonNode> parts = new HashMap<>();
    parts.put("contents", Json.tree(world.contents.save()));
    parts.put("richmenus", Json.tree(world.richMenus.save()));
    parts.put("batches", Json.tree(batches.save()));
    parts.put("notifications", Json.tree(world.notifications.save()));
    parts.put("insight", Json.tree(world.insight.save()));
    parts.put("memberships", Json.tree(world.memberships.save()));
    parts.put("links", Json.tree(world.accountLinks.save()));
    parts.put("modules", Json.tree(world.modules.save()));
    parts.put("audiences", Json.tree(audiences.save()));
    parts.put("coupons", Json.tree(coupons.save()));
    parts.put("liff", Json.tree(liff.save()));
    return new StateFile.Parts(parts);
  }

  /** Stops answering and sending, and writes the state file a last time. */
  @Override
  public void close() {
    stopWorking();
    server.stop();
    stateFile.ifPresent(StateFile::close);
  }

  private void stopWorking() {
    closing.countDown();
    world.changes.close();
    world.chats.close();
    webhooks.close();
    timers.close();
  }
}

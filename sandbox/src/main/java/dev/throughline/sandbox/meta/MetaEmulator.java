package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Loopback;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.emulator.Timers;
import dev.throughline.sandbox.people.Network;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.sandbox.people.Phones;
import dev.throughline.sandbox.people.Written;
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
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Meta's Graph API on a port of the loopback address, webhooks out, and the control API under
 * {@code /_sandbox}. Everything that has a life (the window, limits, media, redeliveries) goes by
 * the clock that is passed in; waits for the network go by real time.
 */
public final class MetaEmulator implements Network, AutoCloseable {

  private final Timers timers;
  private final MetaWebhooks webhooks;
  private final GraphGate gate;
  private final MetaControl control;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Loopback server;

  /**
   * Starts at once.
   *
   * @param phones where messages are shown
   * @throws IllegalStateException if the port is taken
   */
  public MetaEmulator(
      MetaConfig config, Phones phones, InstantSource clock, RandomGenerator random) {
    Ids ids = new Ids(random, clock);
    Faults<Scripted<MetaFault>> faults = new Faults<>(ids);
    MetaControl.Dials dials = new MetaControl.Dials(config.settings());
    timers = new Timers("meta", clock);
    webhooks = new MetaWebhooks(config, dials::settings, clock, ids, timers, faults);
    Accounts accounts = new Accounts(config.accountId());
    Templates templates = new Templates(ids, config.templates());
    Media media = new Media(ids, clock);
    Limits limits = new Limits();
    Statuses statuses = new Statuses(config, clock, ids, timers, accounts, webhooks);
    Messages messages =
        new Messages(
            config,
            dials::settings,
            clock,
            ids,
            accounts,
            templates,
            media,
            limits,
            statuses,
            faults,
            phones);
    Inbound inbound =
        new Inbound(
            config, dials::settings, clock, accounts, media, limits, webhooks, messages::wamid);
    gate =
        new GraphGate(
            config,
            new Graph(
                config,
                messages,
                inbound,
                media,
                templates,
                new Profile(config),
                statuses,
                webhooks,
                this::baseUri),
            clock,
            ids,
            faults);
    control =
        new MetaControl(
            config, dials, accounts, templates, media, limits, messages, inbound, statuses,
            webhooks, gate, faults, phones, clock);
    server = new Loopback("Meta", config.port(), controlService(), this::handle, this::stopWorking);
  }

  /** Where the Graph API answers: {@code {base}/v25.0/…}. */
  public URI baseUri() {
    return server.uri();
  }

  /** The same as {@code /_sandbox}, without HTTP. */
  public MetaControl control() {
    return control;
  }

  /** The control API, to be mounted on another port as well. */
  public HttpService controlService() {
    return new MetaControlApi(control);
  }

  @Override
  public boolean carries(PhoneChannel channel) {
    return channel == PhoneChannel.WHATSAPP;
  }

  @Override
  public String bring(Written written) {
    if (!carries(written.channel())) {
      throw new IllegalArgumentException("WhatsApp carries no " + written.channel());
    }
    try {
      return control.write(written.from(), written.name(), written.text());
    } catch (ControlRefusal e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  @Override
  public void opened(PhoneChannel channel, String address) {
    if (carries(channel)) {
      control.opened(address);
    }
  }

  private void handle(ServerRequest request, ServerResponse response) throws InterruptedException {
    Bytes body = body(request);
    if (body.length() > Graph.BODY_LIMIT) {
      response.status(Status.REQUEST_ENTITY_TOO_LARGE_413).header(HeaderValues.CONNECTION_CLOSE);
      response.send(
          Json.bytes(GraphError.parameter("The request is too large.").answer("Atoolarge")));
      return;
    }
    Map<String, String> query = new HashMap<>();
    for (String name : request.query().names()) {
      query.put(name, request.query().get(name));
    }
    Graph.Call call =
        new Graph.Call(
            request.prologue().method().text(),
            request.path().path(),
            query,
            request.headers().first(HeaderNames.CONTENT_TYPE).orElse(""),
            body);
    switch (gate.pass(call, request.headers().first(HeaderNames.AUTHORIZATION).orElse(""))) {
      case GraphGate.Reaction.Respond(int status, String type, Bytes answer) ->
          response
              .status(Status.create(status))
              .header(HeaderNames.CONTENT_TYPE, type)
              .send(answer.copy());
      case GraphGate.Reaction.Hang(Duration time) -> {
        var _ = closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        throw new CloseConnectionException("A fault let this request hang");
      }
      case GraphGate.Reaction.Reset() ->
          throw new CloseConnectionException("A fault closed this connection");
    }
  }

  private static Bytes body(ServerRequest request) {
    if (!request.content().hasEntity()) {
      return Bytes.NONE;
    }
    try (InputStream in = request.content().inputStream()) {
      return Bytes.of(in.readNBytes(Graph.BODY_LIMIT + 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops answering and sending. */
  @Override
  public void close() {
    stopWorking();
    server.stop();
  }

  private void stopWorking() {
    closing.countDown();
    webhooks.close();
    timers.close();
  }
}

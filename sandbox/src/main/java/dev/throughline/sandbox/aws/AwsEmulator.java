package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Loopback;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * AWS on a port of the loopback address: give {@link #baseUri} to the SDK's clients as their end
 * point. The control API is under {@code /_sandbox}. Everything that has a life goes by the clock
 * that is passed in; signatures and waits for the network go by real time.
 */
public final class AwsEmulator implements Network, AutoCloseable {

  private final Timers timers;
  private final Courier courier;
  private final SocialMedia media;
  private final SnsPages pages;
  private final Gate gate;
  private final AwsControl control;
  private final SmsInbound smsInbound;
  private final SocialInbound socialInbound;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Loopback server;
  private final AwsConfig config;

  /**
   * Starts at once.
   *
   * @throws IllegalStateException if the port is taken
   */
  public AwsEmulator(AwsConfig config, Phones phones, InstantSource clock, RandomGenerator random) {
    this.config = config;
    Ids ids = new Ids(random, clock);
    timers = new Timers("aws", clock);
    Account account = new Account(config, clock, ids, timers, phones);
    NoticeSigner signer = new NoticeSigner(config.region());
    Queues queues = new Queues(account);
    courier = new Courier(account, signer, queues);
    Topics topics = new Topics(account, courier, () -> publicBase().toString());
    pages = new SnsPages(account, topics, signer);

    SmsState sms = new SmsState(account);
    SmsSending smsSending = new SmsSending(account, sms, new SmsEvents(account, sms, topics));
    SmsApi smsApi = new SmsApi(account, sms, smsSending, topics);
    smsInbound = new SmsInbound(account, sms, smsSending, topics);

    SesState ses = new SesState(account);
    SesEvents sesEvents = new SesEvents(account, ses, topics);
    SesSending sesSending = new SesSending(account, ses, new SesOutcomes(account, ses, sesEvents));
    SesApi sesApi = new SesApi(account, ses, sesSending, topics);

    Buckets buckets = new Buckets();
    S3Api s3Api = new S3Api(buckets);
    SocialState social = new SocialState(account);
    SocialEvents socialEvents = new SocialEvents(account, social, topics);
    SocialSending socialSending = new SocialSending(account, social, socialEvents);
    media = new SocialMedia(account, social, buckets);
    SocialApi socialApi = new SocialApi(account, social, socialSending, media, topics);
    socialInbound = new SocialInbound(account, social, socialEvents);

    SqsApi sqsApi = new SqsApi(account, queues, () -> baseUri().toString());
    gate =
        new Gate(
            account,
            new Signatures(config, InstantSource.system()),
            call ->
                switch (call.operation().service()) {
                  case SES -> sesApi.answer(call);
                  case SMS -> smsApi.answer(call);
                  case SOCIAL -> socialApi.answer(call);
                  case SQS -> sqsApi.answer(call);
                  case S3 -> s3Api.answer(call);
                });
    control =
        new AwsControl(
            account,
            gate,
            topics,
            courier,
            signer,
            new AwsControl.Services(
                sms,
                smsSending,
                smsInbound,
                ses,
                sesEvents,
                social,
                socialSending,
                socialInbound,
                media,
                buckets));
    server = new Loopback("AWS", config.port(), controlService(), this::handle, this::stopWorking);
  }

  /** Where the services answer. */
  public URI baseUri() {
    return server.uri();
  }

  private URI publicBase() {
    return config.publicBase().orElseGet(this::baseUri);
  }

  public String region() {
    return config.region();
  }

  /** The account's first number for text messages. */
  public String number() {
    return config.texting().numbers().getFirst().number();
  }

  /** The account's first number on WhatsApp. */
  public AwsConfig.WhatsAppNumber whatsAppNumber() {
    return config.whatsAppAccounts().getFirst().numbers().getFirst();
  }

  public int port() {
    return server.port();
  }

  /** The same as {@code /_sandbox}, without HTTP. */
  public AwsControl control() {
    return control;
  }

  /** The control API, to be mounted on another port as well. */
  public HttpService controlService() {
    return new ControlApi(control);
  }

  /** The certificate that vouches for the signatures of notifications, as PEM. */
  public String certificateAuthority() {
    return control.certificateAuthority();
  }

  @Override
  public boolean carries(PhoneChannel channel) {
    return switch (channel) {
      case SMS -> !config.texting().numbers().isEmpty();
      case WHATSAPP -> !config.whatsAppAccounts().isEmpty();
      case LINE, EMAIL -> false;
    };
  }

  @Override
  public String bring(Written written) {
    return switch (written.channel()) {
      case SMS -> smsInbound.bring(written.from(), written.to(), written.text());
      case WHATSAPP ->
          socialInbound.bring(written.from(), written.name(), written.to(), written.text());
      case LINE, EMAIL ->
          throw new IllegalArgumentException("AWS does not carry " + written.channel() + ".");
    };
  }

  private void handle(ServerRequest request, ServerResponse response) throws InterruptedException {
    Incoming incoming = read(request);
    Optional<SnsPages.Page> page = pages.page(incoming);
    if (page.isPresent()) {
      response.status(Status.create(page.get().status()));
      response.header(HeaderNames.CONTENT_TYPE, page.get().contentType());
      response.send(page.get().body().getBytes(StandardCharsets.UTF_8));
      return;
    }
    switch (gate.pass(incoming)) {
      case Gate.Reaction.Respond(String requestId, String type, Reply reply) -> {
        response.status(Status.create(reply.status()));
        response.header("x-amzn-requestid", requestId);
        reply.headers().forEach(response::header);
        if (incoming.tooLarge()) {
          response.header(HeaderValues.CONNECTION_CLOSE);
        }
        response.header(HeaderNames.CONTENT_TYPE, type);
        response.send(reply.body().copy());
      }
      case Gate.Reaction.Hang(Duration time) -> {
        var _ = closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        throw new CloseConnectionException("A fault let this request hang");
      }
      case Gate.Reaction.Reset() ->
          throw new CloseConnectionException("A fault closed this connection");
    }
  }

  private static Incoming read(ServerRequest request) {
    Map<String, String> headers = new HashMap<>();
    for (var header : request.headers()) {
      headers.put(header.name().toLowerCase(Locale.ROOT), String.join(",", header.allValues()));
    }
    String method = request.prologue().method().text();
    String path = request.path().rawPath();
    Incoming head =
        new Incoming(method, path, request.query().rawValue(), headers, Bytes.NONE, true);
    int limit =
        Operation.find(head)
            .map(match -> match.operation().bodyLimit())
            .orElse(Operation.SEND_TEXT_MESSAGE.bodyLimit());
    Bytes body = Bytes.NONE;
    boolean tooLarge = request.headers().contentLength().orElse(0) > limit;
    if (request.content().hasEntity() && !tooLarge) {
      try (InputStream in = request.content().inputStream()) {
        body = Bytes.of(in.readNBytes(limit + 1));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      tooLarge = body.length() > limit;
    }
    return new Incoming(
        method, path, head.rawQuery(), headers, tooLarge ? Bytes.NONE : body, tooLarge);
  }

  /** Stops answering and sending. */
  @Override
  public void close() {
    stopWorking();
    server.stop();
  }

  private void stopWorking() {
    closing.countDown();
    timers.close();
    courier.close();
    media.close();
    control.close();
  }
}

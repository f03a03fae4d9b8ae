package dev.throughline.inbound;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.Authenticity;
import dev.throughline.channel.Inlet;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Owners;
import dev.throughline.http.Headers;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.LogUnavailableException;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import dev.throughline.store.DatabaseException;
import dev.throughline.vault.Owner;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * {@code POST /hooks/{channel}/{app_id}} and {@code /hooks/{channel}/{app_id}/{ordinal}}, with the
 * channel's name in lower case: one URL a channel account. Answers 200 when the body is durable,
 * sealed and ledgered, 401 for a signature that is not the provider's, 404 for an account that is
 * not ours, 503 when nothing could be kept: the provider may send it again.
 */
public final class Receiver {
  private static final String DEFAULT = "/hooks/{channel}/{app}";
  private static final String ONE_OF_SEVERAL = DEFAULT + "/{ordinal}";

  /** LINE gives a webhook 2 s in all, and comes again after a 503. */
  private static final Duration PATIENCE = Duration.ofMillis(1_500);

  private static final Response KEPT = Response.empty(200);
  private static final Response REFUSED =
      error(401, "signature", "The signature is missing or wrong.");
  private static final Response UNKNOWN = error(404, "account", "No such channel account.");
  private static final Response ROUND =
      error(508, "loop", "This account passes its webhooks on to itself.");
  private static final Response LATER =
      error(503, "unavailable", "Nothing was kept; send it again.").with("retry-after", "1");

  private final Log log;
  private final Drafts drafts;
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;
  private final Map<String, ChannelName> channelsByPath;
  private final Function<Account, Optional<Channel.Credentials>> credentials;
  private final RefusedWebhooks refused;

  public Receiver(
      Log log,
      Drafts drafts,
      Directory directory,
      Map<ChannelName, Channel> channels,
      Function<Account, Optional<Channel.Credentials>> credentials,
      RefusedWebhooks refused) {
    this.log = log;
    this.drafts = drafts;
    this.directory = directory;
    this.channels = Map.copyOf(channels);
    this.channelsByPath =
        channels.keySet().stream()
            .collect(Collectors.toMap(name -> name.value().toLowerCase(Locale.ROOT), name -> name));
    this.credentials = credentials;
    this.refused = refused;
  }

  public List<Route> routes() {
    return List.of(
        Route.post(DEFAULT, request -> received(request, Optional.empty())).rawBody(),
        Route.post(ONE_OF_SEVERAL, request -> received(request, ordinal(request))).rawBody(),
        Route.get(DEFAULT, request -> handshake(request, Optional.empty())),
        Route.get(ONE_OF_SEVERAL, request -> handshake(request, ordinal(request))));
  }

  /** Where what came in for an account without a webhook is kept. */
  Inlet.Keep keep(Account account) {
    return new Inlet.Keep() {
      @Override
      public boolean keep(Bytes body, int secretVersion) {
        Channel channel = channels.get(account.channel());
        return channel != null
            && Receiver.this.keep(account, channel, secretVersion, body).status() == 200;
      }

      @Override
      public void refused(Authenticity.Cause cause) {
        refused.count(account.id(), cause);
      }
    };
  }

  private Response received(Request request, Optional<Integer> ordinal) {
    return account(request, ordinal).map(account -> receive(account, request)).orElse(UNKNOWN);
  }

  private Response handshake(Request request, Optional<Integer> ordinal) {
    return account(request, ordinal)
        .flatMap(account -> handshake(account, request))
        .map(answer -> Response.of(200, "text/plain; charset=utf-8", answer))
        .orElse(UNKNOWN);
  }

  private Optional<Bytes> handshake(Account account, Request request) {
    Channel channel = channels.get(account.channel());
    return channel == null
        ? Optional.empty()
        : credentials.apply(account).flatMap(own -> channel.handshake(request::query, own));
  }

  private Optional<Account> account(Request request, Optional<Integer> ordinal) {
    return Optional.ofNullable(channelsByPath.get(request.param("channel")))
        .flatMap(channel ->
            Ulids.parse(request.param("app"))
                .flatMap(app -> directory.account(new AppId(app), channel, ordinal)));
  }

  private Response receive(Account account, Request request) {
    Channel channel = channels.get(account.channel());
    Optional<Channel.Credentials> secret = credentials.apply(account);
    if (channel == null || secret.isEmpty()) {
      return UNKNOWN;
    }
    if (request.headers().all(TeeHandler.HEADER).contains(account.id().toString())) {
      return ROUND;
    }
    Authenticity verdict =
        channel.authentic(new Webhook(request.headers(), request.body()), secret.get());
    return switch (verdict) {
      case Authenticity.Refused(Authenticity.Cause cause) -> {
        refused.count(account.id(), cause);
        yield REFUSED;
      }
      case Authenticity.Undecided() -> LATER;
      case Authenticity.Authentic(int version) -> keep(account, channel, version, request.body());
    };
  }

  private Response keep(Account account, Channel channel, int secretVersion, Bytes body) {
    try {
      return append(account, channel, secretVersion, body);
    } catch (LogUnavailableException | DatabaseException away) {
      return LATER;
    }
  }

  private Response append(Account account, Channel channel, int secretVersion, Bytes body) {
    Owner.Account ours = new Owner.Account(account.id());
    Drafts.Builder draft =
        drafts
            .draft(Kind.WEBHOOK, new Subject.Account(account.id().toString()))
            .verdict(secretVersion);
    for (Channel.OwnedRun run : channel.split(body)) {
      draft.part(
          run.owner()
              .<Owner>map(owner -> Owners.person(account.project(), account.app(), owner))
              .orElse(ours),
          body.slice(run.from(), run.to()));
    }
    log.append(draft.build(), PATIENCE);
    return KEPT;
  }

  /** A number that no account has where the path names none. */
  private static Optional<Integer> ordinal(Request request) {
    String text = request.param("ordinal");
    return Optional.of(text.matches("0|[1-9][0-9]{0,2}") ? Integer.parseInt(text) : -1);
  }

  private static Response error(int status, String code, String sentence) {
    return Response.json(
        status, Bytes.utf8("{\"code\":\"" + code + "\",\"message\":\"" + sentence + "\"}"));
  }

  private record Webhook(Headers headers, Bytes body) implements Channel.WebhookRequest {
    @Override
    public List<String> header(String name) {
      return headers.all(name);
    }
  }
}

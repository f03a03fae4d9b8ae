package dev.throughline.inbound;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.supplyAsync;

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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
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

  /** For what has to wait: keys that are not at hand, a provider's certificate. */
  private static final Executor ELSEWHERE = task -> Thread.ofVirtual().start(task);

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
        Route.promptPost(DEFAULT, request -> received(request, Optional.empty())).rawBody(),
        Route.promptPost(ONE_OF_SEVERAL, request -> received(request, ordinal(request))).rawBody(),
        Route.get(DEFAULT, request -> handshake(request, Optional.empty())),
        Route.get(ONE_OF_SEVERAL, request -> handshake(request, ordinal(request))));
  }

  /** Where what came in for an account without a webhook is kept. */
  Inlet.Keep keep(Account account) {
    return new Inlet.Keep() {
      @Override
      public boolean keep(Bytes body, int secretVersion) {
        Channel channel = channels.get(account.channel());
        return channel != null && wasKept(draft(account, channel, secretVersion, body));
      }

      @Override
      public void refused(Authenticity.Cause cause) {
        refused.count(account.id(), cause);
      }
    };
  }

  /** Where nobody else is to be asked, nothing of it waits. */
  private CompletableFuture<Response> received(Request request, Optional<Integer> ordinal) {
    Account account = account(request, ordinal).orElse(null);
    Channel channel = account == null ? null : channels.get(account.channel());
    Channel.Credentials secret = account == null ? null : credentials.apply(account).orElse(null);
    if (account == null || channel == null || secret == null) {
      return completedFuture(UNKNOWN);
    }
    if (request.headers().all(TeeHandler.HEADER).contains(account.id().toString())) {
      return completedFuture(ROUND);
    }
    Webhook webhook = new Webhook(request.headers(), request.body());
    return channel.isCheckedAlone(secret)
        ? receive(account, channel, webhook, channel.authentic(webhook, secret))
        : supplyAsync(() -> channel.authentic(webhook, secret), ELSEWHERE)
            .thenCompose(verdict -> receive(account, channel, webhook, verdict));
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

  private CompletableFuture<Response> receive(
      Account account, Channel channel, Webhook webhook, Authenticity verdict) {
    return switch (verdict) {
      case Authenticity.Refused(Authenticity.Cause cause) -> {
        refused.count(account.id(), cause);
        yield completedFuture(REFUSED);
      }
      case Authenticity.Undecided() -> completedFuture(LATER);
      case Authenticity.Authentic(int version) ->
          keep(draft(account, channel, version, webhook.body()));
    };
  }

  private CompletableFuture<Response> keep(Drafts.Builder parts) {
    return parts
        .buildAtOnce()
        .map(CompletableFuture::completedFuture)
        .orElseGet(() -> supplyAsync(parts::build, ELSEWHERE))
        .thenCompose(draft -> log.submit(draft, PATIENCE))
        .handle((_, failure) -> {
          if (failure == null) {
            return KEPT;
          }
          Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
          if (cause instanceof LogUnavailableException || cause instanceof DatabaseException) {
            return LATER;
          }
          throw new CompletionException(cause);
        });
  }

  private boolean wasKept(Drafts.Builder parts) {
    try {
      log.append(parts.build(), PATIENCE);
      return true;
    } catch (LogUnavailableException | DatabaseException away) {
      return false;
    }
  }

  private Drafts.Builder draft(Account account, Channel channel, int secretVersion, Bytes body) {
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
    return draft;
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

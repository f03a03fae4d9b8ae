package dev.throughline.media;

import dev.throughline.channel.Channel;
import dev.throughline.channel.MediaSource;
import dev.throughline.channel.MediaSource.Fetched;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Owners;
import dev.throughline.http.TargetPolicy;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.media.FetchOutcome.Result;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what people sent, with the token of the account that received it. At least once, so only
 * the outcome is an entry: a file that is fetched again replaces the first.
 */
public final class FetchHandler implements TaskHandler {
  static final String KIND = "fetch";

  private static final Logger LOG = LoggerFactory.getLogger(FetchHandler.class);

  /** Half a gigabyte at 30 Mbit/s takes two minutes. */
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  /** Each holds two buffers of 64 KiB. */
  private static final int CONCURRENCY = 64;

  private final Log log;
  private final Drafts drafts;
  private final Directory directory;
  private final Map<ChannelName, MediaSource> sources;
  private final Function<Account, Optional<Channel.Credentials>> credentials;
  private final MediaLibrary library;
  private final WebFiles web;
  private final TargetPolicy policy;

  /**
   * @param policy where files may be that a channel only knows the address of
   */
  public FetchHandler(
      Log log,
      Drafts drafts,
      Directory directory,
      Map<ChannelName, MediaSource> sources,
      Function<Account, Optional<Channel.Credentials>> credentials,
      MediaLibrary library,
      WebFiles web,
      TargetPolicy policy) {
    this.log = log;
    this.drafts = drafts;
    this.directory = directory;
    this.sources = Map.copyOf(sources);
    this.credentials = credentials;
    this.library = library;
    this.web = web;
    this.policy = policy;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  @Override
  public void run(Task task, Bytes bytes) throws InterruptedException {
    FetchBody body = FetchBody.of(bytes);
    FetchOutcome outcome = fetch(body);
    log.appendSurely(
        drafts
            .draft(Kind.OUTCOME, new Subject.Account(body.account().toString()))
            .cause(body.media())
            .part(
                Owners.person(body.project(), body.app(), body.sender()),
                Json.bytes(outcome.toJson(task)))
            .build());
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    new Outcomes(log, drafts).append(FetchOutcome.plain(Result.UNWANTED, "erased").toJson(task));
  }

  private FetchOutcome fetch(FetchBody body) {
    if (!library.isWaiting(body.media())) {
      return FetchOutcome.plain(Result.UNWANTED, "");
    }
    try (Download download = library.download(body.media(), body.objectKey())) {
      Fetched fetched = fetch(body, download);
      return switch (fetched) {
        case Fetched.Whole() -> download.finish();
        case Fetched.NotYet() -> FetchOutcome.plain(Result.NOT_YET, "");
        case Fetched.Gone(String why) -> FetchOutcome.plain(Result.GONE, why);
        case Fetched.Refused(String why) -> FetchOutcome.plain(Result.REFUSED, why);
        case Fetched.NotSetUp(String reason) -> FetchOutcome.plain(Result.NOT_SET_UP, reason);
        case Fetched.Stopped() -> FetchOutcome.plain(Result.TOO_LARGE, "");
        case Fetched.Unavailable(Optional<Duration> retryAfter, String why) ->
            FetchOutcome.unavailable(retryAfter, why);
      };
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("a file cannot be stored: {}", e.getMessage());
      return FetchOutcome.unavailable(Optional.empty(), "the file could not be stored");
    }
  }

  private Fetched fetch(FetchBody body, Download download) {
    if (body.attachment().bytes().isPresent()) {
      return download.takesWhole(body.attachment().bytes().get())
          ? new Fetched.Whole()
          : new Fetched.Stopped();
    }
    return body.attachment().externalUrl().isPresent()
        ? web.fetch(body.attachment().externalUrl().get(), policy, download, DEADLINE)
        : fromChannel(body, download);
  }

  private Fetched fromChannel(FetchBody body, Download download) {
    MediaSource source = sources.get(body.sender().channel());
    Optional<Account> account = directory.account(body.account());
    Optional<Channel.Credentials> secret = account.flatMap(credentials);
    if (source == null || secret.isEmpty()) {
      return new Fetched.Refused("the account has no usable credential");
    }
    return source.fetch(
        body.attachment().fileId().orElse(body.platformId()), secret.get(), download, DEADLINE);
  }
}

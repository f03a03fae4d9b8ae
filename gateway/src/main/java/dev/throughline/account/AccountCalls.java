package dev.throughline.account;

import dev.throughline.channel.Channel;
import dev.throughline.channel.line.LineCredentials;
import dev.throughline.channel.line.account.LineAccount;
import dev.throughline.channel.line.account.LineAccountClient;
import dev.throughline.channel.line.account.LineCall;
import dev.throughline.channel.line.account.LineReply;
import dev.throughline.channel.line.account.Operation;
import dev.throughline.conversation.App.Account;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Calls LINE for an account, and records what was changed by it. */
public final class AccountCalls {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** For images and lists of people. */
  private static final Duration LARGE_DEADLINE = Duration.ofSeconds(30);

  /** How long a caller waits for LINE's limit; beyond it, they are told when to come back. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final LineAccountClient client;
  private final Function<Account, Optional<Channel.Credentials>> credentials;
  private final Log log;
  private final Drafts drafts;

  public AccountCalls(
      LineAccountClient client,
      Function<Account, Optional<Channel.Credentials>> credentials,
      Log log,
      Drafts drafts) {
    this.client = client;
    this.credentials = credentials;
    this.log = log;
    this.drafts = drafts;
  }

  /** What LINE needs to know us as this account; empty if its credentials cannot be used. */
  public Optional<LineAccount> of(Account account) {
    return credentials
        .apply(account)
        .filter(LineCredentials.class::isInstance)
        .map(secret ->
            new LineAccount(
                account.platformId().orElseGet(() -> account.id().toString()),
                (LineCredentials) secret));
  }

  /**
   * Calls, and appends what came of it before it answers.
   *
   * @throws dev.throughline.log.LogUnavailableException if the call was made and cannot be recorded
   */
  public LineReply perform(Account account, LineAccount known, LineCall call)
      throws InterruptedException {
    LineReply reply = look(known, call);
    boolean called =
        !(reply instanceof LineReply.Limited || reply instanceof LineReply.Unreachable);
    if (called && call.operation().effect() == Operation.Effect.CHANGE) {
      log.append(CallRecord.draft(drafts, account, call, reply));
    }
    return reply;
  }

  /** Calls without a record: for what changes nothing, and for work that records it itself. */
  LineReply look(LineAccount known, LineCall call) throws InterruptedException {
    return client.call(known, call, deadline(call), PATIENCE);
  }

  private static Duration deadline(LineCall call) {
    return call.operation().host() == Operation.Host.DATA ? LARGE_DEADLINE : DEADLINE;
  }
}

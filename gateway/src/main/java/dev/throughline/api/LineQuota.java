package dev.throughline.api;

import dev.throughline.account.AccountCalls;
import dev.throughline.channel.line.account.LineAccount;
import dev.throughline.channel.line.account.LineCall;
import dev.throughline.channel.line.account.LineReply;
import dev.throughline.channel.line.account.Operation;
import dev.throughline.channel.line.account.Operations;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.message.ChannelName;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** How many messages an app's LINE account may still send this month, as LINE tells. */
final class LineQuota {
  private final AccountCalls calls;

  LineQuota(AccountCalls calls) {
    this.calls = calls;
  }

  /** Asks LINE, ten seconds a call at most; what LINE does not answer is said to be unknown. */
  ObjectNode of(App app, long messages) throws InterruptedException {
    Optional<Account> account = app.account(ChannelName.LINE);
    Optional<LineAccount> known = account.flatMap(calls::of);
    if (account.isEmpty() || known.isEmpty()) {
      return unknown("The app has no LINE account whose credentials can be used.");
    }
    LineReply limit = ask(account.get(), known.get(), Operations.QUOTA);
    if (!(limit instanceof LineReply.Done told)) {
      return unknown("LINE did not tell: " + limit + ".");
    }
    ObjectNode shown = Json.object();
    if (!told.json().path("type").asString("").equals("limited")) {
      return shown.put("type", "UNLIMITED");
    }
    LineReply used = ask(account.get(), known.get(), Operations.QUOTA_CONSUMPTION);
    if (!(used instanceof LineReply.Done counted)) {
      return unknown("LINE did not tell: " + used + ".");
    }
    long remaining =
        Math.max(
            0, told.json().path("value").asLong() - counted.json().path("totalUsage").asLong());
    return shown
        .put("type", "LIMITED")
        .put("limit", told.json().path("value").asLong())
        .put("remaining", remaining)
        .put("sufficient", messages <= remaining);
  }

  private LineReply ask(Account account, LineAccount known, Operation operation)
      throws InterruptedException {
    return calls.perform(account, known, LineCall.of(operation));
  }

  private static ObjectNode unknown(String why) {
    return Json.object().put("type", "UNKNOWN").put("reason", why);
  }
}

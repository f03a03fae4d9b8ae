package dev.throughline.api;

import dev.throughline.account.AccountOperations;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.MadeMessages;
import dev.throughline.http.Route;
import dev.throughline.outbound.broadcast.Broadcasting;
import java.util.List;

/** The routes of broadcasts. */
public final class BroadcastSurface {
  private BroadcastSurface() {}

  public static List<Route> routes(
      Api.Ground ground,
      Freshness freshness,
      AccessKeys keys,
      Directory directory,
      TargetCheck targets,
      EntryReceipts receipts,
      AccountOperations accounts,
      Broadcasting broadcasts) {
    Guard guard = new Guard(keys, new Tokens(ground.vault(), ground.clock()), ground.rates());
    return new BroadcastRoutes(
            broadcasts.desk(),
            new BroadcastForm(directory, targets),
            new BroadcastView(
                broadcasts.desk(), new MadeMessages(ground.database(), ground.vault())),
            new PreflightView(
                broadcasts.desk(),
                broadcasts.forms(),
                new LineQuota(accounts.calls()),
                ground.clock()),
            directory,
            new Paging(ground.vault()),
            freshness,
            new IdempotencyKeys(ground.vault()),
            receipts)
        .routes(guard);
  }
}

package dev.throughline.api;

import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.Bytes;
import java.util.List;

/** What anybody may see of the ledger. */
final class LedgerRoutes {
  private final Receipts receipts;

  LedgerRoutes(Receipts receipts) {
    this.receipts = receipts;
  }

  List<Route> routes() {
    return List.of(Route.get("/ledger/checkpoint", Guard.open(this::checkpoint)));
  }

  private Response checkpoint(Request request) {
    String note =
        receipts
            .checkpoint()
            .orElseThrow(
                () -> Refusal.unavailable("There is no checkpoint yet; try again shortly."));
    return Response.of(200, "text/plain; charset=utf-8", Bytes.utf8(note))
        .with("Cache-Control", "no-cache");
  }
}

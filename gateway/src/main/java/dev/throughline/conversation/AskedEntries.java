package dev.throughline.conversation;

import dev.throughline.contract.ConsentRequests;
import dev.throughline.contract.EventRequests;
import dev.throughline.contract.ReachRequests;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.ledger.Kind;
import dev.throughline.message.AppRequest;
import dev.throughline.message.Bytes;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The kinds of entries that keep what a client asked of an app, and how each is read. */
public final class AskedEntries {
  public static final Kind EVENT = new Kind("event");
  public static final Kind REACH = new Kind("reach");
  public static final Kind CONSENT = new Kind("consent");

  private static final Map<Kind, Function<Bytes, AppRequest>> READERS =
      Map.of(
          EVENT, EventRequests::read,
          REACH, ReachRequests::read,
          CONSENT, ConsentRequests::read);

  private AskedEntries() {}

  static boolean isOne(Kind kind) {
    return READERS.containsKey(kind);
  }

  /** Empty if another version wrote it, and this one does not understand it. */
  static Optional<AppRequest> read(Kind kind, Bytes body) {
    Function<Bytes, AppRequest> reader = READERS.get(kind);
    try {
      return reader == null ? Optional.empty() : Optional.of(reader.apply(body));
    } catch (WrongFieldException other) {
      return Optional.empty();
    }
  }
}

package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.InboundEvent;
import dev.throughline.store.DatabaseException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When people last wrote to accounts of channels that let us answer freely for a while only. */
final class Heard {
  private static final String KEEP =
      """
      insert into heard (account, identity, at) values (?, ?, ?)
      on conflict (account, identity) do update set at = greatest(heard.at, excluded.at)
      """;

  private static final String LAST = "select at from heard where account = ? and identity = ?";

  private static final int ULID_RANDOM_IN_HIGH = 16;

  private final FoldState state;
  private final FoldPeople people;
  private final Map<Place, Instant> fresh = new HashMap<>();

  Heard(FoldState state, FoldPeople people) {
    this.state = state;
    this.people = people;
  }

  private record Place(AccountId account, Ulid identity) {}

  /** Whatever a person does counts: too much is harmless, since the channel has the last word. */
  void from(Item.Event item, Party party) {
    switch (item.event()) {
      case InboundEvent.Receipt _,
          InboundEvent.Delivered _,
          InboundEvent.Subscription _,
          InboundEvent.PiecesOverdue _,
          InboundEvent.AccountNews _,
          InboundEvent.Complained _,
          InboundEvent.Unsubscribed _,
          InboundEvent.Unfollowed _ -> {}
      case InboundEvent.Message _,
          InboundEvent.Piece _,
          InboundEvent.StickerSent _,
          InboundEvent.Edited _,
          InboundEvent.Chosen _,
          InboundEvent.Reacted _,
          InboundEvent.Followed _,
          InboundEvent.Unsent _,
          InboundEvent.Unknown _ ->
          keep(new Place(item.account().id(), people.identityOf(party).id()), time(item));
    }
  }

  private Instant time(Item.Event item) {
    return item.occurredAt().isAfter(state.at) ? state.at : item.occurredAt();
  }

  private void keep(Place place, Instant at) {
    @Nullable Instant before = fresh.get(place);
    if (before != null && !before.isBefore(at)) {
      return;
    }
    fresh.put(place, at);
    state.writes.add(c -> {
      try (PreparedStatement s = c.prepareStatement(KEEP)) {
        s.setObject(1, place.account().value().toUuid());
        s.setObject(2, place.identity().toUuid());
        s.setTimestamp(3, Timestamp.from(at));
        return s.executeUpdate();
      }
    });
  }

  Duration silence(Party party, AccountId account) {
    Place place = new Place(account, people.identityOf(party).id());
    try {
      Duration kept = silence(state.transaction, account, Optional.of(place.identity()), state.at);
      @Nullable Instant now = fresh.get(place);
      Duration since = now == null ? kept : between(now, state.at);
      return since.compareTo(kept) < 0 ? since : kept;
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    }
  }

  /**
   * For how long somebody has not written, as far as is kept; never longer than there has been the
   * account.
   *
   * @param identity empty of somebody who is not known
   */
  static Duration silence(
      Connection connection, AccountId account, Optional<Ulid> identity, Instant now)
      throws SQLException {
    Instant last = Instant.ofEpochMilli(account.value().high() >>> ULID_RANDOM_IN_HIGH);
    if (identity.isPresent()) {
      try (PreparedStatement s = connection.prepareStatement(LAST)) {
        s.setObject(1, account.value().toUuid());
        s.setObject(2, identity.get().toUuid());
        try (ResultSet row = s.executeQuery()) {
          if (row.next()) {
            Instant kept = row.getObject(1, OffsetDateTime.class).toInstant();
            last = kept.isAfter(last) ? kept : last;
          }
        }
      }
    }
    return between(last, now);
  }

  private static Duration between(Instant last, Instant now) {
    return last.isAfter(now) ? Duration.ZERO : Duration.between(last, now);
  }
}

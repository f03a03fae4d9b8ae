package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Effects.ReplyToken;
import dev.throughline.conversation.Rows.FreeReply;
import dev.throughline.conversation.Rows.MessageRow;
import dev.throughline.conversation.Rows.ReplyRow;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.InboundEvent;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Reply tokens: kept as they come in, given out once, the newest first. */
final class FoldReplies {
  /** Reply tokens are of no use long before; see the LINE specification on reply tokens. */
  private static final Duration KEPT = Duration.ofMinutes(30);

  private final FoldState state;
  private final FreshTokens tokens;

  FoldReplies(FoldState state, FreshTokens tokens) {
    this.state = state;
    this.tokens = tokens;
  }

  void keep(Item.Event item, InboundEvent event, Party party) {
    InboundEvent.Head head = event.head();
    if (!head.standby() && head.replyToken().isPresent()) {
      state.newReplies.add(
          new ReplyRow(
              state.index,
              item.position(),
              party.contact(),
              item.account().id(),
              state.at,
              state.vault.seal(
                  party.key(),
                  Bytes.utf8(head.replyToken().get()).array(),
                  replyAssociated(state.index, item.position()))));
    }
  }

  Optional<ReplyToken> take(Party party, AccountId account, Duration age) {
    Instant after = state.at.minus(age);
    Optional<ReplyToken> fresh = takeFresh(party, account, after);
    boolean mayHave =
        tokens.mayHave(
            party.contact().value(), party.conversation().map(ConversationId::value), after);
    if (fresh.isPresent() || !mayHave) {
      return fresh;
    }
    try {
      Optional<FreeReply> free =
          ConverseStore.freeReply(
              state.transaction, party.contact(), party.conversation(), account, after);
      if (free.isEmpty()) {
        return Optional.empty();
      }
      ConverseStore.take(state.transaction, free.get());
      return token(free.get()).map(token -> new ReplyToken(token, free.get().received()));
    } catch (SQLException e) {
      throw dev.throughline.store.DatabaseException.of(e);
    }
  }

  /** A token that came in within this very batch is not in the tables yet. */
  private Optional<ReplyToken> takeFresh(Party party, AccountId account, Instant after) {
    for (int i = state.newMessages.size() - 1; i >= 0; i--) {
      MessageRow row = state.newMessages.get(i);
      if (row.hasReply()
          && row.account().equals(Optional.of(account))
          && row.contact().equals(party.contact())
          && row.acceptTime().isAfter(after)) {
        Optional<String> token =
            state
                .vault
                .open(row.sealed(), Rows.associated("message", row.id().value()))
                .flatMap(json -> Json.string(Json.object(json), "reply_token"));
        state.writes.add(c -> ConverseStore.takeOfMessage(c, row.id()));
        state.newMessages.set(i, row.withoutReply());
        return token.map(value -> new ReplyToken(value, row.acceptTime()));
      }
    }
    return Optional.empty();
  }

  private Optional<String> token(FreeReply free) {
    return free.message().isPresent()
        ? state
            .vault
            .open(free.sealed(), Rows.associated("message", free.message().get().value()))
            .flatMap(json -> Json.string(Json.object(json), "reply_token"))
        : state
            .vault
            .open(free.sealed(), replyAssociated(free.index(), free.position()))
            .map(Bytes::asUtf8);
  }

  void forgetOld() throws SQLException {
    if (!state.newReplies.isEmpty()) {
      ConverseStore.forgetReplies(state.transaction, state.at.minus(KEPT));
    }
  }

  private static byte[] replyAssociated(long index, int position) {
    return ("reply " + index + ":" + position).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }
}

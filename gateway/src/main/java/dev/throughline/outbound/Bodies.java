package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.Party;
import java.time.Instant;
import java.util.Optional;

/** Makes what a send is to do. */
final class Bodies {
  private Bodies() {}

  /** Some channels take only some things from whoever has not heard from them for long. */
  static Channel.Composed timed(
      Effects effects, Channel channel, Party party, Account account, Channel.Composed composed) {
    return channel.hasWindow() ? composed.after(effects.silence(party, account.id())) : composed;
  }

  /**
   * By a reply token, where the channel can and there is one.
   *
   * @param useful whoever takes it is to deliver it until then
   * @param planned whether it may be withdrawn while it waits
   */
  static SendBody send(
      Effects effects,
      Party party,
      Account account,
      StoredMessage message,
      Channel.Rendered.Ready rendered,
      Optional<Instant> expires,
      Optional<Instant> useful,
      boolean planned) {
    Optional<SendBody.Reply> reply =
        rendered.replyable()
            ? effects
                .takeReplyToken(party, account.id(), SendHandler.REPLY_TOKEN_AGE)
                .map(token -> new SendBody.Reply(token.token(), token.received()))
            : Optional.empty();
    return new SendBody(
        message.id(),
        effects.newId(),
        party.app().project(),
        party.app().id(),
        account.id(),
        party.identity(),
        rendered.body(),
        reply,
        expires,
        useful,
        planned,
        Optional.of(message.messageClass()),
        rendered.numbered());
  }
}

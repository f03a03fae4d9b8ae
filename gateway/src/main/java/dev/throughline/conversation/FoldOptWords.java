package dev.throughline.conversation;

import dev.throughline.message.ConsentList;
import dev.throughline.message.ConsentSource;
import dev.throughline.message.Content;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.policy.OptWords.Wish;
import java.sql.SQLException;
import java.util.Optional;

/** What somebody writes who wants no messages any more, or wants them again. */
final class FoldOptWords {
  private final FoldState state;
  private final FoldConsents consents;
  private final Effects effects;

  FoldOptWords(FoldState state, FoldConsents consents, Effects effects) {
    this.state = state;
    this.consents = consents;
    this.effects = effects;
  }

  /** In a group nobody speaks for the others. */
  void heard(Item.Event item, Content.Inbound content, MessageId message, Party party)
      throws SQLException {
    boolean alone =
        item.event().head().author().isEmpty()
            || item.event().head().author().equals(item.event().head().chat());
    if (!alone || !(content instanceof Content.Text(String text))) {
      return;
    }
    Optional<Wish> wish =
        party.app().settings().policy().words().of(party.identity().channel(), text);
    if (wish.isEmpty()) {
      return;
    }
    boolean out = wish.get() == Wish.STOP;
    // Who starts wants whatever there is.
    ConsentList list = out ? party.app().settings().policy().stopped() : ConsentList.OPT_OUT_ALL;
    boolean counts =
        consents.say(
            state.hash(FoldPeople.person(party.app(), party.identity())),
            party,
            new FoldConsents.Statement(
                list,
                out,
                ConsentSource.KEYWORD,
                item.occurredAt(),
                Optional.of(message),
                text,
                party.key()),
            state.at);
    if (counts) {
      effects.emit(
          new Fact.ConsentChanged(
              party,
              list,
              out,
              ConsentSource.KEYWORD,
              message.toString(),
              item.occurredAt(),
              state.at,
              Optional.of(new Fact.ConsentChanged.Evidence(item.entry().id(), text))));
    }
  }
}

package dev.throughline.conversation;

import dev.throughline.contract.AppMessages;
import dev.throughline.contract.Json;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.OfferStore.Offer;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import dev.throughline.message.Content.ChoiceResponse;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.text.Normalizer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Choices that went out as numbered lines, and the numbers that come back. An offer stands from the
 * attempt on, since whoever got it may answer before the provider has; one that was surely not
 * taken is withdrawn, one that may have been takes the place of those before it.
 */
final class FoldOffers {
  /** Carriers tell of deliveries for as long; an older message is hardly what somebody means. */
  private static final Duration KEPT = Duration.ofDays(3);

  /** A number, maybe as it stands in the message or as people write one. */
  private static final Pattern NUMBER = Pattern.compile("[#(]?([1-9][0-9]{0,2})[.):]?");

  private static final String ANSWERS = "answers";
  private static final String METADATA = "metadata";

  private final FoldState state;
  private final FoldPeople people;
  private boolean offered;

  FoldOffers(FoldState state, FoldPeople people) {
    this.state = state;
    this.people = people;
  }

  /**
   * What somebody has chosen.
   *
   * @param metadata of the message that offered it
   */
  record Chosen(ChoiceResponse response, String metadata) {}

  /** What is offered is kept as it was said then: a later step may say something else. */
  void attempted(Item.Attempt item) throws SQLException {
    ObjectNode record = item.record();
    Optional<Ulid> step = numbered(record);
    Optional<Sent> sent =
        FoldLoad.message(record)
            .map(id -> state.sent.get(id.value()))
            .filter(_ -> step.isPresent())
            .filter(known -> isOn(record, known.message()));
    Optional<Content.Outbound> said =
        sent.map(Sent::message)
            .flatMap(
                message -> AppMessages.said(message.content(), message.said(), message.channel()));
    if (said.isEmpty()) {
      return;
    }
    StoredMessage message = sent.get().message();
    ObjectNode offer = Json.object();
    ArrayNode answers = offer.putArray(ANSWERS);
    for (Choice choice : said.get().choices()) {
      if (choice instanceof Choice.Say say) {
        answers.add(say.given(message.id()));
      } else {
        answers.addNull();
      }
    }
    offer.put(METADATA, message.metadata());
    Bytes sealed =
        state.vault.seal(
            sent.get().party().key(), Json.bytes(offer).array(), associated(message.id()));
    OfferStore.keep(state.transaction, step.orElseThrow(), message.id(), state.at, sealed);
    offered = true;
  }

  /** The plan may have moved on to another channel meanwhile. */
  private static boolean isOn(ObjectNode attempt, StoredMessage message) {
    return Json.string(attempt, "channel").filter(message.channel().value()::equals).isPresent();
  }

  void concluded(Item.Outcome item) throws SQLException {
    Optional<Ulid> step = numbered(item.record());
    if (step.isPresent() && item.record().path(Changes.NOT_TAKEN).asBoolean(false)) {
      OfferStore.withdraw(state.transaction, step.get());
    } else if (step.isPresent()) {
      OfferStore.forgetEarlier(state.transaction, step.get());
    }
  }

  /** Empty where a text is only a text. */
  Optional<Chosen> chosen(Content.Inbound said, Party party) throws SQLException {
    if (!(said instanceof Content.Text(String text))) {
      return Optional.empty();
    }
    Optional<Integer> number = number(text);
    if (number.isEmpty()
        || party
            .app()
            .settings()
            .policy()
            .words()
            .of(party.identity().channel(), text)
            .isPresent()) {
      return Optional.empty();
    }
    Optional<Offer> last =
        OfferStore.last(
            state.transaction,
            people.identityOf(party).id(),
            party.app().id(),
            state.at.minus(KEPT));
    return last.flatMap(offer -> answer(offer, number.get()));
  }

  private Optional<Chosen> answer(Offer offer, int number) {
    state.vault.load(List.of(Vault.keyId(offer.sealed())));
    return state
        .vault
        .open(offer.sealed(), associated(offer.message()))
        .map(Json::object)
        .filter(kept -> kept.path(ANSWERS).path(number - 1).isString())
        .map(kept ->
            new Chosen(
                new ChoiceResponse(
                    Optional.of(offer.message()),
                    kept.path(ANSWERS).path(number - 1).stringValue(),
                    Optional.empty()),
                Json.string(kept, METADATA).orElse("")));
  }

  /** Counted from 1; full-width digits and those in a circle are digits. */
  static Optional<Integer> number(String text) {
    if (text.length() > 16) {
      return Optional.empty();
    }
    Matcher matcher = NUMBER.matcher(Normalizer.normalize(text, Normalizer.Form.NFKC).strip());
    return matcher.matches() ? Optional.of(Integer.valueOf(matcher.group(1))) : Optional.empty();
  }

  void forgetOld() throws SQLException {
    if (offered) {
      OfferStore.forget(state.transaction, state.at.minus(KEPT));
    }
  }

  private static Optional<Ulid> numbered(ObjectNode record) {
    return record.path(Changes.NUMBERED).asBoolean(false)
        ? FoldLoad.ulid(record, Changes.STEP)
        : Optional.empty();
  }

  private static byte[] associated(MessageId message) {
    return ("offer " + message).getBytes(StandardCharsets.US_ASCII);
  }
}

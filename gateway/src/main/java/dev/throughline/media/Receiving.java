package dev.throughline.media;

import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Reaction;
import dev.throughline.ledger.Ulid;
import dev.throughline.media.MediaRow.Purpose;
import dev.throughline.message.Bytes;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.task.Task;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Makes a row and a task for each file that somebody sent, and decides what the channel's answer
 * means. Files of an account are fetched in a few lanes, so that a provider that stalls holds up
 * that account's files only; one that takes long goes on in a lane of its own.
 */
public final class Receiving implements Reaction {
  /** At the same time, of one account. */
  private static final int LANES = 4;

  /** After so many failures a file waits alone, and those behind it go on. */
  private static final int TRIES_IN_LANE = 3;

  /** LINE keeps content for a time that it does not tell. */
  private static final Duration PATIENCE = Duration.ofHours(24);

  /** A large film is prepared within minutes. */
  private static final Duration PATIENCE_WHILE_PREPARED = Duration.ofHours(1);

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(10);
  private static final Duration LONGEST_POLL = Duration.ofSeconds(30);

  private final Vault vault;
  private final MediaLibrary library;

  public Receiving(Vault vault, MediaLibrary library) {
    this.vault = vault;
    this.library = library;
  }

  @Override
  public void react(Fact fact, Effects effects) {
    if (fact instanceof Fact.MessageReceived received
        && received.content() instanceof Content.Attachment attachment
        && received.origin().isPresent()) {
      expect(received, received.origin().get(), attachment, effects);
    } else if (fact instanceof Fact.TakenBack(MessageId message)) {
      effects.write(c -> {
        MediaStore.revoke(c, message.value());
        return 1;
      });
      effects.afterwards(library::wake);
    } else if (fact instanceof Fact.OutcomeKnown outcome
        && outcome.task().kind().equals(FetchHandler.KIND)) {
      conclude(outcome, effects);
    }
  }

  private void expect(
      Fact.MessageReceived fact,
      Fact.Origin origin,
      Content.Attachment attachment,
      Effects effects) {
    Ulid id = fact.id().value();
    Bytes objectKey = Bytes.wrap(vault.random(SealedFile.KEY_BYTES));
    AppId app = fact.party().app().id();
    MediaFile file = new MediaFile(objectKey, "", 0, attachment.fileName());
    Bytes sealed = vault.seal(origin.key(), file.toBytes().array(), MediaRow.associated(id));
    Instant expires = fact.acceptedAt().plus(library.keep());
    effects.write(c -> {
      MediaStore.insert(
          c,
          new MediaRow(
              id,
              fact.party().app().project(),
              Optional.of(app),
              Optional.of(fact.id()),
              Purpose.RECEIVED,
              MediaState.WAITING,
              Optional.empty(),
              fact.acceptedAt(),
              expires,
              false,
              Optional.empty(),
              origin.key().id(),
              sealed));
      return 1;
    });
    Identity chat = fact.party().identity();
    Identity sender =
        fact.senderId().map(value -> new Identity(chat.channel(), value)).orElse(chat);
    FetchBody body =
        new FetchBody(
            id,
            fact.party().app().project(),
            app,
            origin.account(),
            sender,
            origin.platformId(),
            attachment,
            objectKey,
            earlier(fact.acceptedAt().plus(PATIENCE), expires));
    String lane = "fetch:" + origin.account() + ":" + Math.floorMod(id.low(), LANES);
    add(lane, body, fact.party().contact(), origin.key(), effects.at(), effects);
  }

  private static void add(
      String lane, FetchBody body, ContactId contact, DataKey key, Instant due, Effects effects) {
    effects.add(
        new Effects.NewTask(
            FetchHandler.KIND,
            lane,
            Task.Priority.SINGLE,
            due,
            Optional.of(body.app()),
            contact,
            Optional.empty(),
            key,
            body.toBytes()));
  }

  private void conclude(Fact.OutcomeKnown outcome, Effects effects) {
    FetchBody body = FetchBody.of(outcome.body());
    FetchOutcome result = FetchOutcome.of(outcome.result());
    switch (result.result()) {
      case FETCHED -> {
        effects.change(new Task.Change.Done(outcome.task().id()));
        ready(outcome.task(), body, result, effects);
      }
      case NOT_YET ->
          again(
              outcome.task(),
              body,
              earlier(body.until(), received(body).plus(PATIENCE_WHILE_PREPARED)),
              pause(outcome.task(), LONGEST_POLL),
              true,
              "NOT_PREPARED_IN_TIME",
              effects);
      case UNAVAILABLE -> {
        Duration pause = pause(outcome.task(), LONGEST_BACKOFF);
        again(
            outcome.task(),
            body,
            body.until(),
            result.retryAfter().filter(asked -> asked.compareTo(pause) > 0).orElse(pause),
            outcome.task().tries() + 1 >= TRIES_IN_LANE,
            "NOT_FETCHED_IN_TIME",
            effects);
      }
      case GONE -> fail(outcome.task(), body, "GONE_FROM_CHANNEL", effects);
      case REFUSED -> fail(outcome.task(), body, "REFUSED_BY_CHANNEL", effects);
      case NOT_SET_UP -> fail(outcome.task(), body, result.why(), effects);
      case TOO_LARGE -> fail(outcome.task(), body, "TOO_LARGE", effects);
      case UNWANTED -> effects.change(new Task.Change.Done(outcome.task().id()));
    }
  }

  private void ready(Task task, FetchBody body, FetchOutcome result, Effects effects) {
    MediaFile file =
        new MediaFile(
            body.objectKey(), result.type(), result.length(), body.attachment().fileName());
    Optional<Bytes> sealed =
        vault
            .key(Vault.keyId(task.sealed()))
            .map(key -> vault.seal(key, file.toBytes().array(), MediaRow.associated(body.media())));
    if (sealed.isPresent()) {
      effects.write(c -> {
        MediaStore.ready(c, body.media(), sealed.get());
        return 1;
      });
    }
    effects.afterwards(library::wake);
  }

  /** Later: in the account's lane, which waits, or alone. */
  private void again(
      Task task,
      FetchBody body,
      Instant until,
      Duration pause,
      boolean alone,
      String reason,
      Effects effects) {
    Instant due = effects.at().plus(pause);
    Optional<DataKey> key = vault.key(Vault.keyId(task.sealed()));
    if (key.isEmpty() || due.isAfter(until)) {
      fail(task, body, reason, effects);
      return;
    }
    String own = "fetch-again:" + body.media();
    if (alone && !task.lane().equals(own) && task.contact().isPresent()) {
      effects.change(new Task.Change.Done(task.id()));
      add(own, body, task.contact().get(), key.get(), due, effects);
    } else {
      effects.change(new Task.Change.Again(task.id(), due, task.tries() + 1, reason));
    }
  }

  private void fail(Task task, FetchBody body, String reason, Effects effects) {
    effects.change(new Task.Change.Done(task.id()));
    effects.write(c -> {
      MediaStore.failed(c, body.media(), reason);
      return 1;
    });
    effects.afterwards(library::wake);
  }

  private static Instant received(FetchBody body) {
    return Instant.ofEpochMilli(body.media().high() >>> 16);
  }

  /** Doubling from a second, by how often it was tried. */
  private static Duration pause(Task task, Duration longest) {
    Duration doubled = FIRST_BACKOFF.multipliedBy(1L << Math.min(task.tries(), 16));
    return doubled.compareTo(longest) > 0 ? longest : doubled;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}

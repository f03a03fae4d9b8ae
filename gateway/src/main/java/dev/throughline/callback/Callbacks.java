package dev.throughline.callback;

import dev.throughline.contract.Json;
import dev.throughline.contract.MediaAddresses;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Reaction;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.WebhookId;
import dev.throughline.task.Task;
import dev.throughline.task.Tasks;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a task for each webhook that wants to know of a fact, and decides what a target's answer
 * means. A target that fails for {@link Standings#FAILING_CONTACTS} contacts in a row is paused:
 * its callbacks wait in order until a probe, once a minute, is answered.
 */
public final class Callbacks implements Reaction {
  static final String KIND = "callback";

  /** Only who is active is paused, and only who is paused goes on; anybody may be gone. */
  private static final String SET_STATE =
      """
      update webhook set state = ?, state_at = ?
      where id = ? and state = any (?)
      """;

  private final Webhooks webhooks;
  private final Tasks tasks;
  private final Vault vault;
  private final Standings standings;
  private final MediaAddresses media;

  public Callbacks(Webhooks webhooks, Tasks tasks, Vault vault, MediaAddresses media) {
    this.media = media;
    this.webhooks = webhooks;
    this.tasks = tasks;
    this.vault = vault;
    this.standings = new Standings(webhooks);
  }

  @Override
  public void react(Fact fact, Effects effects) {
    if (fact instanceof Fact.OutcomeKnown outcome && outcome.task().kind().equals(KIND)) {
      conclude(outcome, effects);
    } else if (fact instanceof Fact.ReplayAsked replay && replay.task().kind().equals(KIND)) {
      effects.change(new Task.Change.Again(replay.task().id(), effects.at(), 0, ""));
    } else if (!(fact instanceof Fact.MessageReceived received) || isWanted(received)) {
      Callback.of(fact, media).ifPresent(callback -> tell(callback, fact, effects));
    }
  }

  /** Most that comes in is this: for nobody it is not put into words. */
  private boolean isWanted(Fact.MessageReceived fact) {
    return webhooks.ofApp(fact.party().app().id()).stream()
        .anyMatch(webhook -> webhook.wants(Callback.MESSAGE_INBOUND));
  }

  private void tell(Callback callback, Fact fact, Effects effects) {
    Optional<String> ownUrl = ownUrl(fact);
    if (ownUrl.isPresent()) {
      Told told = told(fact);
      add(
          new CallbackTask(
              Optional.empty(), ownUrl, callback.app().orElseThrow(), Json.bytes(callback.body())),
          "callback-url:" + told.lane(),
          told.contact(),
          told.key(),
          effects);
      return;
    }
    List<Webhook> wanting = wanting(callback);
    if (wanting.isEmpty()) {
      return;
    }
    Bytes body = Json.bytes(callback.body());
    Told told = told(fact);
    for (Webhook webhook : wanting) {
      add(
          new CallbackTask(Optional.of(webhook.id()), Optional.empty(), webhook.app(), body),
          "callback:" + webhook.id() + ":" + told.lane(),
          told.contact(),
          told.key(),
          effects);
    }
  }

  /** Where the send itself said its reports should go. */
  private static Optional<String> ownUrl(Fact fact) {
    if (fact instanceof Fact.StatusChanged changed) {
      return changed.message().callbackUrl();
    }
    if (fact instanceof Fact.Unaddressed unaddressed) {
      return unaddressed.message().callbackUrl();
    }
    return fact instanceof Fact.EventStatusChanged changed
        ? changed.event().callbackUrl()
        : Optional.empty();
  }

  private List<Webhook> wanting(Callback callback) {
    List<Webhook> wanting = new ArrayList<>();
    Iterable<Webhook> candidates =
        callback.app().isPresent()
            ? webhooks.ofApp(callback.app().get())
            : webhooks.ofProject(callback.project());
    for (Webhook webhook : candidates) {
      if (webhook.wants(callback.trigger())) {
        wanting.add(webhook);
      }
    }
    return wanting;
  }

  private void add(
      CallbackTask task, String lane, ContactId contact, DataKey key, Effects effects) {
    effects.add(
        new Effects.NewTask(
            KIND,
            lane,
            Task.Priority.SINGLE,
            effects.at(),
            Optional.of(task.app()),
            contact,
            task.webhook().map(WebhookId::value),
            key,
            task.toBytes()));
  }

  /** Whom a fact is about: their callbacks stay in order, and their key seals the body. */
  private Told told(Fact fact) {
    return switch (fact) {
      case Fact.MessageReceived f -> Told.of(f.party().contact(), f.party().key());
      case Fact.ContactCreated f -> Told.of(f.contact(), f.key());
      case Fact.ConversationStarted f -> Told.of(f.contact(), f.key());
      case Fact.Changed f -> Told.of(f.contact(), f.key());
      case Fact.Opted f -> Told.of(f.party().contact(), f.party().key());
      case Fact.StatusChanged f -> Told.of(f.party().contact(), f.party().key());
      case Fact.Unaddressed f -> Told.of(f.contact(), f.key());
      case Fact.Submitted f -> Told.of(f.party().contact(), f.party().key());
      case Fact.EventStatusChanged f -> Told.of(f.party().contact(), f.party().key());
      case Fact.ReachKnown f -> Told.of(f.party().contact(), f.party().key());
      case Fact.ConsentChanged f -> Told.of(f.party().contact(), f.party().key());
      case Fact.NotMapped f ->
          f.party()
              .map(party -> Told.of(party.contact(), party.key()))
              .orElseGet(() -> ofApp(f.app().id()));
      case Fact.EventReceived f -> Told.of(f.party().contact(), f.party().key());
      case Fact.AccountTroubled f -> ofApp(f.app().id());
      case Fact.ChannelTold f -> ofApp(f.app().id());
      case Fact.SendRequested _,
          Fact.EventRequested _,
          Fact.ReachAsked _,
          Fact.OutcomeKnown _,
          Fact.Asked _,
          Fact.ReplayAsked _,
          Fact.ReceiptTold _,
          Fact.CancelAsked _,
          Fact.WebhookTaken _,
          Fact.SubscriptionOffered _,
          Fact.PieceKept _,
          Fact.TakenBack _ ->
          throw new IllegalArgumentException("nobody is told of " + fact.getClass());
    };
  }

  /** Nobody's in particular. */
  private Told ofApp(AppId app) {
    return new Told(
        app.toString(), new ContactId(app.value()), vault.keyFor(new Owner.Installation()));
  }

  private void conclude(Fact.OutcomeKnown outcome, Effects effects) {
    Task task = outcome.task();
    Optional<WebhookId> webhook = task.target().map(WebhookId::new);
    CallbackOutcome result = CallbackOutcome.of(outcome.result());
    switch (result.result()) {
      case DELIVERED -> {
        effects.change(new Task.Change.Done(task.id()));
        webhook.ifPresent(id -> answered(id, effects));
      }
      case REFUSED -> {
        effects.change(
            new Task.Change.Shelved(task.id(), Task.Shelf.DEAD, task.tries() + 1, result.error()));
        webhook.ifPresent(id -> answered(id, effects));
      }
      case GONE -> {
        effects.change(
            new Task.Change.Again(task.id(), effects.at(), task.tries(), result.error()));
        webhook.ifPresent(id -> becomes(id, Webhook.State.GONE, effects));
      }
      case FAILED -> failed(outcome, result, webhook, effects);
    }
  }

  private void failed(
      Fact.OutcomeKnown outcome,
      CallbackOutcome result,
      Optional<WebhookId> webhook,
      Effects effects) {
    Task task = outcome.task();
    boolean held =
        webhook.isPresent() && standings.state(webhook.get(), effects) != Webhook.State.ACTIVE;
    if (held) {
      // A probe, or a call that was under way when its target was given up: no try is used up.
      effects.change(new Task.Change.Again(task.id(), effects.at(), task.tries(), result.error()));
      return;
    }
    int failures = task.tries() + 1;
    Optional<Duration> wait = RetrySchedule.afterFailures(failures);
    if (wait.isEmpty()) {
      effects.change(new Task.Change.Shelved(task.id(), Task.Shelf.DEAD, failures, result.error()));
    } else {
      Duration longer =
          result.retryAfter().filter(asked -> asked.compareTo(wait.get()) > 0).orElse(wait.get());
      effects.change(
          new Task.Change.Again(task.id(), effects.at().plus(longer), failures, result.error()));
    }
    if (webhook.isPresent()
        && task.contact().isPresent()
        && standings.failed(webhook.get(), task.contact().get(), effects)) {
      becomes(webhook.get(), Webhook.State.PAUSED, effects);
    }
  }

  /** Any answer of the target's own, even a refusal, shows that it is there. */
  private void answered(WebhookId webhook, Effects effects) {
    standings.answered(webhook, effects);
    if (standings.state(webhook, effects) == Webhook.State.PAUSED) {
      becomes(webhook, Webhook.State.ACTIVE, effects);
    }
  }

  private void becomes(WebhookId webhook, Webhook.State state, Effects effects) {
    if (standings.state(webhook, effects) == state) {
      return;
    }
    standings.becomes(webhook, state, effects);
    Instant now = effects.at();
    effects.write(connection -> {
      try (var statement = connection.prepareStatement(SET_STATE)) {
        statement.setString(1, state.column());
        statement.setTimestamp(2, Timestamp.from(now));
        statement.setObject(3, webhook.value().toUuid());
        statement.setArray(4, connection.createArrayOf("text", before(state)));
        return statement.executeUpdate();
      }
    });
    if (state != Webhook.State.ACTIVE) {
      effects.alarm("webhook_" + state.column(), webhook.toString());
    }
    effects.afterwards(() -> {
      webhooks.reload();
      // Its owner may have changed it meanwhile.
      boolean active =
          webhooks.find(webhook).map(Webhook::state).orElse(Webhook.State.ACTIVE)
              == Webhook.State.ACTIVE;
      if (active) {
        tasks.resume(webhook.value());
      } else {
        tasks.pause(webhook.value());
      }
    });
  }

  private static String[] before(Webhook.State state) {
    return switch (state) {
      case ACTIVE -> new String[] {Webhook.State.PAUSED.column()};
      case PAUSED -> new String[] {Webhook.State.ACTIVE.column()};
      case GONE -> new String[] {Webhook.State.ACTIVE.column(), Webhook.State.PAUSED.column()};
    };
  }

  private record Told(String lane, ContactId contact, DataKey key) {
    static Told of(ContactId contact, DataKey key) {
      return new Told(contact.toString(), contact, key);
    }
  }
}

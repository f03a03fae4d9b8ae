package dev.throughline.conversation;

import dev.throughline.conversation.Fact.StoredEvent;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import dev.throughline.policy.Permission;
import dev.throughline.policy.Suppression;
import dev.throughline.store.SqlWork;
import dev.throughline.task.Task;
import dev.throughline.vault.DataKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a reaction may bring about; all of it commits with the fold's position, or none. */
public interface Effects {
  /** When the entry that is folded was sequenced: the only "now" of a fold. */
  Instant at();

  /** The place in the log of the entry that is folded. */
  long index();

  Ulid newId();

  /** Makes a task, and answers its id. Its order in its lane is that of the calls. */
  Ulid add(NewTask task);

  /** Makes a task that is about no one person. */
  void add(NewWork work);

  /** Ends a task, and makes another in its place in the lane, in doubt where the first one was. */
  default Ulid replace(Task task, DataKey key, Bytes body, Instant due) {
    return replace(task, task.kind(), key, body, due);
  }

  /** The same, by a task of another kind; answers the new one's id. */
  Ulid replace(Task task, String kind, DataKey key, Bytes body, Instant due);

  /** Changes or ends a task. */
  void change(Task.Change change);

  /** A task of the plan or the outcome at hand, as the fold has left it so far. */
  Optional<Task> task(Ulid id);

  /** Sets how far a message has come, and tells the other reactions. */
  void status(Party party, StoredMessage message, DeliveryStatus status, Optional<Reason> reason);

  /** Tells the other reactions. */
  void emit(Fact fact);

  /** The send of a message that was set aside since nobody knew whether the channel took it. */
  Optional<Task> shelved(Party party, StoredMessage message);

  /** The party and the message of a task's send, if both still exist. */
  Optional<Sent> sent(Ulid message);

  /** Keeps how far a message's plan has come, for the next time that {@link #sent} is asked. */
  void keep(MessageId message, KeptPlan plan);

  /**
   * The message goes by another of its ways from here on: {@code party} is whom it goes to, {@code
   * message} says what is said there.
   */
  void move(Party party, StoredMessage message, Optional<AccountId> account);

  /** The messages of an app that wait for what somebody does. */
  List<Sent> waitingFor(AppId app, ContactId contact);

  /** Whether somebody is known to have blocked the account that would be sent from. */
  boolean isBlocked(Party party);

  /**
   * Takes the newest unused reply token of the conversation that came in less than {@code age}
   * before {@link #at}; nobody gets it again.
   */
  Optional<ReplyToken> takeReplyToken(Party party, AccountId account, Duration age);

  /** Sets how far an app event has come, and tells the other reactions. */
  void status(Party party, StoredEvent event, DeliveryStatus status, Optional<Reason> reason);

  /** Who has this address, if anybody known has. */
  Optional<Party> party(AppId app, Identity identity);

  /**
   * The same; {@code dispatched} of a message that belongs to its address alone, and shows nobody.
   */
  Optional<Party> party(AppId app, Identity identity, boolean dispatched);

  /** By which the newest message of theirs can be marked as read. */
  Optional<String> readToken(Party party, AccountId account);

  /**
   * How long they have certainly not written to the account, on a channel where it is kept: since
   * they last did, or else since there is the account.
   */
  Duration silence(Party party, AccountId account);

  /** The address of the page where somebody stops messages of a class. */
  String optOutUrl(Party party, MessageClass sent);

  /** Nothing that this concerns goes to somebody's address from now on. */
  void suppress(Party party, Suppression.Why why);

  /** Whether a message of this class may go to somebody's address now: consent, quiet hours. */
  Permission permission(Party party, MessageClass sent, boolean urgent);

  /** False if the app was told of this trouble of an account less than {@code pause} ago. */
  boolean isNews(AccountId account, String trouble, Duration pause);

  void alarm(String kind, String subject);

  /** Runs in the same transaction, after everything else is written. */
  void write(SqlWork<Integer> work);

  /** Runs in memory once the transaction is committed. */
  void afterwards(Runnable work);

  /**
   * A task to be made.
   *
   * @param key seals the body: erasing its owner erases the task's content
   */
  record NewTask(
      String kind,
      String lane,
      Task.Priority priority,
      Instant due,
      Optional<AppId> app,
      ContactId contact,
      Optional<Ulid> target,
      DataKey key,
      Bytes body) {}

  /**
   * A task about an account or an app.
   *
   * @param key seals the body
   */
  record NewWork(
      String kind,
      String lane,
      Task.Priority priority,
      Instant due,
      Optional<AppId> app,
      Optional<Ulid> target,
      DataKey key,
      Bytes body) {}

  record ReplyToken(String token, Instant received) {}

  /** A message on its way; {@code plan} where it goes through several channels, or waits. */
  record Sent(Party party, StoredMessage message, Optional<KeptPlan> plan) {}
}

package dev.throughline.conversation;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.AppEvent;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.ConsentList;
import dev.throughline.message.ConsentSource;
import dev.throughline.message.Content;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.EventId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.MessageClass;
import dev.throughline.message.PlannedStep;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import dev.throughline.message.SendRequest;
import dev.throughline.task.Task;
import dev.throughline.vault.DataKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What a fold found out: reactions make tasks of it, in the same transaction. */
public sealed interface Fact {
  /**
   * A person said something.
   *
   * @param party with the key of whoever said it
   * @param replyTo the message that it quotes
   * @param answeredMetadata of the message that somebody chose from; empty if none
   * @param metadata the conversation's, as text
   * @param origin where it came in; empty if nobody but the gateway knows of it
   */
  record MessageReceived(
      Party party,
      MessageId id,
      Content.Inbound content,
      Optional<MessageId> replyTo,
      String answeredMetadata,
      Instant acceptedAt,
      Optional<Instant> occurredAt,
      Optional<String> senderId,
      String metadata,
      Optional<String> correlationId,
      Optional<Origin> origin)
      implements Fact {}

  /**
   * Where a message came in.
   *
   * @param account that received it
   * @param platformId the channel's id of it
   * @param key of whoever said it, which seals it
   */
  record Origin(AccountId account, String platformId, DataKey key) {}

  /** A message's author took it back: its content is gone, and so must be what it came with. */
  record TakenBack(MessageId message) implements Fact {}

  /** A contact came to be; {@code json} is as the API shows it, {@code key} seals it. */
  record ContactCreated(
      ProjectId project, ContactId contact, DataKey key, Instant at, ObjectNode json)
      implements Fact {}

  /** A conversation began; {@code json} is as the API shows it, {@code key} seals it. */
  record ConversationStarted(App app, ContactId contact, DataKey key, Instant at, ObjectNode json)
      implements Fact {}

  /**
   * Something that is kept was changed, merged, stopped, deleted or stored.
   *
   * @param app for what is an app's own; contacts are the project's
   * @param json what the app is told of it, as the contract writes it; {@code key} seals it
   */
  record Changed(
      What what,
      ProjectId project,
      Optional<AppId> app,
      ContactId contact,
      DataKey key,
      Instant at,
      ObjectNode json)
      implements Fact {
    /** What became of it. */
    public enum What {
      CONTACT_UPDATED,
      CONTACT_DELETED,
      CONTACT_MERGED,
      IDENTITIES_DUPLICATED,
      CONVERSATION_STOPPED,
      CONVERSATION_DELETED,
      RECORD_STORED
    }
  }

  /** Somebody befriended ({@code in}) or blocked the account. */
  record Opted(Party party, boolean in, Instant acceptedAt, Optional<Instant> occurredAt)
      implements Fact {}

  /**
   * Something came in that the contract has no word for.
   *
   * @param id the callback's own id
   * @param payload the provider's JSON, as text
   */
  record NotMapped(
      App app,
      ChannelName channel,
      Optional<Party> party,
      Ulid id,
      String payload,
      Instant acceptedAt,
      Optional<Instant> occurredAt)
      implements Fact {}

  /**
   * A client asked for a send; nothing has been done about it yet.
   *
   * @param message on the first of its ways
   * @param ways at least one, in the order in which they are tried
   * @param nowhere channels that were asked for, and on which the recipient has no address
   * @param broadcast which made it, with many others
   */
  record SendRequested(
      StoredMessage message,
      SendRequest request,
      List<Way> ways,
      List<ChannelName> nowhere,
      Optional<Ulid> broadcast)
      implements Fact {
    public SendRequested {
      ways = List.copyOf(ways);
      nowhere = List.copyOf(nowhere);
    }
  }

  /**
   * One way to a message's recipient.
   *
   * @param account that sends; empty if the app has none on the channel
   * @param content the contract's {@code app_message}
   * @param said what it says on the party's channel
   * @param quote the earlier message that it answers, if it names one
   * @param asked what the request's plan says of it
   */
  record Way(
      Party party,
      Optional<Account> account,
      ObjectNode content,
      Said said,
      Optional<Channel.Quote> quote,
      Optional<PlannedStep> asked) {}

  /** A message to a contact has come further, or failed. */
  record StatusChanged(
      Party party,
      StoredMessage message,
      DeliveryStatus status,
      Optional<Reason> reason,
      Instant at)
      implements Fact {}

  /** A message to a contact has failed, since no address of theirs is left. */
  record Unaddressed(
      App app, ContactId contact, StoredMessage message, Reason reason, DataKey key, Instant at)
      implements Fact {}

  /**
   * A channel tells what became of a message that it took.
   *
   * @param step which of its plan's, as far as the channel knows
   */
  record ReceiptTold(Sent sent, Optional<Ulid> step, InboundEvent.Receipt.News news, Instant at)
      implements Fact {}

  /**
   * Somebody does not want a message to be sent any more.
   *
   * @param task the one that waits to send it, of a message without a plan
   */
  record CancelAsked(Sent sent, Optional<Task> task, Instant at) implements Fact {}

  /** A webhook of an account that passes them on came in, and is the entry at that index. */
  record WebhookTaken(Account account, Ulid entry, long index) implements Fact {}

  /** The first piece of a message came, and is the entry at that index: others are to follow. */
  record PieceKept(Account account, Ulid entry, long index) implements Fact {}

  /** A provider offers to tell an account from now on; what it said is the entry at that index. */
  record SubscriptionOffered(Account account, Ulid entry, long index) implements Fact {}

  /** A channel took a message. */
  record Submitted(Party party, StoredMessage message, Instant at) implements Fact {}

  /** A client asked for something to be shown to somebody; nothing has been done about it yet. */
  record EventRequested(Party party, Optional<Account> account, StoredEvent event)
      implements Fact {}

  /** An app event has come further, or failed. */
  record EventStatusChanged(
      Party party, StoredEvent event, DeliveryStatus status, Optional<Reason> reason, Instant at)
      implements Fact {}

  /** Somebody asks whether a person can be sent to, and nothing that is known tells. */
  record ReachAsked(Party party, Account account, String requestId) implements Fact {}

  /** Whether a person can be sent to; {@code why} where they cannot, or nobody knows. */
  record ReachKnown(
      Party party, String requestId, Reachable reachable, Optional<Reason> why, Instant at)
      implements Fact {
    /** As far as is known. */
    public enum Reachable {
      YES,
      NO,
      UNKNOWN
    }
  }

  /**
   * Somebody's address went on a list of those who want no messages ({@code out}), or off it.
   *
   * @param requestId the request's; of what somebody wrote, the message's id
   * @param occurred when they said so
   * @param evidence what somebody wrote; empty where an entry of its own tells of it already
   */
  record ConsentChanged(
      Party party,
      ConsentList list,
      boolean out,
      ConsentSource source,
      String requestId,
      Instant occurred,
      Instant at,
      Optional<Evidence> evidence)
      implements Fact {
    /**
     * @param entry the webhook that brought it
     */
    public record Evidence(Ulid entry, String words) {
      /** Shows nothing of what it says. */
      @Override
      public String toString() {
        return "Evidence[" + entry + "]";
      }
    }
  }

  /**
   * An account of the app is in trouble, which its owner must mend.
   *
   * @param kind the event's type, as the app is told it
   */
  record AccountTroubled(App app, Account account, String kind, Reason reason, Instant at)
      implements Fact {}

  /**
   * A contact did something with a message that is no message itself.
   *
   * @param event the contract's {@code contact_message_event}
   */
  record EventReceived(
      Party party, EventId id, ObjectNode event, Instant acceptedAt, Optional<Instant> occurredAt)
      implements Fact {}

  /**
   * A channel tells something of an account of the app.
   *
   * @param kind the event's type, as the app is told it
   * @param data what the channel says
   */
  record ChannelTold(
      App app,
      Account account,
      String kind,
      ObjectNode data,
      Instant acceptedAt,
      Optional<Instant> occurredAt)
      implements Fact {}

  /** A task's call is over; {@code result} is what its handler wrote into the outcome. */
  record OutcomeKnown(Task task, Bytes body, ObjectNode result, Ulid entry, Instant at)
      implements Fact {}

  /**
   * Something was configured or decided through the API.
   *
   * @param record what its entry says: ids and settings, nobody's name
   * @param key seals what follows from it
   */
  record Asked(ProjectId project, ObjectNode record, DataKey key, Instant at) implements Fact {}

  /** Somebody asked for a task that is on a shelf to be tried again. */
  record ReplayAsked(Task task, Bytes body, Instant at) implements Fact {}

  /** An app event that was kept. */
  record StoredEvent(
      EventId id,
      Instant acceptedAt,
      AppEvent.Kind kind,
      String metadata,
      Optional<String> callbackUrl,
      boolean highPriority,
      boolean dispatch) {}

  /**
   * A message that was kept or made.
   *
   * @param content the contract's {@code app_message}; without fields when it is gone
   * @param said where a template was filled in: what it said on the channel
   * @param urgent does not wait for quiet hours to end
   */
  record StoredMessage(
      MessageId id,
      Instant acceptedAt,
      ChannelName channel,
      DeliveryStatus status,
      ObjectNode content,
      Optional<ObjectNode> said,
      String metadata,
      Optional<String> correlationId,
      Optional<String> callbackUrl,
      boolean dispatch,
      MessageClass messageClass,
      boolean urgent) {

    /** The same message on another of its ways. */
    public StoredMessage on(ChannelName other, ObjectNode itsContent, Optional<ObjectNode> filled) {
      return new StoredMessage(
          id,
          acceptedAt,
          other,
          status,
          itsContent,
          filled,
          metadata,
          correlationId,
          callbackUrl,
          dispatch,
          messageClass,
          urgent);
    }

    public StoredMessage with(DeliveryStatus changed) {
      return new StoredMessage(
          id,
          acceptedAt,
          channel,
          changed,
          content,
          said,
          metadata,
          correlationId,
          callbackUrl,
          dispatch,
          messageClass,
          urgent);
    }
  }
}

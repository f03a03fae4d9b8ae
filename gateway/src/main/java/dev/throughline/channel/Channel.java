package dev.throughline.channel;

import dev.throughline.message.AppMessage.Agent;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.MediaLimits;
import dev.throughline.message.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One channel. Adding one is one package with one implementation, and one line in Gateway. */
public interface Channel {
  ChannelName name();

  /**
   * The channel property that names the page where somebody ends advertising, on a channel that has
   * a place of its own for it.
   */
  default Optional<String> optOutProperty() {
    return Optional.empty();
  }

  /** What the channel can tell at best of a message that it took. */
  Assurance highestAssurance();

  /**
   * Whether what may be sent depends on when the recipient last wrote; it is kept only then, and
   * told as {@link Composed#silence}.
   */
  default boolean hasWindow() {
    return false;
  }

  /** What is known beforehand of a send to such an address. */
  Way way(Identity recipient);

  /** Whether {@code value} has the form of an address on this channel; costs nothing. */
  boolean isIdentity(String value);

  /** What an app says of its accounts on this channel. */
  AccountForm accounts();

  /**
   * Asks the provider whether it takes an account's credentials; nothing is sent to anybody. Never
   * throws for an answer of the provider.
   */
  default Check check(Credentials credentials, Duration deadline) {
    return new Check.Untold();
  }

  /**
   * Checks the provider's signature over the raw bytes, in constant time, before anything parses
   * them.
   */
  Authenticity authentic(WebhookRequest request, Credentials credentials);

  /** Whether {@link #authentic} computes only, and asks nobody. */
  default boolean isCheckedAlone(Credentials credentials) {
    return false;
  }

  /**
   * The body of the answer to a GET by which the provider asks whether a webhook address is ours,
   * as far as the provider does, and proves to be itself.
   *
   * @param query the value of a parameter of the request, by its name
   */
  Optional<Bytes> handshake(Function<String, Optional<String>> query, Credentials credentials);

  /**
   * Cuts the raw bytes of a signed body into maximal runs of one owner; concatenated in order they
   * are the body. Never fails: what it does not understand is one run of the account.
   */
  List<OwnedRun> split(Bytes body);

  /** Tolerant: unknown types and properties are kept; a body that is no webhook is malformed. */
  ParsedWebhook parse(Bytes body);

  /** The header fields by which the provider's webhooks are known, for a body passed on. */
  Map<String, String> signature(Bytes body, Credentials credentials);

  /** The largest files that can be sent. */
  MediaLimits mediaLimits();

  /** An event's JSON text without what the provider does not document. */
  String documented(String event);

  /**
   * By what a message is quoted, which the event or the answer to a send that it came with says.
   */
  Optional<String> quoteToken(Bytes eventOrAnswer);

  /** Pure. Says as well what the channel cannot show of the content. */
  Rendered render(Composed message);

  /**
   * Sends once, and says exactly what is known of it. Never retries by itself, never throws for an
   * answer of the provider.
   */
  SendResult send(Outgoing outgoing, Credentials credentials, Duration deadline);

  /**
   * What the provider counts of an account's calls, each by its name, and how many a second it
   * publishes that it takes; 0 where it publishes none.
   */
  Map<String, Integer> rates();

  /** What a send takes of which of {@link #rates}. */
  Allowance allowance(Outgoing outgoing, Credentials credentials);

  /** What showing this takes. */
  default Allowance allowance(Signal signal) {
    throw new IllegalArgumentException(name() + " shows nothing but messages");
  }

  /**
   * What a message counts for at the provider.
   *
   * @param rendered the bytes of {@link Rendered.Ready}
   */
  default Cost cost(Bytes rendered) {
    return new Cost(Cost.Unit.MESSAGE, 1);
  }

  /** What the provider bills and counts of one message to one recipient. */
  record Cost(Unit unit, int count) {
    /** What is counted. */
    public enum Unit {
      MESSAGE,
      /** A part of an SMS. */
      SEGMENT
    }
  }

  /** How it sends the same to many at once; empty where it cannot. */
  default Optional<Multicast> multicast() {
    return Optional.empty();
  }

  /** How it sends to people whom it keeps itself; empty where it cannot. */
  default Optional<OwnAudience> ownAudience() {
    return Optional.empty();
  }

  /**
   * Pure: the request by which somebody is shown this. Empty where the channel has no such thing,
   * or not for them.
   */
  Optional<Bytes> render(Signal signal, Identity recipient);

  /** Shows it once; may be repeated. Never throws for an answer of the provider. */
  SendResult show(Signal signal, Bytes rendered, Credentials credentials, Duration deadline);

  /** Looks whether somebody can be sent to at all; they notice nothing. */
  Reach reach(Identity recipient, Credentials credentials, Duration deadline);

  /**
   * How an address is reached.
   *
   * @param repeatable whether a key makes it safe to send again what may have been taken
   * @param confirmedWithin how long after a message was taken the channel says that it was
   *     delivered; empty if it never says so
   * @param advertising whether it may be used for that
   */
  record Way(boolean repeatable, Optional<Duration> confirmedWithin, boolean advertising) {}

  /**
   * Calls of one of an account's rates.
   *
   * @param units how many calls this is, as the provider counts them
   * @param perSecond how many it takes from this account; 0: nobody says
   */
  record Allowance(String rate, int units, int perSecond) {}

  /** The header fields (lower-case names) and the raw body of a webhook request. */
  interface WebhookRequest {
    /** All values of a header field, in order; the name in any case. */
    List<String> header(String name);

    Bytes body();
  }

  /** Whether a webhook request is the provider's, and by which of our secrets. */
  sealed interface Authenticity {
    /** {@code secretVersion} goes into the entry's verdict: 1 is the current secret. */
    record Authentic(int secretVersion) implements Authenticity {}

    record Refused(Cause cause) implements Authenticity {}

    /** What it must be checked against cannot be had now: the provider is to come again. */
    record Undecided() implements Authenticity {}

    /** What was wrong, as counted in the {@code refused} entry. */
    enum Cause {
      MISSING,
      MALFORMED,
      WRONG,
      SEVERAL
    }
  }

  /** Bytes {@code [from, to)} of a body, owned by a person, or by the account when empty. */
  record OwnedRun(int from, int to, Optional<Identity> owner) {
    /**
     * Whether bytes {@code [from, to)} only end and separate values of JSON. They say nothing of
     * anybody, so they go with the run before them.
     */
    public static boolean isPunctuation(byte[] body, int from, int to) {
      for (int i = from; i < to; i++) {
        switch (body[i]) {
          case ',', ']', '}', ' ', '\t', '\n', '\r' -> {}
          default -> {
            return false;
          }
        }
      }
      return true;
    }
  }

  /** A parsed webhook body. */
  sealed interface ParsedWebhook {
    /** All that happened, in the body's order. */
    List<InboundEvent> events();

    /** {@code destination}: the account id at the provider that the body names, if it names one. */
    record Events(Optional<String> destination, List<InboundEvent> events)
        implements ParsedWebhook {
      public Events {
        events = List.copyOf(events);
      }
    }

    /** What is addressed to several accounts, in the body's order. */
    record Several(List<Events> each) implements ParsedWebhook {
      public Several {
        each = List.copyOf(each);
      }

      @Override
      public List<InboundEvent> events() {
        return each.stream().flatMap(one -> one.events().stream()).toList();
      }
    }

    /** Signed, yet not a webhook: kept whole, answered 200, alarmed. */
    record Malformed(String why) implements ParsedWebhook {
      @Override
      public List<InboundEvent> events() {
        return List.of();
      }
    }
  }

  /**
   * What is to be put into a channel's form.
   *
   * @param id of our message: what a contact chooses says which one offered it
   * @param properties the request's {@code channel_properties}
   * @param agent who speaks for the app
   * @param quote what the channel gave out with a message of the same chat, to quote it by
   * @param recipient where it is known: some things go to some addresses only
   * @param media what was found out about its files, by their addresses
   * @param silence how long the recipient has certainly not written to the account, where anybody
   *     asked: some channels take only some things after a while
   */
  record Composed(
      MessageId id,
      Content.Outbound content,
      Map<String, String> properties,
      Optional<Agent> agent,
      Optional<Quote> quote,
      Optional<Identity> recipient,
      Map<String, MediaFacts> media,
      Optional<Duration> silence) {
    public Composed {
      properties = Map.copyOf(properties);
      media = Map.copyOf(media);
    }

    /** Of files that nobody looked at. */
    public Composed(
        MessageId id,
        Content.Outbound content,
        Map<String, String> properties,
        Optional<Agent> agent,
        Optional<Quote> quote,
        Optional<Identity> recipient) {
      this(id, content, properties, agent, quote, recipient, Map.of());
    }

    /** To somebody of whom nobody asked when they wrote. */
    public Composed(
        MessageId id,
        Content.Outbound content,
        Map<String, String> properties,
        Optional<Agent> agent,
        Optional<Quote> quote,
        Optional<Identity> recipient,
        Map<String, MediaFacts> media) {
      this(id, content, properties, agent, quote, recipient, media, Optional.empty());
    }

    /** What was found out about its files. */
    public Composed with(Map<String, MediaFacts> found) {
      return new Composed(id, content, properties, agent, quote, recipient, found, silence);
    }

    /** To somebody who has certainly not written for so long. */
    public Composed after(Duration time) {
      return new Composed(
          id, content, properties, agent, quote, recipient, media, Optional.of(time));
    }

    /** Said by the app itself, quoting nobody, to somebody, of files that nobody looked at. */
    public Composed(MessageId id, Content.Outbound content, Map<String, String> properties) {
      this(id, content, properties, Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    }

    /** Shows nothing of what it says. */
    @Override
    public String toString() {
      return "Composed[" + id + ", " + content + "]";
    }
  }

  /** An earlier message of the chat, to be quoted. */
  sealed interface Quote {
    /** {@code token} is what the channel quotes it by. */
    record By(String token) implements Quote {
      /** Shows the length only. */
      @Override
      public String toString() {
        return "By[(" + token.length() + " characters)]";
      }
    }

    /** The app named one that the channel cannot quote, or that is none of this chat. */
    record Impossible() implements Quote {}
  }

  /**
   * A message in the channel's own form, or why the channel cannot carry it.
   *
   * <p>{@code lost} names, in sentences, what of the generic message the channel does not show.
   */
  sealed interface Rendered {
    /**
     * @param body the provider's JSON without recipient, reply token or keys
     * @param replyable whether a reply can carry it as well as a push
     * @param numbered whether what can be chosen stands as lines numbered from 1, in the order of
     *     {@link Content.Outbound#choices}: whoever writes such a number has chosen
     */
    record Ready(Bytes body, List<String> lost, boolean replyable, boolean numbered)
        implements Rendered {
      public Ready {
        lost = List.copyOf(lost);
      }

      /** Nothing in it is chosen by writing a number. */
      public Ready(Bytes body, List<String> lost, boolean replyable) {
        this(body, lost, replyable, false);
      }
    }

    /**
     * @param code as the message's report says it
     */
    record Impossible(Reason.Code code, String why) implements Rendered {
      /** Nobody could be sent this on the channel. */
      public Impossible(String why) {
        this(Reason.Code.BAD_REQUEST, why);
      }
    }
  }

  /** What somebody is shown and is no message. */
  sealed interface Signal {
    /**
     * That an answer is being written.
     *
     * @param to the read token of what they wrote last, where one is known
     */
    record Typing(Optional<String> to) implements Signal {
      /** Shows nothing. */
      @Override
      public String toString() {
        return "Typing";
      }
    }

    /** That what they wrote was read, up to the message that the token came with. */
    record Read(String token) implements Signal {
      /** Shows the length only. */
      @Override
      public String toString() {
        return "Read[(" + token.length() + " characters)]";
      }
    }
  }

  /** Whether an account can send to somebody, as far as the provider tells. */
  sealed interface Reach {
    record Yes() implements Reach {}

    /** They blocked the account, or never had to do with it. */
    record No() implements Reach {}

    /** The provider tells of nobody of this kind. */
    record Untold() implements Reach {}

    /** It would tell, but not now. */
    record Unavailable(String why) implements Reach {}
  }

  /** Whether a provider takes an account's credentials. */
  sealed interface Check {
    record Good() implements Check {}

    /** It does not; {@code sentence} says what to do. */
    record Refused(String sentence) implements Check {}

    /** It would say, but not now. */
    record Away() implements Check {}

    /** It is not asked: there is nothing to ask that sends nothing. */
    record Untold() implements Check {}
  }

  /** What an account needs at its provider. Secret: its text form shows nothing. */
  interface Credentials {}

  /**
   * One attempt to send.
   *
   * @param rendered the bytes of {@link Rendered.Ready}, the same for every attempt of a step
   * @param useful how long it is still to be delivered by a provider that can be told so
   */
  record Outgoing(Bytes rendered, Identity recipient, Via via, Optional<Duration> useful) {
    /** Of use for ever. */
    public Outgoing(Bytes rendered, Identity recipient, Via via) {
      this(rendered, recipient, via, Optional.empty());
    }
  }

  /** How to send. */
  sealed interface Via {
    /** By a reply token: free, once, never repeatable. */
    record Reply(String replyToken) implements Via {
      /** Shows the length only: whoever has the token can answer in our place. */
      @Override
      public String toString() {
        return "Reply[(" + replyToken.length() + " characters)]";
      }
    }

    /** By address, repeatable where the channel knows retry keys. */
    record Push(String retryKey) implements Via {}

    /** By address, never repeatable; the channel tells of the delivery under this name. */
    record Once(String tag) implements Via {}
  }
}

package dev.throughline.channel.sms;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Inlet;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.SendResult.Exchange;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * The sessions with SMSCs: held as long as an account receives, and what is sent goes out by them.
 */
public final class SmppSessions implements Inlet {
  /** Between two tries to submit a further part that the SMSC does not take now. */
  private static final Duration PART_PAUSE = Duration.ofMillis(250);

  private final SmppConnections connections;
  private final InstantSource clock;

  /** By the very object: two accounts may have the same credentials. */
  private final Map<SmsCredentials.Smpp, SmppPool> pools =
      Collections.synchronizedMap(new IdentityHashMap<>());

  private final AtomicInteger reference = new AtomicInteger();

  /**
   * @param policy where an app's SMSC may be
   * @param tls whom we trust
   */
  public SmppSessions(Http http, TargetPolicy policy, SSLContext tls, InstantSource clock) {
    this.connections = new SmppConnections(http, policy, tls);
    this.clock = clock;
  }

  @Override
  public boolean serves(Channel.Credentials credentials) {
    return credentials instanceof SmsCredentials.Smpp;
  }

  @Override
  public void receive(Channel.Credentials credentials, Keep keep) throws InterruptedException {
    SmsCredentials.Smpp account = (SmsCredentials.Smpp) credentials;
    SmppPool pool = new SmppPool(account, connections, keep, clock);
    pools.put(account, pool);
    try {
      pool.run();
    } finally {
      pools.remove(account, pool);
    }
  }

  /** Asks the SMSC, unless a session of the account is bound: that says it already. */
  Channel.Check check(SmsCredentials.Smpp account, Duration deadline) {
    boolean bound;
    synchronized (pools) {
      bound =
          pools.entrySet().stream()
              .anyMatch(held -> held.getKey().bindsAs(account) && held.getValue().isBound());
    }
    return bound ? new Channel.Check.Good() : SmppCheck.ask(account, connections, clock, deadline);
  }

  /** Sends all parts, in order; a part is submitted again only where it was surely refused. */
  SendResult send(
      SmsMessage message, Identity recipient, SmsCredentials.Smpp account, Duration deadline) {
    long until = System.nanoTime() + deadline.minus(SmppSession.ANSWER).toNanos();
    List<SmppSubmit> submits =
        SmppSubmit.of(message, recipient, account, reference.incrementAndGet() & 0xFF);
    if (submits.size() > SmsRendering.MAX_PARTS) {
      return new SendResult.Rejected(
          exchange(List.of(), "not sent: too long"),
          new Reason(
              Code.BAD_REQUEST,
              "In the SMSC's alphabet it would be %d SMS, and %d is the most: shorten the text."
                  .formatted(submits.size(), SmsRendering.MAX_PARTS)));
    }
    List<String> ids = new ArrayList<>();
    for (SmppSubmit submit : submits) {
      SmppSession.Submitted result = submit(submit, account, until, !ids.isEmpty());
      if (!(result instanceof SmppSession.Submitted.Taken(String id))) {
        return ids.isEmpty() ? failed(result) : inPieces(ids, submits.size(), result);
      }
      ids.add(SmppIds.normal(id, account.submitIds()));
    }
    return new SendResult.Accepted(exchange(ids, ""), ids);
  }

  /**
   * @param patiently whether a refusal for now is no answer yet, since others of the message were
   *     taken
   */
  private SmppSession.Submitted submit(
      SmppSubmit submit, SmsCredentials.Smpp account, long untilNanos, boolean patiently) {
    while (true) {
      Optional<SmppSession> session =
          Optional.ofNullable(pools.get(account)).flatMap(pool -> pool.enter(untilNanos));
      SmppSession.Submitted result =
          session.map(bound -> bound.submit(submit)).orElseGet(SmppSession.Submitted.NotSent::new);
      boolean again =
          patiently
              && System.nanoTime() < untilNanos
              && switch (result) {
                case SmppSession.Submitted.NotSent _ -> true;
                case SmppSession.Submitted.Refused(int status) ->
                    !(SmppStatus.of(status, exchange(List.of(), ""))
                        instanceof SendResult.Rejected);
                case SmppSession.Submitted.Taken _, SmppSession.Submitted.Unanswered _ -> false;
              };
      if (!again || !pause()) {
        return result;
      }
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(PART_PAUSE);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static SendResult failed(SmppSession.Submitted result) {
    return switch (result) {
      case SmppSession.Submitted.Refused(int status) ->
          SmppStatus.of(status, exchange(List.of(), "command_status 0x%08X".formatted(status)));
      case SmppSession.Submitted.NotSent() ->
          new SendResult.Unreachable(
              exchange(List.of(), "no session with a free place"),
              new Reason(Code.CHANNEL_FAILURE, "There is no session with the SMSC to send by."));
      case SmppSession.Submitted.Unanswered(String why) ->
          new SendResult.Unknown(
              exchange(List.of(), why),
              new Reason(
                  Code.CHANNEL_FAILURE,
                  "The SMSC gave no answer in time; it may or may not have taken the message."));
      case SmppSession.Submitted.Taken _ ->
          throw new IllegalArgumentException("taken is no failure");
    };
  }

  private static SendResult inPieces(List<String> ids, int parts, SmppSession.Submitted result) {
    String why =
        switch (result) {
          case SmppSession.Submitted.Refused(int status) ->
              "command_status 0x%08X".formatted(status);
          case SmppSession.Submitted.NotSent() -> "the session was lost";
          case SmppSession.Submitted.Unanswered(String words) -> words;
          case SmppSession.Submitted.Taken _ -> "";
        };
    return new SendResult.Unknown(
        exchange(ids, why),
        new Reason(
            Code.CHANNEL_FAILURE,
            "The SMSC took %d of the message's %d parts; what is shown of it is the phone's to say."
                .formatted(ids.size(), parts)));
  }

  /** SMPP has no bodies; what was answered is put into words. */
  private static Exchange exchange(List<String> ids, String error) {
    return new Exchange(
        0,
        ids.stream().findFirst(),
        ids.isEmpty() ? Bytes.EMPTY : Bytes.utf8("submit_sm_resp " + String.join(" ", ids)),
        error);
  }
}

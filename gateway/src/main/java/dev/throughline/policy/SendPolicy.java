package dev.throughline.policy;

import dev.throughline.message.ChannelName;
import dev.throughline.message.ConsentList;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import java.time.Instant;
import java.util.Optional;

/**
 * How an app treats the people it writes to, as it sets it.
 *
 * @param unsaid the class of sends that name none
 * @param stopped the list that a stop word puts somebody on
 */
public record SendPolicy(
    MessageClass unsaid,
    ConsentPolicy consent,
    QuietHours quietHours,
    OptWords words,
    ConsentList stopped) {
  public static final SendPolicy CONTRACT =
      new SendPolicy(
          MessageClass.CONVERSATION,
          ConsentPolicy.CONTRACT,
          QuietHours.NONE,
          OptWords.KNOWN,
          ConsentList.OPT_OUT_ALL);

  /** Of a send, what it is for. */
  public MessageClass classOf(Optional<MessageClass> said) {
    return said.orElse(unsaid);
  }

  /** Why nothing of this class may go to an address, if it may not. */
  public Optional<Reason> refusal(
      ChannelName channel, MessageClass sent, Standing standing, Instant now) {
    if (standing.refuses(sent)) {
      return refused(
          Reason.Code.DELIVERY_REJECTED_DUE_TO_POLICY,
          "The recipient's address is on a list of those who want no such messages.");
    }
    if (standing.isSuppressed(sent, now)) {
      return refused(
          Reason.Code.DELIVERY_REJECTED_DUE_TO_POLICY,
          "The recipient's address is suppressed: the channel told of a bounce, a complaint or a"
              + " withdrawal. Take it off the app's suppressions if that is over.");
    }
    if (consent.need(channel, sent) == ConsentPolicy.Need.OPT_IN && !standing.wants(sent)) {
      return refused(
          Reason.Code.RECIPIENT_NOT_OPTED_IN,
          "The app's consent_policy wants the recipient's opt-in for "
              + sent
              + " on "
              + channel
              + ", and none is known: register it first.");
    }
    return Optional.empty();
  }

  /** Whether a message may have to wait; advertising is never urgent. */
  public boolean mayHold(MessageClass sent, boolean urgent) {
    boolean pressing = urgent && sent != MessageClass.MARKETING;
    return !pressing && quietHours.concern(sent);
  }

  /** Whether a message may go now, to whom nothing else speaks against it. */
  public Permission hours(MessageClass sent, Instant now, RecipientZone zone) {
    Instant opens = quietHours.opens(sent, now, zone.zone());
    return opens.isAfter(now) ? new Permission.NotBefore(opens, zone) : new Permission.Granted();
  }

  private static Optional<Reason> refused(Reason.Code code, String sentence) {
    return Optional.of(new Reason(code, sentence));
  }
}

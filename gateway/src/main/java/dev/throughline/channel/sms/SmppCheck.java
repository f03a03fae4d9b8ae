package dev.throughline.channel.sms;

import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Channel.Check;
import dev.throughline.channel.Inlet;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import javax.net.ssl.SSLException;
import org.jsmpp.bean.BindType;
import org.jsmpp.extra.NegativeResponseException;

/**
 * Asks an SMSC whether it takes an account, by one bind that ends at once. The table stands in
 * docs/channels/sms.md.
 */
final class SmppCheck {
  /** Whatever is delivered in that moment is to come again, to a session that is held. */
  static final Inlet.Keep NOTHING =
      new Inlet.Keep() {
        @Override
        public boolean keep(Bytes body, int secretVersion) {
          return false;
        }

        @Override
        public void refused(Cause cause) {
          throw new IllegalStateException("an SMSC posts no webhooks");
        }
      };

  private SmppCheck() {}

  static Check ask(
      SmsCredentials.Smpp account,
      SmppConnections connections,
      InstantSource clock,
      Duration deadline) {
    long end = System.nanoTime() + deadline.toNanos();
    BindType type = account.pair() ? BindType.BIND_TX : BindType.BIND_TRX;
    try {
      SmppSession session =
          SmppSession.within(deadline, account, type, connections, NOTHING, clock);
      session.leave(left(end).dividedBy(2));
      return new Check.Good();
    } catch (SmppConnections.NotDialledException e) {
      return e.isForbidden()
          ? new Check.Refused(
              "The SMSC has no address that may be called: name a public host and its port.")
          : new Check.Away();
    } catch (SSLException e) {
      return left(end).isZero()
          ? new Check.Away()
          : new Check.Refused(
              "No TLS came about with the SMSC: its certificate must be of host, and by an authority"
                  + " that Java trusts; or the port takes none.");
    } catch (IOException e) {
      return e.getCause() instanceof NegativeResponseException refusal
          ? refused(refusal.getCommandStatus())
          : new Check.Away();
    }
  }

  private static Duration left(long end) {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  /** The status of a bind's response (SMPP 3.4, 5.1.3). */
  private static Check refused(int status) {
    return switch (status) {
      // ESME_RALYBND, where other sessions of the account are all that it may have, and "not now".
      case 0x05, 0x08, 0x14, 0x58, 0x64 -> new Check.Away();
      // ESME_RBINDFAIL, ESME_RINVPASWD, ESME_RINVSYSID, ESME_RINVSYSTYP.
      case 0x0D, 0x0E, 0x0F, 0x53 ->
          new Check.Refused(
              "The SMSC refuses the account: check system_id, password and system_type"
                  + SmppStatus.at(status));
      // ESME_RINVCMDID, ESME_RINVBNDSTS: of a kind of bind that it does not know, or not for us.
      case 0x03, 0x04 ->
          new Check.Refused(
              "The SMSC does not take this kind of bind: set bind to the other one"
                  + SmppStatus.at(status));
      default ->
          new Check.Refused(
              "The SMSC refuses to bind; its operator knows why" + SmppStatus.at(status));
    };
  }
}

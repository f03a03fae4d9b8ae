package dev.throughline.channel.sms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Inlet;
import dev.throughline.channel.sms.SmsCredentials.Concatenation;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import javax.net.ssl.SSLContext;
import org.jsmpp.bean.BindType;
import org.junit.jupiter.api.Test;

/** An SMSC that accepts a bind and hangs up in the same moment leaves nobody waiting for it. */
final class SmppHangUpTest {
  private static final int TIMES = 30;

  /** Every other time the connection ends before its answer is read, which is waited for then. */
  private static final Duration ANSWER = Duration.ofMillis(300);

  private static final int BIND_TRANSCEIVER_RESP = 0x80000009;
  private static final byte[] SYSTEM_ID = {'s', 'm', 's', 'c', 0};

  @Test
  void aSessionThatEndsAsItIsBoundHasEnded() throws Exception {
    int bound = 0;
    try (ServerSocket smsc = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Http http = new Http(Http.Settings.of("test"))) {
      Thread.ofVirtual().start(() -> hangUp(smsc));
      SmppConnections connections =
          new SmppConnections(http, TargetPolicy.SANDBOX, SSLContext.getDefault());
      for (int i = 0; i < TIMES; i++) {
        try (SmppSession session =
            SmppSession.within(
                ANSWER,
                SmppSessionsTest.account(smsc.getLocalPort(), Concatenation.UDH, 10, false, 1),
                BindType.BIND_TRX,
                connections,
                new Nothing(),
                InstantSource.system())) {
          bound++;
          Thread waits = Thread.ofVirtual().start(() -> await(session));
          assertThat(waits.join(Patience.LONG)).as("its end is noticed").isTrue();
        } catch (IOException refused) {
          // It was gone before it was bound: whoever opened it knows.
        }
      }
    }
    assertThat(bound).as("sessions that were bound").isPositive();
  }

  private static void await(SmppSession session) {
    try {
      session.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void hangUp(ServerSocket smsc) {
    while (!smsc.isClosed()) {
      try (Socket socket = smsc.accept();
          DataInputStream in = new DataInputStream(socket.getInputStream());
          DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
        int length = in.readInt();
        in.readInt();
        in.readInt();
        int sequence = in.readInt();
        in.skipNBytes(length - 4L * Integer.BYTES);
        out.writeInt(4 * Integer.BYTES + SYSTEM_ID.length);
        out.writeInt(BIND_TRANSCEIVER_RESP);
        out.writeInt(0);
        out.writeInt(sequence);
        out.write(SYSTEM_ID);
      } catch (IOException gone) {
        // The test is over, or the other side was faster.
      }
    }
  }

  /** Of an SMSC that delivers nothing. */
  private static final class Nothing implements Inlet.Keep {
    @Override
    public boolean keep(Bytes body, int secretVersion) {
      return false;
    }

    @Override
    public void refused(Cause cause) {
      throw new AssertionError(cause);
    }
  }
}

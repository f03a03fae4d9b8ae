package dev.throughline.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** One open connection to one target, its handshake done, used by one exchange at a time. */
final class Wire {
  private final SocketChannel channel;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] buffer = new byte[8 << 10];
  private long idleSince;

  private Wire(SocketChannel channel, InputStream in, OutputStream out) {
    this.channel = channel;
    this.in = in;
    this.out = out;
  }

  static Wire plain(SocketChannel channel) throws IOException {
    return new Wire(channel, channel.socket().getInputStream(), channel.socket().getOutputStream());
  }

  /**
   * Shakes hands over a connection to a checked address. The certificate must be the target's by
   * name, though the address was dialled by number.
   */
  static Wire tls(SocketChannel channel, Target target, SSLContext context) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(channel.socket(), target.host(), target.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    if (target.literal().isEmpty()) {
      parameters.setServerNames(List.of(new SNIHostName(target.host())));
    }
    parameters.setApplicationProtocols(new String[] {"http/1.1"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return new Wire(channel, socket.getInputStream(), socket.getOutputStream());
  }

  SocketChannel channel() {
    return channel;
  }

  OutputStream out() {
    return out;
  }

  AnswerReader reader() {
    return new AnswerReader(in, buffer);
  }

  void rest(long now) {
    idleSince = now;
  }

  long idleSince() {
    return idleSince;
  }

  /**
   * Whether the peer has kept quiet since the last answer. A close or any byte, and over TLS also a
   * late record of the handshake, makes the connection useless: that is seen here and not after a
   * request was written to it.
   */
  boolean isQuiet() {
    try {
      channel.configureBlocking(false);
      int count = channel.read(ByteBuffer.allocate(1));
      channel.configureBlocking(true);
      return count == 0;
    } catch (IOException e) {
      return false;
    }
  }

  void close() {
    Deadline.closeQuietly(channel);
  }
}

package dev.throughline.channel.sms;

import dev.throughline.http.Dialled;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jsmpp.session.connection.Connection;
import org.jsmpp.session.connection.ConnectionFactory;

/**
 * Connections to SMSCs. An app names the host, so it passes the boundary for such addresses, and
 * what was checked is what is dialled.
 */
final class SmppConnections {
  /** Set by whoever submits; true once a byte of theirs was handed to the socket. */
  static final ScopedValue<AtomicBoolean> WRITTEN = ScopedValue.newInstance();

  private static final Duration DIAL = Duration.ofSeconds(10);

  private final Http http;
  private final TargetPolicy policy;
  private final SSLContext tls;

  SmppConnections(Http http, TargetPolicy policy, SSLContext tls) {
    this.http = http;
    this.policy = policy;
    this.tls = tls;
  }

  /** No connection came to be; nothing was said to anybody. */
  static final class NotDialledException extends IOException {
    private static final long serialVersionUID = 1;

    private final HttpResult.Cause why;

    NotDialledException(HttpResult.Cause why) {
      super(why.name());
      this.why = why;
    }

    /** Whether that is because customers' addresses may not be there. */
    boolean isForbidden() {
      return why == HttpResult.Cause.REFUSED_TARGET;
    }
  }

  ConnectionFactory to(SmsCredentials.Smpp account) {
    return to(account, DIAL);
  }

  /**
   * @param time for the connection, and as much again for each answer of a handshake
   */
  ConnectionFactory to(SmsCredentials.Smpp account, Duration time) {
    return (host, port) -> {
      Socket socket = dial(host, port, time);
      if (!account.tls()) {
        return new Plain(socket);
      }
      try {
        return new Plain(secured(socket, host, port, time));
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    };
  }

  private Socket dial(String host, int port, Duration time) throws IOException {
    Target target;
    try {
      target = Target.parse("http://" + host + ":" + port);
    } catch (Target.InvalidTargetException e) {
      throw new NotDialledException(HttpResult.Cause.REFUSED_TARGET);
    }
    return switch (http.dial(target, policy, time)) {
      case Dialled.Connected(Socket socket) -> socket;
      case Dialled.Failed(var cause) -> throw new NotDialledException(cause);
    };
  }

  private Socket secured(Socket socket, String host, int port, Duration time) throws IOException {
    socket.setSoTimeout(Math.max(1, (int) time.toMillis()));
    SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(socket, host, port, true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  /** A socket as jsmpp wants it. */
  private static final class Plain implements Connection {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Plain(Socket socket) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.out =
          new FilterOutputStream(socket.getOutputStream()) {
            @Override
            public void write(int octet) throws IOException {
              told();
              out.write(octet);
            }

            @Override
            public void write(byte[] octets, int from, int count) throws IOException {
              told();
              out.write(octets, from, count);
            }

            private void told() {
              if (WRITTEN.isBound()) {
                WRITTEN.get().set(true);
              }
            }
          };
    }

    @Override
    public boolean isOpen() {
      return !socket.isClosed();
    }

    @Override
    public InetAddress getInetAddress() {
      return socket.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
      return socket.getLocalAddress();
    }

    @Override
    public int getPort() {
      return socket.getPort();
    }

    @Override
    public int getLocalPort() {
      return socket.getLocalPort();
    }

    @Override
    public InputStream getInputStream() {
      return in;
    }

    @Override
    public OutputStream getOutputStream() {
      return out;
    }

    @Override
    public void setSoTimeout(int millis) throws IOException {
      socket.setSoTimeout(millis);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}

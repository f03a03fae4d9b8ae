package dev.throughline.http;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.ConnectionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The options of accepted sockets, and the channels that they were set for: Helidon tells no
 * connection its channel, but has each configured by these as soon as it is accepted.
 */
final class AcceptedChannels implements SocketOptions {
  private final SocketOptions options;
  private final Map<Ends, SocketChannel> accepted = new ConcurrentHashMap<>();

  /** Of one listener only one open connection has them. */
  private record Ends(SocketAddress local, SocketAddress remote) {}

  AcceptedChannels(SocketOptions options) {
    this.options = options;
  }

  /** The channel of a connection; asked for once. */
  Optional<SocketChannel> take(ConnectionContext connection) {
    return Optional.ofNullable(
        accepted.remove(
            new Ends(connection.localPeer().address(), connection.remotePeer().address())));
  }

  /** Forgets those that were closed before anybody asked. */
  void tidy() {
    accepted.values().removeIf(channel -> !channel.isOpen());
  }

  @Override
  public void configureSocket(SocketChannel channel) {
    options.configureSocket(channel);
    try {
      accepted.put(new Ends(channel.getLocalAddress(), channel.getRemoteAddress()), channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void configureSocket(Socket socket) {
    options.configureSocket(socket);
  }

  @Override
  public Map<SocketOption<?>, Object> socketOptions() {
    return options.socketOptions();
  }

  @Override
  public Duration connectTimeout() {
    return options.connectTimeout();
  }

  @Override
  public Duration readTimeout() {
    return options.readTimeout();
  }

  @Override
  public Optional<Integer> socketReceiveBufferSize() {
    return options.socketReceiveBufferSize();
  }

  @Override
  public Optional<Integer> socketSendBufferSize() {
    return options.socketSendBufferSize();
  }

  @Override
  public boolean socketReuseAddress() {
    return options.socketReuseAddress();
  }

  @Override
  public boolean socketKeepAlive() {
    return options.socketKeepAlive();
  }

  @Override
  public boolean tcpNoDelay() {
    return options.tcpNoDelay();
  }
}

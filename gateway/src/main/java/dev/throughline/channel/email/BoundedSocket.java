package dev.throughline.channel.email;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;

/**
 * A connected socket from which only so much is read at a time: a server that answers without end
 * is cut off, since Angus Mail keeps whatever comes.
 */
final class BoundedSocket extends Socket {
  /** The certificates of a handshake are the most that an honest server sends. */
  private static final int MAX_BYTES = 256 << 10;

  private final Socket inner;
  private int left = MAX_BYTES;

  BoundedSocket(Socket inner) {
    this.inner = inner;
  }

  /** From here on as much may come again. */
  void renew() {
    left = MAX_BYTES;
  }

  void abort() {
    try {
      inner.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new FilterInputStream(inner.getInputStream()) {
      @Override
      public int read() throws IOException {
        return counted(super.read(), 1);
      }

      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        int count = super.read(into, from, length);
        return counted(count, Math.max(0, count));
      }
    };
  }

  private int counted(int result, int count) throws IOException {
    left -= count;
    if (left < 0) {
      throw new IOException("the server answers without end");
    }
    return result;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return inner.getOutputStream();
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }

  @Override
  public InetAddress getInetAddress() {
    return inner.getInetAddress();
  }

  @Override
  public int getPort() {
    return inner.getPort();
  }

  @Override
  public InetAddress getLocalAddress() {
    return inner.getLocalAddress();
  }

  @Override
  public int getLocalPort() {
    return inner.getLocalPort();
  }

  @Override
  public boolean isConnected() {
    return inner.isConnected();
  }

  @Override
  public boolean isBound() {
    return inner.isBound();
  }

  @Override
  public boolean isClosed() {
    return inner.isClosed();
  }

  @Override
  public boolean isInputShutdown() {
    return inner.isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return inner.isOutputShutdown();
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    inner.setSoTimeout(millis);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return inner.getSoTimeout();
  }
}

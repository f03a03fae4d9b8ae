package dev.throughline.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A body that its handler reads while it comes. Each read has the listener's deadline for bodies to
 * itself, since nobody knows how long a large one takes.
 */
final class StreamedBody extends InputStream {
  private final GuardedConnection connection;
  private final InputStream in;
  private final long limit;
  private long read;
  private boolean ended;

  StreamedBody(GuardedConnection connection, InputStream in, long limit) {
    this.connection = connection;
    this.in = in;
    this.limit = limit;
  }

  /** Whether nothing more of the request is to come. */
  boolean isEnded() {
    return ended;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    if (ended || length == 0) {
      return ended ? -1 : 0;
    }
    connection.enter(GuardedConnection.Phase.BODY);
    int count;
    try {
      count = in.read(bytes, from, length);
    } catch (GuardedConnection.BudgetSpentException e) {
      throw new BrokenException(new HttpFailure.BodyTooLarge(limit));
    } catch (IOException | DataReader.InsufficientDataAvailableException e) {
      throw new CloseConnectionException("the client left before the end of its body", e);
    } catch (RequestException e) {
      throw new BrokenException(
          new HttpFailure.Malformed(400, "The chunks of the body cannot be read."));
    }
    connection.enter(GuardedConnection.Phase.HANDLING);
    if (count < 0) {
      ended = true;
      return -1;
    }
    read += count;
    if (read > limit) {
      throw new BrokenException(new HttpFailure.BodyTooLarge(limit));
    }
    return count;
  }

  /** The body cannot be read on. */
  static final class BrokenException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient HttpFailure failure;

    BrokenException(HttpFailure failure) {
      super(failure.message());
      this.failure = failure;
    }

    HttpFailure failure() {
      return failure;
    }
  }

  /** Nothing: what is left unread ends the connection. */
  @Override
  public void close() {}
}

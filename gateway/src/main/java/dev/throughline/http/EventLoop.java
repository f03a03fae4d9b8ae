package dev.throughline.http;

import dev.throughline.message.Bytes;
import io.helidon.http.DateTime;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Serves many connections on one thread, as long as they send nothing but {@linkplain PlainRequest
 * plain requests} to routes with a {@link PromptHandler}. With a thread of its own, a request waits
 * three times for a processor: until its bytes are read, until its answer is known, and until
 * somebody reads on. Here the thread that is awake anyway does it for all who are ready.
 *
 * <p>A connection that sends anything else goes to Helidon with what it sent, and stays there:
 * other routes, bodies in chunks, larger requests, mistakes.
 */
final class EventLoop implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EventLoop.class.getName());

  /** The largest request with its body; what follows one is held up to the same size. */
  static final int REQUEST_BYTES = ServerLimits.UNCOUNTED_BODY_BYTES;

  /** Who needs more for one request is slow, and does not hold up others by being looked at. */
  static final int MOST_PIECES = 4;

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
  private static final int NO_CONTENT = 204;
  private static final byte[] NO_BYTES = new byte[0];

  private final Routes routes;
  private final Errors errors;
  private final AtomicBoolean closing;
  private final int mostAnswering;
  private final Selector selector;
  private final Thread thread;
  private final ByteBuffer in = ByteBuffer.allocateDirect(REQUEST_BYTES);
  private final ByteBuffer out = ByteBuffer.allocateDirect(REQUEST_BYTES);

  /** What other threads want done here. */
  private final Queue<Runnable> wanted = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean woken = new AtomicBoolean();
  private volatile boolean stopped;

  /** Only the loop's thread touches it. */
  private int answering;

  /**
   * @param closing true once no further request is wanted: answers then say Connection: close
   * @param mostAnswering requests with their handlers at once; further ones get 503
   */
  EventLoop(Listener listener, AtomicBoolean closing, int mostAnswering) throws IOException {
    this.routes = new Routes(listener.routes());
    this.errors = listener.errors();
    this.closing = closing;
    this.mostAnswering = Math.max(1, mostAnswering);
    this.selector = Selector.open();
    this.thread =
        Thread.ofPlatform().daemon().name("http-loop-" + listener.name()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** A connection that is to be served here first. */
  Served admit(SocketChannel channel, GuardedConnection guard) {
    return new Served(channel, guard);
  }

  @Override
  public void close() {
    execute(() -> stopped = true);
    try {
      thread.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it serves nobody any more. */
  boolean isStopped() {
    return stopped;
  }

  private void run() {
    try (selector) {
      try {
        while (!stopped) {
          turn();
        }
      } finally {
        stopped = true;
        selector.keys().forEach(key -> ((Served) key.attachment()).over());
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "an event loop cannot go on", e);
    }
  }

  private void turn() throws IOException {
    try {
      selector.select(EventLoop::ready);
      woken.set(false);
      for (Runnable task = wanted.poll(); task != null; task = wanted.poll()) {
        task.run();
      }
    } catch (RuntimeException | Error bug) {
      LOG.log(System.Logger.Level.ERROR, "an event loop met something unexpected", bug);
    }
  }

  private static void ready(SelectionKey key) {
    ((Served) key.attachment()).ready();
  }

  private void execute(Runnable task) {
    wanted.add(task);
    if (Thread.currentThread() != thread && woken.compareAndSet(false, true)) {
      selector.wakeup();
    }
  }

  private Response failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return errors.answer(new HttpFailure.Unexpected(cause));
  }

  /** The answer as it goes out; in {@link #out} if there is room. */
  private ByteBuffer encoded(Response answer, boolean keep) {
    byte[] body =
        switch (answer.body()) {
          case Response.Body.Whole(Bytes bytes) -> bytes.array();
          default -> throw new IllegalStateException("a prompt answer is there as a whole");
        };
    StringBuilder head =
        new StringBuilder(128)
            .append("HTTP/1.1 ")
            .append(answer.status())
            .append(' ')
            .append(Status.create(answer.status()).reasonPhrase())
            .append("\r\nDate: ")
            .append(DateTime.rfc1123String())
            .append("\r\n");
    for (Headers.Field field : answer.headers()) {
      head.append(field.name()).append(": ").append(field.value()).append("\r\n");
    }
    if (!keep) {
      head.append("Connection: close\r\n");
    }
    if (answer.status() != NO_CONTENT) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    byte[] lines = head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    int length = lines.length + body.length;
    ByteBuffer bytes = length <= out.capacity() ? out.clear() : ByteBuffer.allocate(length);
    return bytes.put(lines).put(body).flip();
  }

  private static byte[] joined(byte[] first, ByteBuffer then) {
    byte[] all = Arrays.copyOf(first, first.length + then.remaining());
    then.get(all, first.length, then.remaining());
    return all;
  }

  /** One connection. Everything but {@link #serve} and {@link #end} is the loop's own. */
  final class Served {
    private final SocketChannel channel;
    private final GuardedConnection guard;

    /** The bytes with which it went to Helidon; empty if it is over. */
    private final CompletableFuture<Optional<byte[]>> left = new CompletableFuture<>();

    private @Nullable SelectionKey key;

    /** What was read of a request that is not whole, or of what follows the one under way. */
    private byte[] held = NO_BYTES;

    private int pieces;
    private boolean isAnswering;

    /** The rest of an answer that the client has not taken yet. */
    private @Nullable ByteBuffer unsent;

    private boolean isLastAnswer;

    private Served(SocketChannel channel, GuardedConnection guard) {
      this.channel = channel;
      this.guard = guard;
    }

    /**
     * Waits while the connection is served here.
     *
     * @return whether it goes on elsewhere, with what was read of its next request
     */
    boolean serve() throws InterruptedException {
      execute(this::begin);
      if (stopped) {
        left.complete(Optional.empty());
      }
      try {
        Optional<byte[]> bytes = left.get();
        bytes.ifPresent(guard::unread);
        return bytes.isPresent();
      } catch (InterruptedException e) {
        end();
        throw e;
      } catch (ExecutionException e) {
        throw new AssertionError("nothing else completes it", e);
      }
    }

    /** Ends the connection, whatever it does; false if it is not served here any more. */
    boolean end() {
      if (left.isDone()) {
        return false;
      }
      execute(this::over);
      return true;
    }

    private void begin() {
      if (left.isDone()) {
        return;
      }
      try {
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
      } catch (IOException e) {
        over();
      }
    }

    private void ready() {
      try {
        if (unsent != null) {
          writeOn(unsent);
        } else {
          read();
        }
      } catch (IOException | CancelledKeyException | CloseConnectionException e) {
        over();
      } catch (RuntimeException | Error bug) {
        LOG.log(System.Logger.Level.ERROR, "a connection met something unexpected", bug);
        over();
      }
    }

    private void read() throws IOException {
      int count = channel.read(in.clear().limit(REQUEST_BYTES - held.length));
      if (count == 0) {
        return;
      }
      if (count < 0) {
        if (isAnswering) {
          // It still gets its answer; the end shows again thereafter.
          waitFor(0);
        } else if (held.length > 0) {
          leave(held);
        } else {
          over();
        }
        return;
      }
      byte[] bytes = joined(held, in.flip());
      if (isAnswering) {
        held = bytes;
        if (held.length >= REQUEST_BYTES) {
          waitFor(0);
        }
        return;
      }
      if (pieces++ == 0) {
        guard.enter(GuardedConnection.Phase.HEAD);
      }
      next(bytes);
    }

    private void next(byte[] bytes) throws IOException {
      held = NO_BYTES;
      switch (PlainRequest.parse(bytes, REQUEST_BYTES)) {
        case PlainRequest.Parsed.Cut(boolean inBody) -> {
          if (pieces >= MOST_PIECES || bytes.length >= REQUEST_BYTES) {
            leave(bytes);
          } else {
            held = bytes;
            if (inBody) {
              guard.enter(GuardedConnection.Phase.BODY);
            }
          }
        }
        case PlainRequest.Parsed.Other() -> leave(bytes);
        case PlainRequest.Parsed.Whole(PlainRequest request) -> {
          if (found(request) instanceof Routes.Match.Found(Route route, var parameters)
              && route.prompt() != null
              && request.bodyLength() <= route.bodyLimitBytes()) {
            guard.enter(GuardedConnection.Phase.HANDLING);
            int end = request.bodyFrom() + request.bodyLength();
            held = Arrays.copyOfRange(bytes, end, bytes.length);
            isAnswering = true;
            handle(
                route.prompt(),
                new Request(
                    request.method(),
                    request.path(),
                    parameters,
                    Query.EMPTY,
                    request.headers(),
                    guard::remoteAddress,
                    Bytes.wrap(Arrays.copyOfRange(bytes, request.bodyFrom(), end)),
                    InputStream.nullInputStream()));
          } else {
            leave(bytes);
          }
        }
      }
    }

    private Routes.@Nullable Match found(PlainRequest request) {
      try {
        return routes.find(request.method(), request.path());
      } catch (PercentCode.MalformedException e) {
        return null;
      }
    }

    private void handle(PromptHandler handler, Request request) throws IOException {
      if (answering >= mostAnswering) {
        write(errors.answer(new HttpFailure.Overloaded()), false);
        return;
      }
      answering++;
      CompletableFuture<Response> answer;
      try {
        answer = handler.handle(request);
      } catch (Exception | StackOverflowError | LinkageError | AssertionError e) {
        answer = CompletableFuture.failedFuture(e);
      }
      CompletableFuture<Response> _ =
          answer.whenComplete((response, failure) -> execute(() -> answer(response, failure)));
    }

    private void answer(@Nullable Response response, @Nullable Throwable failure) {
      answering--;
      if (left.isDone()) {
        return;
      }
      try {
        write(
            response != null && failure == null
                ? response
                : failed(failure == null ? new NullPointerException("no answer") : failure),
            !closing.get());
      } catch (IOException | CancelledKeyException | CloseConnectionException e) {
        over();
      } catch (RuntimeException | Error bug) {
        LOG.log(System.Logger.Level.ERROR, "an answer met something unexpected", bug);
        over();
      }
    }

    private void write(Response answer, boolean keep) throws IOException {
      guard.enter(GuardedConnection.Phase.WRITING);
      isLastAnswer = !keep;
      ByteBuffer bytes = encoded(answer, keep);
      channel.write(bytes);
      if (bytes.hasRemaining()) {
        // The loop's own buffer is for the next answer.
        unsent = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        waitFor(SelectionKey.OP_WRITE);
      } else {
        written();
      }
    }

    private void writeOn(ByteBuffer rest) throws IOException {
      channel.write(rest);
      if (!rest.hasRemaining()) {
        unsent = null;
        written();
      }
    }

    /** The client has taken all of the answer. */
    private void written() throws IOException {
      if (isLastAnswer) {
        over();
        return;
      }
      guard.enter(GuardedConnection.Phase.IDLE);
      isAnswering = false;
      pieces = 0;
      waitFor(SelectionKey.OP_READ);
      if (held.length > 0) {
        pieces = 1;
        guard.enter(GuardedConnection.Phase.HEAD);
        next(held);
      }
    }

    private void waitFor(int operations) {
      SelectionKey mine = key;
      if (mine != null && mine.interestOps() != operations) {
        mine.interestOps(operations);
      }
    }

    private void leave(byte[] bytes) throws IOException {
      cancel();
      channel.configureBlocking(true);
      left.complete(Optional.of(bytes));
    }

    private void over() {
      cancel();
      left.complete(Optional.empty());
    }

    private void cancel() {
      SelectionKey mine = key;
      if (mine != null) {
        mine.cancel();
      }
    }
  }
}

package dev.throughline.channel.aws;

import dev.throughline.channel.SendResult.Exchange;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * One call, as it is seen below the SDK: its deadline on the way in, and what became of it on the
 * wire on the way out. The SDK tells neither whether a request was written nor what was answered,
 * once its own reading of the answer fails.
 */
final class AwsCall {
  /** The SDK calls its HTTP client in the thread that called the SDK. */
  static final ScopedValue<AwsCall> CURRENT = ScopedValue.newInstance();

  private static final int MAX_KEPT = 64 << 10;

  private final long startedNanos = System.nanoTime();
  private final Duration deadline;
  private final int maxAnswerBytes;
  private Wire wire = new Wire.NotSent("the request could not be made");

  AwsCall(Duration deadline, int maxAnswerBytes) {
    this.deadline = deadline;
    this.maxAnswerBytes = maxAnswerBytes;
  }

  /** What is left of the deadline; never less than a moment. */
  Duration left() {
    Duration left = deadline.minusNanos(System.nanoTime() - startedNanos);
    return left.isPositive() ? left : Duration.ofMillis(1);
  }

  int maxAnswerBytes() {
    return maxAnswerBytes;
  }

  void became(Wire became) {
    wire = became;
  }

  Wire wire() {
    return wire;
  }

  /** What is known of the request. */
  sealed interface Wire {
    /** No byte of it left. */
    record NotSent(String why) implements Wire {}

    /** Some of it left, and no whole answer came. */
    record Unanswered(String why) implements Wire {}

    /** A whole answer came. */
    record Answered(int status, Optional<String> requestId, Optional<String> retryAfter, Bytes body)
        implements Wire {}

    default Exchange exchange() {
      return switch (this) {
        case NotSent(String why) -> new Exchange(0, Optional.empty(), Bytes.EMPTY, why);
        case Unanswered(String why) -> new Exchange(0, Optional.empty(), Bytes.EMPTY, why);
        case Answered(int status, Optional<String> requestId, var _, Bytes body) ->
            new Exchange(
                status,
                requestId,
                body.length() <= MAX_KEPT
                    ? body
                    : Bytes.wrap(Arrays.copyOf(body.array(), MAX_KEPT)),
                "");
      };
    }
  }
}

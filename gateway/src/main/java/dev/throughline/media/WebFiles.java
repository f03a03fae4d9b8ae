package dev.throughline.media;

import dev.throughline.channel.MediaSource.Fetched;
import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.Receiver;
import dev.throughline.http.RetryAfter;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Files at addresses that somebody gave us. The policy is asked for the first address and after
 * every redirect, of which few are followed; each connection goes to an address that it allows.
 */
public final class WebFiles {
  private static final int MAX_REDIRECTS = 3;
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);

  private final Http http;
  private final InstantSource clock;

  public WebFiles(Http http, InstantSource clock) {
    this.http = http;
    this.clock = clock;
  }

  /** What came of asking an address, redirects followed. */
  sealed interface Found {
    /** {@code whole}: the receiver had all of it; else it wanted no more. */
    record Answered(int status, Headers headers, boolean whole) implements Found {}

    /** The address, or one that it leads to, is none that may be asked. */
    record NoAddress(String why) implements Found {}

    record Silent(HttpResult.Cause cause) implements Found {}
  }

  /** Follows redirects from https to https and http to either, never back to http. */
  Found get(
      String address,
      TargetPolicy policy,
      List<Headers.Field> headers,
      Receiver receiver,
      Duration time) {
    long end = System.nanoTime() + time.toNanos();
    String next = address;
    boolean secure = false;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      Target target;
      try {
        target = Target.parse(next);
      } catch (Target.InvalidTargetException e) {
        return new Found.NoAddress(String.valueOf(e.getMessage()));
      }
      if (secure && !target.tls()) {
        return new Found.NoAddress("it leads from https to http");
      }
      secure |= target.tls();
      OutgoingRequest request = OutgoingRequest.get(target, policy);
      for (Headers.Field field : headers) {
        request = request.with(field.name(), field.value());
      }
      Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
      Final last = new Final(receiver);
      switch (http.receive(request, left, last)) {
        case HttpResult.Answered(int status, Headers fields, var _) -> {
          Optional<String> location = redirect(status, fields, target);
          if (location.isEmpty()) {
            return new Found.Answered(status, fields, true);
          }
          next = location.get();
        }
        case HttpResult.TooLarge(int status, Headers fields) -> {
          Optional<String> location = redirect(status, fields, target);
          if (location.isEmpty()) {
            return new Found.Answered(status, fields, false);
          }
          next = location.get();
        }
        case HttpResult.NotSent(HttpResult.Cause cause) -> {
          return new Found.Silent(cause);
        }
        case HttpResult.Unknown(HttpResult.Cause cause, var _) -> {
          return new Found.Silent(cause);
        }
      }
    }
    return new Found.NoAddress("it redirects more than " + MAX_REDIRECTS + " times");
  }

  /** All of a file. */
  Fetched fetch(String address, TargetPolicy policy, Receiver receiver, Duration time) {
    return switch (get(address, policy, List.of(), receiver.onSuccess(), time)) {
      case Found.NoAddress(String why) -> new Fetched.Gone(why);
      case Found.Silent(HttpResult.Cause cause) ->
          cause == HttpResult.Cause.REFUSED_TARGET
              ? new Fetched.Gone("the address may not be called")
              : new Fetched.Unavailable(Optional.empty(), cause.name());
      case Found.Answered(int status, Headers headers, boolean whole) -> {
        if (status == 200) {
          yield whole ? new Fetched.Whole() : new Fetched.Stopped();
        }
        yield status == 408 || status == 429 || status >= 500
            ? new Fetched.Unavailable(retryAfter(headers), "status " + status)
            : new Fetched.Gone("status " + status);
      }
    };
  }

  private Optional<Duration> retryAfter(Headers headers) {
    Instant now = clock.instant();
    return headers
        .first("retry-after")
        .flatMap(value -> RetryAfter.parse(value, now, LONGEST_RETRY_AFTER));
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private static Optional<String> redirect(int status, Headers headers, Target from) {
    if (!isRedirect(status)) {
      return Optional.empty();
    }
    // An address that cannot be read is asked for as it is, and refused as such.
    return headers
        .first("location")
        .map(location -> {
          try {
            return URI.create(from + from.pathAndQuery()).resolve(location).toString();
          } catch (IllegalArgumentException e) {
            return location;
          }
        });
  }

  /** Lets through the last answer only. */
  private record Final(Receiver receiver) implements Receiver {
    @Override
    public boolean begins(int status, Headers headers) {
      return !isRedirect(status) && receiver.begins(status, headers);
    }

    @Override
    public boolean takes(byte[] bytes, int from, int count) {
      return receiver.takes(bytes, from, count);
    }
  }
}

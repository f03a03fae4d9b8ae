package dev.throughline.channel.aws;

import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * The certificates that SNS signs with, each fetched once from where SNS says that it lies, if that
 * is a place of SNS's. SNS has one a region and replaces it about yearly, so a fetch is rare; what
 * is asked for in vain, or too often, is not fetched, so that nobody can make us call SNS at will.
 */
public final class SnsCertificates {
  /** SNS waits 15 s for an answer. */
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private static final Duration KEPT = Duration.ofHours(24);

  /** How long an address that gave none is not asked again. */
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private static final int MAX_KNOWN = 64;
  private static final int MAX_FETCHES_A_MINUTE = 30;
  private static final int MAX_CHAIN = 8;
  private static final int MAX_BYTES = 64 << 10;

  private final Http http;
  private final Pattern origins;
  private final Optional<X509Certificate> authority;
  private final InstantSource clock;
  private final Map<String, ReentrantLock> fetching = new ConcurrentHashMap<>();
  private final Map<String, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MAX_KNOWN;
        }
      };
  private long minuteNanos = System.nanoTime();
  private int fetchesOfMinute;

  public SnsCertificates(Http http, AwsSettings settings, InstantSource clock) {
    this.http = http;
    this.origins = settings.notifications();
    this.authority = settings.authority();
    this.clock = clock;
  }

  /** What an address came to. */
  sealed interface Found {
    record Certificate(List<X509Certificate> chain) implements Found {
      public Certificate {
        chain = List.copyOf(chain);
      }
    }

    /** It is no place of SNS's. */
    record Elsewhere() implements Found {}

    /** There is none now; later, perhaps. */
    record None() implements Found {}
  }

  /** Blocks for at most some seconds where the certificate is not known yet. */
  Found at(String url) {
    Optional<Target> target = target(url);
    if (target.isEmpty()) {
      return new Found.Elsewhere();
    }
    Optional<Found> at = known(url);
    if (at.isPresent()) {
      return at.get();
    }
    ReentrantLock lock = fetching.computeIfAbsent(url, u -> new ReentrantLock());
    lock.lock();
    try {
      return known(url).orElseGet(() -> fetched(url, target.get()));
    } finally {
      lock.unlock();
      fetching.remove(url, lock);
    }
  }

  /** Whether the certificate that a chain begins with can be trusted now. */
  boolean isTrusted(List<X509Certificate> chain) {
    Date now = Date.from(clock.instant());
    try {
      chain.getFirst().checkValidity(now);
      if (authority.isPresent()) {
        PKIXParameters parameters =
            new PKIXParameters(Set.of(new TrustAnchor(authority.get(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(now);
        List<X509Certificate> below =
            chain.stream().filter(one -> !one.equals(authority.get())).toList();
        var _ =
            CertPathValidator.getInstance("PKIX")
                .validate(
                    CertificateFactory.getInstance("X.509").generateCertPath(below), parameters);
      }
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** A place of SNS's, as the installation knows them. */
  Optional<Target> target(String url) {
    try {
      return Optional.of(Target.parse(url))
          .filter(target -> origins.matcher(target.toString()).matches());
    } catch (Target.InvalidTargetException e) {
      return Optional.empty();
    }
  }

  private Optional<Found> known(String url) {
    synchronized (known) {
      return Optional.ofNullable(known.get(url))
          .filter(found -> clock.instant().isBefore(found.until()))
          .map(Known::found);
    }
  }

  private Found fetched(String url, Target target) {
    if (!mayFetch()) {
      return new Found.None();
    }
    List<X509Certificate> chain =
        switch (http.send(
            OutgoingRequest.get(target, TargetPolicy.OPERATOR).answerLimit(MAX_BYTES), DEADLINE)) {
          case HttpResult.Answered(int status, Headers _, Bytes body) ->
              status == 200 ? read(body) : List.of();
          case HttpResult.TooLarge _, HttpResult.NotSent _, HttpResult.Unknown _ -> List.of();
        };
    Instant now = clock.instant();
    Known found =
        chain.isEmpty()
            ? new Known(new Found.None(), now.plus(PAUSE))
            : new Known(new Found.Certificate(chain), now.plus(KEPT));
    synchronized (known) {
      known.put(url, found);
    }
    return found.found();
  }

  private synchronized boolean mayFetch() {
    long now = System.nanoTime();
    if (now - minuteNanos > Duration.ofMinutes(1).toNanos()) {
      minuteNanos = now;
      fetchesOfMinute = 0;
    }
    return fetchesOfMinute++ < MAX_FETCHES_A_MINUTE;
  }

  /** The signer's first; those that vouch for it may follow. */
  private static List<X509Certificate> read(Bytes body) {
    try {
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(body.array()))
          .stream()
          .filter(X509Certificate.class::isInstance)
          .map(X509Certificate.class::cast)
          .limit(MAX_CHAIN)
          .toList();
    } catch (CertificateException e) {
      return List.of();
    }
  }

  private record Known(Found found, Instant until) {}
}

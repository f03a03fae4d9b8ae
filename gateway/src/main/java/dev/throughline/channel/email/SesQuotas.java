package dev.throughline.channel.email;

import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsCredentials;
import dev.throughline.channel.aws.AwsResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import software.amazon.awssdk.services.sesv2.SesV2Client;
import software.amazon.awssdk.services.sesv2.model.GetAccountResponse;

/**
 * How many mails a second SES lets an account send, as GetAccount says (spec providers.md §B.1.1):
 * asked at the first mail, and again after a while, since SES raises it by itself.
 */
final class SesQuotas {
  private static final int MAX_KEPT = 256;
  private static final Duration DEADLINE = Duration.ofSeconds(3);
  private static final Duration FRESH = Duration.ofHours(1);

  /** SES takes one such call a second; an account that may not ask is not asked often. */
  private static final Duration AFTER_FAILURE = Duration.ofMinutes(5);

  private final AwsClients<SesV2Client> clients;
  private final InstantSource clock;
  private final Map<AwsCredentials, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<AwsCredentials, Known> eldest) {
          return size() > MAX_KEPT;
        }
      };

  SesQuotas(AwsClients<SesV2Client> clients, InstantSource clock) {
    this.clients = clients;
    this.clock = clock;
  }

  /** 0 where SES does not say. Whoever comes while it is asked waits for the answer. */
  int perSecond(AwsCredentials account) {
    Known found;
    synchronized (known) {
      found = known.computeIfAbsent(account, a -> new Known());
    }
    found.lock.lock();
    try {
      Instant now = clock.instant();
      if (now.isAfter(found.until) || now.isBefore(found.until.minus(FRESH))) {
        Optional<Integer> told = ask(account);
        told.ifPresent(perSecond -> found.perSecond = perSecond);
        found.until = now.plus(told.isPresent() ? FRESH : AFTER_FAILURE);
      }
      return found.perSecond;
    } finally {
      found.lock.unlock();
    }
  }

  private Optional<Integer> ask(AwsCredentials account) {
    AwsResult<GetAccountResponse> answer =
        clients.call(account, DEADLINE, client -> client.getAccount(request -> {}));
    return answer instanceof AwsResult.Done<GetAccountResponse>(var said, var _)
        ? Optional.ofNullable(said.sendQuota())
            .flatMap(quota -> Optional.ofNullable(quota.maxSendRate()))
            .filter(rate -> rate > 0)
            .map(rate -> (int) Math.clamp(rate, 1, 1e6))
        : Optional.empty();
  }

  /** What one account was told. */
  private static final class Known {
    private final ReentrantLock lock = new ReentrantLock();
    private int perSecond;
    private Instant until = Instant.MIN.plus(FRESH);
  }
}

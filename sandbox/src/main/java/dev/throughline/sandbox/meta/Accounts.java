package dev.throughline.sandbox.meta;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The people who had to do with the business; beyond a limit the one longest unused is forgotten.
 */
final class Accounts {
  private static final int LIMIT = 200_000;
  private static final Map<String, String> COUNTRIES =
      Map.of("81", "JP", "66", "TH", "886", "TW", "852", "HK", "62", "ID", "44", "GB", "49", "DE");

  private final String accountId;
  private final LinkedHashMap<String, Account> byNumber = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, String> numbers = new LinkedHashMap<>();

  Accounts(String accountId) {
    this.accountId = accountId;
  }

  /** Whoever has this number; everybody is thought to have WhatsApp here. */
  synchronized Account of(String number) {
    Account account = byNumber.get(number);
    if (account != null) {
      return account;
    }
    Account fresh =
        new Account(number, userId(number), "", Optional.empty(), false, true, Optional.empty());
    keep(fresh);
    return fresh;
  }

  /** By the business-scoped id; empty if nobody known has it. */
  synchronized Optional<Account> named(String userId) {
    return Optional.ofNullable(numbers.get(userId)).map(this::of);
  }

  synchronized Account change(String number, UnaryOperator<Account> change) {
    Account changed = change.apply(of(number));
    keep(changed);
    return changed;
  }

  synchronized List<Account> all() {
    return List.copyOf(byNumber.values());
  }

  synchronized void keep(Account account) {
    byNumber.put(account.number(), account);
    numbers.put(account.userId(), account.number());
    if (byNumber.size() > LIMIT) {
      Account oldest = byNumber.pollFirstEntry().getValue();
      numbers.remove(oldest.userId());
    }
  }

  /** Whether the business may write freely to this person. */
  boolean open(Account account, MetaSettings settings, Instant now) {
    return account.lastWrote().filter(at -> now.isBefore(at.plus(settings.window()))).isPresent();
  }

  /** The same person has the same id with this business, and another with each other one. */
  private String userId(String number) {
    String country = "US";
    for (int digits = 3; digits >= 1; digits--) {
      if (number.length() >= digits && COUNTRIES.containsKey(number.substring(0, digits))) {
        country = COUNTRIES.get(number.substring(0, digits));
        break;
      }
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((accountId + "/" + number).getBytes(StandardCharsets.UTF_8));
      return country + "." + Long.toUnsignedString(ByteBuffer.wrap(hash).getLong());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

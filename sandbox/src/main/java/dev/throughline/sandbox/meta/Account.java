package dev.throughline.sandbox.meta;

import java.time.Instant;
import java.util.Optional;

/**
 * A person, as WhatsApp knows them.
 *
 * @param number digits alone: the {@code wa_id}
 * @param userId the business-scoped id
 * @param name the profile's; empty until the person wrote
 * @param hidden whether the business sees no number
 * @param marketing whether the person takes marketing messages
 * @param lastWrote opens the window
 */
record Account(
    String number,
    String userId,
    String name,
    Optional<String> username,
    boolean hidden,
    boolean marketing,
    Optional<Instant> lastWrote) {

  Account wrote(String profileName, Instant at) {
    String shown = profileName.isEmpty() ? name : profileName;
    return new Account(number, userId, shown, username, hidden, marketing, Optional.of(at));
  }

  Account with(Optional<String> otherUsername, boolean nowHidden, boolean takesMarketing) {
    return new Account(number, userId, name, otherUsername, nowHidden, takesMarketing, lastWrote);
  }
}

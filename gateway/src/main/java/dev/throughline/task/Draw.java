package dev.throughline.task;

import dev.throughline.message.Ids.AccountId;

/**
 * What a call takes of a rate that its provider allows an account.
 *
 * @param endpoint the calls that the provider counts together
 * @param units how many of them this is, such as the parts of an SMS
 * @param perSecond 0: nobody says how many
 */
public record Draw(AccountId account, String endpoint, int units, int perSecond) {
  public Draw {
    if (units < 1 || perSecond < 0) {
      throw new IllegalArgumentException(
          "a call takes at least one unit of a rate that is not negative; were: "
              + units
              + ", "
              + perSecond);
    }
  }

  Rate rate() {
    return new Rate(account, endpoint);
  }

  /** What is counted together. */
  record Rate(AccountId account, String endpoint) {}
}

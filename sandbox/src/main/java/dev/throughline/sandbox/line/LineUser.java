package dev.throughline.sandbox.line;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A person with a phone.
 *
 * @param userId {@code U} and 32 lower-case hex digits
 * @param lastMessageAt when the person last wrote in the 1:1 chat
 * @param friendSince when the person last became a friend
 * @param attributes what narrowcast filters look at
 */
public record LineUser(
    String userId,
    String displayName,
    Optional<String> language,
    Optional<String> pictureUrl,
    Optional<String> statusMessage,
    Friendship friendship,
    Optional<Instant> lastMessageAt,
    Optional<Instant> friendSince,
    Attributes attributes) {

  /** How long after a 1:1 message somebody who is not a friend can be pushed to. */
  static final Duration NON_FRIEND_REACH = Duration.ofDays(7);

  static final Pattern USER_ID = Pattern.compile("U[0-9a-f]{32}");
  static final int NAME_LIMIT = 100;
  private static final int ID_LENGTH = 33;

  /**
   * Demographics, in LINE's own values: {@code male}, {@code age_20}, {@code ios}, {@code jp_13}.
   */
  public record Attributes(
      Optional<String> gender,
      Optional<String> age,
      Optional<String> appType,
      Optional<String> area) {
    public static final Attributes UNKNOWN =
        new Attributes(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  public LineUser {
    if (!USER_ID.matcher(userId).matches()) {
      throw new IllegalArgumentException("a user id is U and 32 lower-case hex digits");
    }
    if (displayName.isEmpty() || displayName.length() > NAME_LIMIT) {
      throw new IllegalArgumentException("a display name has 1 to " + NAME_LIMIT + " characters");
    }
  }

  /** As {@link #USER_ID}, for who looks at hundreds of them. */
  static boolean isUserId(String id) {
    if (id.length() != ID_LENGTH || id.charAt(0) != 'U') {
      return false;
    }
    for (int i = 1; i < ID_LENGTH; i++) {
      char c = id.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** A friend, as if the person had added the account before everything began. */
  public static LineUser friend(String userId, String displayName) {
    return named(userId, displayName, Friendship.FRIEND);
  }

  public static LineUser named(String userId, String displayName, Friendship friendship) {
    return new LineUser(
        userId,
        displayName,
        Optional.of("ja"),
        Optional.empty(),
        Optional.empty(),
        friendship,
        Optional.empty(),
        Optional.empty(),
        Attributes.UNKNOWN);
  }

  LineUser with(Friendship now, Instant at) {
    return new LineUser(
        userId,
        displayName,
        language,
        pictureUrl,
        statusMessage,
        now,
        lastMessageAt,
        now == Friendship.FRIEND ? Optional.of(at) : friendSince,
        attributes);
  }

  LineUser wroteAt(Instant at) {
    return new LineUser(
        userId,
        displayName,
        language,
        pictureUrl,
        statusMessage,
        friendship,
        Optional.of(at),
        friendSince,
        attributes);
  }

  /** Whether a push shows up on this phone. */
  boolean reachable(Instant now) {
    return switch (friendship) {
      case FRIEND -> true;
      case NONE ->
          lastMessageAt.isPresent() && !now.isAfter(lastMessageAt.get().plus(NON_FRIEND_REACH));
      case BLOCKED, DELETED -> false;
    };
  }

  /** Whether the account may read this profile. */
  boolean profileVisible() {
    return switch (friendship) {
      case FRIEND -> true;
      case NONE -> lastMessageAt.isPresent();
      case BLOCKED, DELETED -> false;
    };
  }
}

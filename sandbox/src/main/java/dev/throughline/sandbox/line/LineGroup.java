package dev.throughline.sandbox.line;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A group or room.
 *
 * @param id {@code C} (group) or {@code R} (room) and 32 lower-case hex digits
 * @param members user ids, without the bot
 * @param joined whether the bot is in it
 */
public record LineGroup(String id, String name, Set<String> members, boolean joined) {
  static final Pattern GROUP_ID = Pattern.compile("[CR][0-9a-f]{32}");
  static final int MEMBERS_LIMIT = 500;

  public LineGroup {
    if (!GROUP_ID.matcher(id).matches()) {
      throw new IllegalArgumentException("a group id is C or R and 32 lower-case hex digits");
    }
    if (members.size() > MEMBERS_LIMIT) {
      throw new IllegalArgumentException("a group has at most " + MEMBERS_LIMIT + " members");
    }
    members = new LinkedHashSet<>(members);
  }

  boolean room() {
    return id.startsWith("R");
  }

  LineGroup withJoined(boolean now) {
    return new LineGroup(id, name, members, now);
  }

  LineGroup withMember(String userId) {
    Set<String> more = new LinkedHashSet<>(members);
    more.add(userId);
    return new LineGroup(id, name, more, joined);
  }

  LineGroup withoutMember(String userId) {
    Set<String> fewer = new LinkedHashSet<>(members);
    fewer.remove(userId);
    return new LineGroup(id, name, fewer, joined);
  }
}

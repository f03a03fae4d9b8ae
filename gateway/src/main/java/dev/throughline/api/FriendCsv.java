package dev.throughline.api;

import dev.throughline.message.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A list of LINE user ids: a line each, in the first column or in the one that the first line calls
 * {@code user_id} or {@code userId}. Columns are divided by comma, semicolon or tab, and may be
 * quoted. What is wrong is told by the number of its line, since the line may name somebody.
 */
final class FriendCsv {
  private static final Pattern USER = Pattern.compile("U[0-9a-f]{32}");
  private static final Pattern DIVIDER = Pattern.compile("[,;\t]");
  private static final Set<String> NAMES = Set.of("user_id", "userid", "user id");

  private FriendCsv() {}

  /** Each id once, in order. */
  static List<String> users(Bytes body) {
    Set<String> users = new LinkedHashSet<>();
    int column = 0;
    int number = 0;
    for (String line : text(body).lines().toList()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      List<String> cells = cells(line);
      int named = named(cells);
      if (users.isEmpty() && named >= 0) {
        column = named;
        continue;
      }
      String user = column < cells.size() ? cells.get(column) : "";
      if (!USER.matcher(user).matches()) {
        throw Refusal.invalid(
            "FIELD_INVALID",
            "",
            "Line "
                + number
                + " has no LINE user id, U and 32 digits or letters a to f, in column "
                + (column + 1)
                + ".");
      }
      users.add(user);
    }
    if (users.isEmpty()) {
      throw Refusal.invalid(
          "FIELD_INVALID", "", "The body must be CSV with a user id in each line.");
    }
    return List.copyOf(users);
  }

  private static int named(List<String> cells) {
    for (int i = 0; i < cells.size(); i++) {
      if (NAMES.contains(cells.get(i).toLowerCase(java.util.Locale.ROOT))) {
        return i;
      }
    }
    return -1;
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    for (String cell : DIVIDER.split(line, -1)) {
      String plain = cell.strip();
      cells.add(
          plain.length() >= 2 && plain.startsWith("\"") && plain.endsWith("\"")
              ? plain.substring(1, plain.length() - 1)
              : plain);
    }
    return cells;
  }

  private static String text(Bytes body) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body.array())).toString();
      return text.startsWith("\ufeff") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw Refusal.invalid("FIELD_INVALID", "", "The body is not UTF-8.");
    }
  }
}

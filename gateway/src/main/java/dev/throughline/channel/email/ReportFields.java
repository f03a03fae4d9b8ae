package dev.throughline.channel.email;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The groups of fields of a delivery or feedback report (RFC 3464, 2.1; RFC 5965, 3). */
final class ReportFields {
  private static final int MAX_GROUPS = 200;

  private final Map<String, String> fields;

  private ReportFields(Map<String, String> fields) {
    this.fields = fields;
  }

  static ReportFields none() {
    return new ReportFields(Map.of());
  }

  /** Blank lines stand between groups; a line that begins with a blank goes on the one before. */
  static List<ReportFields> groups(String text) {
    List<ReportFields> groups = new ArrayList<>();
    Map<String, String> fields = new LinkedHashMap<>();
    String name = "";
    for (String line : (text + "\n\n").split("\r\n|\r|\n", -1)) {
      if (line.isBlank()) {
        if (!fields.isEmpty() && groups.size() < MAX_GROUPS) {
          groups.add(new ReportFields(fields));
          fields = new LinkedHashMap<>();
        }
        name = "";
      } else if ((line.startsWith(" ") || line.startsWith("\t")) && !name.isEmpty()) {
        fields.merge(name, line.strip(), (first, more) -> first + " " + more);
      } else if (line.indexOf(':') > 0) {
        name = line.substring(0, line.indexOf(':')).strip().toLowerCase(Locale.ROOT);
        fields.putIfAbsent(name, line.substring(line.indexOf(':') + 1).strip());
      }
    }
    return groups;
  }

  Optional<String> field(String name) {
    return Optional.ofNullable(fields.get(name)).filter(value -> !value.isEmpty());
  }

  /** What follows the type and the semicolon, as in {@code rfc822; taro@example.com}. */
  Optional<String> typed(String name) {
    return field(name).map(value -> value.substring(value.indexOf(';') + 1).strip());
  }
}

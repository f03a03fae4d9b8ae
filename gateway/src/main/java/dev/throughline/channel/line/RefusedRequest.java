package dev.throughline.channel.line;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A 400 of LINE: which properties it names, each with what LINE says of it.
 *
 * <p>A reason's sentence is shown and stored where what people wrote must not be, so of LINE's
 * words only those that it documents are repeated; the others stay in the exchange, which is
 * sealed.
 */
record RefusedRequest(Map<String, String> complaints) {
  private static final int MAX_SHOWN = 3;
  private static final Pattern PROPERTY = Pattern.compile("[A-Za-z][A-Za-z0-9_.\\[\\]']{0,99}");
  private static final Pattern IN_MESSAGE =
      Pattern.compile("The property, '?([^,']{1,100})'?, in the request body is invalid.*");
  private static final Pattern DOCUMENTED =
      Pattern.compile(
          "(?i)may not be (empty|null)"
              + "|must be specified"
              + "|invalid uri"
              + "|(size|length) must be between \\d{1,9} and \\d{1,9}"
              + "|must be (greater|less) than or equal to \\d{1,9}"
              + "|must be one of the following values: \\[[A-Za-z0-9_, ]{1,400}]"
              + "|must be a valid https? url");

  RefusedRequest {
    complaints = Map.copyOf(complaints);
  }

  static RefusedRequest of(LineAnswer answer) {
    Map<String, String> complaints = new LinkedHashMap<>();
    for (LineAnswer.Detail detail : answer.details()) {
      complaints.putIfAbsent(detail.property(), detail.message());
    }
    Matcher named = IN_MESSAGE.matcher(answer.message());
    if (named.matches()) {
      complaints.putIfAbsent(named.group(1), "");
    }
    return new RefusedRequest(complaints);
  }

  /** Whether it names this property, or an element of it. */
  boolean names(String property) {
    return complaints.keySet().stream()
        .anyMatch(named -> named.equals(property) || named.startsWith(property + "["));
  }

  /** Whether it names no property but this one; true as well if it names none. */
  boolean namesOnly(String property) {
    return complaints.keySet().stream().allMatch(property::equals);
  }

  /** What LINE found wrong, without anything that a person wrote. */
  String sentence() {
    List<String> shown = new ArrayList<>();
    complaints.entrySet().stream()
        .filter(complaint -> PROPERTY.matcher(complaint.getKey()).matches())
        .sorted(Map.Entry.comparingByKey())
        .limit(MAX_SHOWN)
        .forEach(complaint -> shown.add(shown(complaint.getKey(), complaint.getValue())));
    return shown.isEmpty()
        ? "LINE refused the request as malformed."
        : "LINE refused the message: " + String.join("; ", shown) + ".";
  }

  private static String shown(String property, String words) {
    return DOCUMENTED.matcher(words).matches() ? property + ": " + words : property + " is invalid";
  }
}

package dev.throughline.channel.line;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What is wrong with messages, told as LINE tells it (spec line.md §2.5). */
final class Findings {
  private static final int MAX_SHOWN = 10;

  private final List<Finding> findings = new ArrayList<>();
  private final List<String> malformed = new ArrayList<>();

  /**
   * @param property such as {@code messages[0].text}
   * @param message in LINE's words where they are known
   */
  record Finding(String property, String message) {}

  void add(String property, String message) {
    findings.add(new Finding(property, message));
  }

  /** Another kind of JSON value than LINE reads there. */
  void malformed(String property) {
    malformed.add(property);
  }

  boolean isEmpty() {
    return findings.isEmpty() && malformed.isEmpty();
  }

  List<Finding> all() {
    return List.copyOf(findings);
  }

  /** What LINE could not read comes before what it would not take, and alone, as at LINE. */
  String sentence() {
    if (!malformed.isEmpty()) {
      return "The property, "
          + malformed.getFirst()
          + ", in the request body is invalid (line: -, column: -)";
    }
    String shown =
        findings.stream()
            .limit(MAX_SHOWN)
            .map(finding -> finding.property() + ": " + finding.message())
            .collect(Collectors.joining("; "));
    return "The request body has "
        + findings.size()
        + " error(s): "
        + shown
        + (findings.size() > MAX_SHOWN ? "; …" : "");
  }
}

package dev.throughline.sandbox.line.rules;

import java.util.List;
import java.util.Optional;

/**
 * What is wrong with a body.
 *
 * @param wrongType the first property whose JSON type is not the documented one; LINE refuses such
 *     a body before it looks at any limit
 */
public record Verdict(List<Finding> findings, Optional<String> wrongType) {
  public Verdict {
    findings = List.copyOf(findings);
  }

  public boolean passed() {
    return findings.isEmpty() && wrongType.isEmpty();
  }
}

package dev.throughline.api;

import java.util.List;

/** What the gateway still lacks to do its work. */
@FunctionalInterface
public interface Readiness {
  /** A sentence for each; empty when it is ready. */
  List<String> missing();
}

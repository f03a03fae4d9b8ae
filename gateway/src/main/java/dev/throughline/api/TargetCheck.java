package dev.throughline.api;

import java.util.Optional;

/** Where callbacks may go: nobody's internal network is reached through them. */
@FunctionalInterface
public interface TargetCheck {
  /** Empty if the URL may be called; else a sentence that says why not, without the URL. */
  Optional<String> refusal(String url);
}

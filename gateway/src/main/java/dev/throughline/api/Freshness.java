package dev.throughline.api;

import dev.throughline.message.Ids.ProjectId;

/** Lets a read see what was written just before it. */
@FunctionalInterface
public interface Freshness {
  /**
   * Waits until the fold has passed what this node appended for the project, or for 250 ms: a read
   * answers rather with what is known than not at all.
   */
  void await(ProjectId project) throws InterruptedException;
}

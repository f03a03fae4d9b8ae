package dev.throughline.api;

import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.Content;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.MediaLimits;

/** Looks at the files of a message as a send would, and keeps nothing of them. */
@FunctionalInterface
public interface FileLook {
  Probed look(ProjectId project, Content.Outbound content, MediaLimits limits)
      throws InterruptedException;
}

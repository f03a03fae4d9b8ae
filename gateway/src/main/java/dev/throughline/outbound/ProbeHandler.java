package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.contract.AppMessages;
import dev.throughline.conversation.Owners;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.media.MediaProbe;
import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at the files of a message before its first attempt. It stands in the lane of the send, in
 * the send's place, so that nothing overtakes it; only its outcome is an entry.
 */
public final class ProbeHandler implements TaskHandler {
  static final String KIND = "probe";

  private static final int CONCURRENCY = 64;

  private final Outcomes outcomes;
  private final Map<ChannelName, Channel> channels;
  private final MediaProbe probe;

  public ProbeHandler(
      Log log, Drafts drafts, Map<ChannelName, Channel> channels, MediaProbe probe) {
    this.outcomes = new Outcomes(log, drafts);
    this.channels = Map.copyOf(channels);
    this.probe = probe;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  @Override
  public void run(Task task, Bytes bytes) throws InterruptedException {
    ProbeBody body = ProbeBody.of(bytes);
    ChannelName name = body.recipient().channel();
    Channel channel = channels.get(name);
    Optional<Content.Outbound> content = AppMessages.said(body.content(), body.filled(), name);
    Probed probed =
        channel == null || content.isEmpty()
            ? new Probed.Fit(Map.of())
            : probe.look(body.project(), content.get(), channel.mediaLimits(), true);
    outcomes.append(
        body.account(),
        body.message().value(),
        Owners.person(body.project(), body.app(), body.recipient()),
        ProbeOutcome.toJson(probed, task, body.message()),
        Bytes.EMPTY);
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    outcomes.append(Outcomes.record(task, KIND));
  }
}

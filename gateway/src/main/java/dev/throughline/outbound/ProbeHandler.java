package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.contract.AppMessages;
import dev.throughline.contract.Json;
import dev.throughline.conversation.Owners;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.media.MediaProbe;
import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import dev.throughline.vault.Owner;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at the files of a message before its first attempt. It stands in the lane of the send, in
 * the send's place, so that nothing overtakes it; only its outcome is an entry.
 */
public final class ProbeHandler implements TaskHandler {
  static final String KIND = "probe";

  private static final int CONCURRENCY = 64;

  private final Log log;
  private final Drafts drafts;
  private final Map<ChannelName, Channel> channels;
  private final MediaProbe probe;

  public ProbeHandler(
      Log log, Drafts drafts, Map<ChannelName, Channel> channels, MediaProbe probe) {
    this.log = log;
    this.drafts = drafts;
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
    log.appendSurely(
        drafts
            .draft(Kind.OUTCOME, new Subject.Account(body.account().toString()))
            .cause(body.message().value())
            .part(
                Owners.person(body.project(), body.app(), body.recipient()),
                Json.bytes(ProbeOutcome.toJson(probed, task, body.message())))
            .build());
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    // The fold finds the body erased and ends the task.
    var record = Json.object().put("task", task.id().toString()).put("kind", KIND);
    log.appendSurely(
        drafts
            .draft(Kind.OUTCOME, new Subject.Installation())
            .part(new Owner.Installation(), Json.bytes(record))
            .build());
  }
}

package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Sayings;
import dev.throughline.conversation.App;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.conversation.TemplateStore;
import dev.throughline.ledger.Ulid;
import dev.throughline.media.MediaProbe;
import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import dev.throughline.message.SendRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a broadcast says, in a channel's form: made once, since everybody gets the same. What a
 * contact chooses of it names the broadcast as the message.
 */
public final class Forms {
  private static final int KEPT = 64;

  private final Map<ChannelName, Channel> channels;
  private final TemplateStore templates;
  private final MediaProbe probe;

  private final RecentlyUsed<Place, Form> made = new RecentlyUsed<>(KEPT);
  private final RecentlyUsed<Ulid, Asked> asked = new RecentlyUsed<>(KEPT);

  Forms(Map<ChannelName, Channel> channels, TemplateStore templates, MediaProbe probe) {
    this.channels = Map.copyOf(channels);
    this.templates = templates;
    this.probe = probe;
  }

  /** A message in a channel's form, or why the channel cannot carry it. */
  public sealed interface Form {
    record Ready(Bytes rendered, List<String> lost, Channel.Cost cost) implements Form {
      public Ready {
        lost = List.copyOf(lost);
      }
    }

    record Impossible(Reason reason) implements Form {}
  }

  private record Asked(Order order, SendRequest request) {}

  private record Place(Ulid broadcast, ChannelName channel) {}

  /** What everybody's is made of. */
  @SuppressWarnings("ReferenceEquality") // To compare what they say would cost what is saved.
  SendRequest request(Broadcast broadcast) {
    Asked known = asked.get(broadcast.id());
    if (known != null && known.order() == broadcast.order()) {
      return known.request();
    }
    SendRequest request = Broadcasts.request(broadcast.order());
    asked.put(broadcast.id(), new Asked(broadcast.order(), request));
    return request;
  }

  Form of(Broadcast broadcast, App app, SendRequest request, ChannelName channel)
      throws InterruptedException {
    Place place = new Place(broadcast.id(), channel);
    Form known = made.get(place);
    if (known != null) {
      return known;
    }
    Form form = make(new MessageId(broadcast.id()), app, request, channel);
    made.put(place, form);
    return form;
  }

  /** Without keeping it: for a look beforehand. */
  public Form make(MessageId id, App app, SendRequest request, ChannelName name)
      throws InterruptedException {
    Channel channel = channels.get(name);
    if (channel == null) {
      return new Form.Impossible(
          new Reason(
              Reason.Code.CHANNEL_CONFIGURATION_MISSING, "There is no channel " + name + "."));
    }
    return switch (Sayings.of(
        request.message(),
        name,
        template -> templates.find(app.project(), template),
        OptOutLinks.SAMPLES)) {
      case Said.Nothing(Reason reason) -> new Form.Impossible(reason);
      case Said.Something something -> looked(id, app, request, channel, something.content());
    };
  }

  private Form looked(
      MessageId id, App app, SendRequest request, Channel channel, Content.Outbound content)
      throws InterruptedException {
    return switch (probe.look(app.project(), content, channel.mediaLimits(), true)) {
      case Probed.Fit(Map<String, MediaFacts> media) ->
          switch (channel.render(
              new Channel.Composed(
                  id,
                  content,
                  request.channelProperties(),
                  request.message().agent(),
                  Optional.empty(),
                  Optional.empty(),
                  media))) {
            case Channel.Rendered.Ready ready ->
                new Form.Ready(ready.body(), ready.lost(), channel.cost(ready.body()));
            case Channel.Rendered.Impossible(Reason.Code code, String why) ->
                new Form.Impossible(new Reason(code, why));
          };
      case Probed.Unfit(Reason reason) -> new Form.Impossible(reason);
      case Probed.Later(Reason reason) -> new Form.Impossible(reason);
    };
  }
}

package dev.throughline.contract;

import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.ConsentList;
import dev.throughline.message.ConsentRequest;
import dev.throughline.message.ConsentSource;
import dev.throughline.message.SendRequest.Recipient;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads {@code optouts:register} and {@code optins:register}, as the API keeps them: with {@code
 * request_id} and which of the two it was. {@code list_type} is an extension.
 */
public final class ConsentRequests {
  /** What the API adds: {@code OUT} or {@code IN}. */
  public static final String OPT = "throughline_opt";

  /** What the API adds: a {@link ConsentSource}. */
  public static final String SOURCE = "throughline_source";

  private ConsentRequests() {}

  /**
   * @throws WrongFieldException saying what is wrong
   */
  public static ConsentRequest read(Bytes body) {
    Fields fields = Fields.of(Json.request(body));
    Recipient recipient = SendRequests.recipient(fields.requiredObject("recipient"));
    List<ChannelName> channels = SendRequests.channels(fields, "channels");
    if (!channels.isEmpty()
        && recipient instanceof Recipient.ByIdentities by
        && by.identities().stream().noneMatch(identity -> channels.contains(identity.channel()))) {
      throw fields.wrong("channels", "names no channel of the recipient's addresses.");
    }
    return new ConsentRequest(
        SendRequests.app(fields),
        recipient,
        channels,
        list(fields).orElse(ConsentList.OPT_OUT_ALL),
        Json.string(fields.json(), OPT).filter("OUT"::equals).isPresent(),
        fields.string("request_id", ReachRequests.MAX_REQUEST_ID).orElse(""),
        Json.string(fields.json(), SOURCE).map(ConsentSource::valueOf).orElse(ConsentSource.API));
  }

  /** {@code list_type}, if it is named. */
  public static Optional<ConsentList> list(Fields fields) {
    return fields
        .oneOf(
            "list_type",
            Arrays.stream(ConsentList.values())
                .map(Enum::name)
                .collect(Collectors.toUnmodifiableSet()))
        .flatMap(ConsentList::of);
  }
}

package dev.throughline.contract;

import dev.throughline.contract.Omnichannel.Part;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes of the AWS sample's request what {@code messages:send} takes, so that nothing else knows
 * that there is another form. Pure.
 */
public final class OmnichannelSends {
  private static final String PROMOTIONAL = "PROMOTIONAL";
  private static final String CLASS = "message_content_type";

  private OmnichannelSends() {}

  /**
   * A part of the request, and which of the app's accounts sends it.
   *
   * @param ordinal the account's credential_ordinal_number
   */
  public record Step(Part part, int ordinal) {}

  /**
   * The body of one send.
   *
   * @param steps the channels to try, in order
   */
  public static Bytes of(Omnichannel asked, AppId app, List<Step> steps) {
    ObjectNode send = Json.object();
    send.put("app_id", app.toString());
    ArrayNode identities =
        send.putObject("recipient").putObject("identified_by").putArray("channel_identities");
    steps.stream()
        .map(step -> step.part().recipient())
        .distinct()
        .forEach(address ->
            identities
                .addObject()
                .put("channel", address.channel().value())
                .put("identity", address.value()));
    send.set("message", steps.getFirst().part().message());
    ArrayNode plan = send.putObject("delivery_plan").putArray("steps");
    for (Step step : steps) {
      boolean last = step.equals(steps.getLast());
      ObjectNode planned = plan.addObject();
      planned.put("channel", step.part().channel().value());
      planned.put("sender", Integer.toString(step.ordinal()));
      planned.put(
          "until",
          (last ? Assurance.ACCEPTED : until(step.part().channel()))
              .name()
              .toLowerCase(Locale.ROOT));
      if (!last) {
        asked.within().ifPresent(time -> planned.put("within", time.toSeconds() + "s"));
      }
      if (!step.equals(steps.getFirst())) {
        planned.set("message", step.part().message());
      }
    }
    messageType(steps)
        .ifPresent(type -> {
          send.putObject("channel_properties").put("SMS_MESSAGE_TYPE", type);
          send.put(CLASS, type.equals(PROMOTIONAL) ? "CONTENT_MARKETING" : "CONTENT_NOTIFICATION");
        });
    asked.ofSends().forEach(send::set);
    return Json.bytes(send);
  }

  /**
   * What the sample takes for a delivery: of an SMS also that the carrier has it, of a mail that
   * the recipient's server has it, of LINE its 200.
   */
  private static Assurance until(ChannelName channel) {
    if (channel.equals(ChannelName.LINE)) {
      return Assurance.ACCEPTED;
    }
    return channel.equals(ChannelName.WHATSAPP) ? Assurance.DEVICE : Assurance.CARRIER;
  }

  /** One message has one class: what advertises on one channel does so on each. */
  private static Optional<String> messageType(List<Step> steps) {
    List<String> types =
        steps.stream().flatMap(step -> step.part().messageType().stream()).distinct().toList();
    return types.contains(PROMOTIONAL) ? Optional.of(PROMOTIONAL) : types.stream().findFirst();
  }
}

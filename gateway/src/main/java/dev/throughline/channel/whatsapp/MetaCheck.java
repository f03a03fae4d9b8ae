package dev.throughline.channel.whatsapp;

import dev.throughline.channel.Channel.Check;
import dev.throughline.channel.Transport;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What Meta's answer to a look at the account's number says of the account. The table stands in
 * docs/channels/whatsapp.md.
 */
final class MetaCheck {
  private MetaCheck() {}

  static Check of(Transport.Answer answer, String phoneNumberId) {
    return switch (answer) {
      case Transport.Answer.Answered answered -> of(answered, phoneNumberId);
      case Transport.Answer.TooLarge _, Transport.Answer.NotSent _, Transport.Answer.Unknown _ ->
          new Check.Away();
    };
  }

  private static Check of(Transport.Answer.Answered answer, String phoneNumberId) {
    Optional<ObjectNode> json = WhatsAppJson.read(answer.body());
    if (answer.status() / 100 == 2) {
      return json.filter(body -> WhatsAppJson.text(body, "id").equals(phoneNumberId)).isPresent()
          ? new Check.Good()
          : new Check.Away();
    }
    Optional<MetaError> error = json.flatMap(body -> MetaError.of(body.path("error")));
    return error.flatMap(MetaCheck::of).orElseGet(() -> byStatus(answer.status()));
  }

  /** Empty for a code that is not known. */
  private static Optional<Check> of(MetaError error) {
    if (error.isOfPermission()) {
      // A token that may not look at its number is a token all the same: only what sends need is.
      return Optional.of(new Check.Good());
    }
    return switch (error.code()) {
      // What there is not, and what the token may not see, is answered alike.
      case 33, 100, 803 ->
          Optional.of(
              new Check.Refused(
                  "Meta shows this token no phone number of the id in claimed_identity: check the"
                      + " id, and give the token's system user the WhatsApp account. (WhatsApp error "
                      + error.code()
                      + ")"));
      default ->
          error
              .kind()
              .map(kind ->
                  switch (kind) {
                    case REFUSED -> new Check.Refused(error.reason().description());
                    case LATER, UNKNOWN -> new Check.Away();
                  });
    };
  }

  private static Check byStatus(int status) {
    return switch (status) {
      case 401 ->
          new Check.Refused(
              "Meta refused the account's token: issue a new one and save it in the app.");
      case 301, 302, 303, 307, 308, 404, 405 ->
          new Check.Refused(
              "Something other than Meta answered: check the configured address (whatsapp.api).");
      default -> new Check.Away();
    };
  }
}

package dev.throughline.channel.whatsapp;

import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Meta's error codes (spec providers.md B.3.1), which come as the answer to a send, in a webhook,
 * or both. The code decides, never Meta's words, which may hold what somebody wrote.
 *
 * @param code 0 is one of Meta's own
 */
record MetaError(int code) {
  /** Meta lets one write to the same person about every six seconds. */
  private static final Duration PAIR_PAUSE = Duration.ofSeconds(6);

  /** A block for spam lasts for hours. */
  private static final Duration SPAM_PAUSE = Duration.ofHours(1);

  /** A template is ready within ten minutes. */
  private static final Duration TEMPLATE_PAUSE = Duration.ofMinutes(1);

  private static final int PERMISSIONS_FIRST = 200;
  private static final int PERMISSIONS_LAST = 299;

  /** What an error asks for next. */
  enum Kind {
    /** Never in this form. */
    REFUSED,

    /** Not taken now. */
    LATER,

    /** It may have been taken all the same. */
    UNKNOWN
  }

  /** The error of a Graph answer, or the first of a list of them. */
  static Optional<MetaError> of(JsonNode error) {
    JsonNode code = error.isArray() ? error.path(0).path("code") : error.path("code");
    return code.isIntegralNumber() && code.canConvertToInt()
        ? Optional.of(new MetaError(code.intValue()))
        : Optional.empty();
  }

  /** Of an answer; empty for a code that is not known. */
  Optional<Kind> kind() {
    return switch (code) {
      case 4, 80007, 130429, 131048, 131056, 134101 -> Optional.of(Kind.LATER);
      case 2, 131016, 131057, 133004 -> Optional.of(Kind.LATER);
      case 1, 131000 -> Optional.of(Kind.UNKNOWN);
      default -> isKnown() ? Optional.of(Kind.REFUSED) : Optional.empty();
    };
  }

  /** Whether the number sends too fast, whoever it writes to. */
  boolean isOfAccount() {
    return code == 4 || code == 80007 || code == 130429 || code == 131048;
  }

  /** How long to wait at least. */
  Optional<Duration> pause() {
    return switch (code) {
      case 131056 -> Optional.of(PAIR_PAUSE);
      case 131048 -> Optional.of(SPAM_PAUSE);
      case 134101 -> Optional.of(TEMPLATE_PAUSE);
      default -> Optional.empty();
    };
  }

  /** Whether the token may not do this, whatever else it may. */
  boolean isOfPermission() {
    return reasonCode() == Code.NO_PERMISSION;
  }

  private boolean isKnown() {
    return reasonCode() != Code.UNKNOWN;
  }

  Reason reason() {
    return new Reason(reasonCode(), sentence() + " (WhatsApp error " + code + ")");
  }

  private Code reasonCode() {
    if (code >= PERMISSIONS_FIRST && code <= PERMISSIONS_LAST) {
      return Code.NO_PERMISSION;
    }
    return switch (code) {
      case 0, 190, 131045, 133010 -> Code.CHANNEL_BAD_CONFIGURATION;
      case 3, 10, 131005 -> Code.NO_PERMISSION;
      case 4, 80007, 130429, 131048, 131056 -> Code.RATE_LIMITED;
      case 1, 2, 131000, 131016, 131057, 133004 -> Code.CHANNEL_FAILURE;
      case 131026, 130472 -> Code.RECIPIENT_NOT_REACHABLE;
      case 131047 -> Code.OUTSIDE_ALLOWED_SENDING_WINDOW;
      case 131049 -> Code.DELIVERY_REJECTED_DUE_TO_POLICY;
      case 131050 -> Code.RECIPIENT_NOT_OPTED_IN;
      case 131021 -> Code.RECIPIENT_INVALID_CHANNEL_IDENTITY;
      case 131052, 131053 -> Code.MEDIA_NOT_REACHABLE;
      case 33, 100, 131008, 131009, 131051, 135000 -> Code.BAD_REQUEST;
      case 132000 -> Code.TEMPLATE_INSUFFICIENT_PARAMETERS;
      case 132001 -> Code.TEMPLATE_NOT_FOUND;
      case 132005, 132007, 132012, 132068, 132069 -> Code.BAD_REQUEST;
      case 132015, 132016, 134101 -> Code.CHANNEL_REJECT;
      case 368, 130497, 131031, 131037, 131042 -> Code.CHANNEL_REJECT;
      default -> Code.UNKNOWN;
    };
  }

  private String sentence() {
    if (code >= PERMISSIONS_FIRST && code <= PERMISSIONS_LAST) {
      return "The account's token may not do this: give it the permission at Meta.";
    }
    return switch (code) {
      case 0, 190 -> "Meta refused the account's token: issue a new one and save it in the app.";
      case 131045, 133010 ->
          "The phone number is not registered for WhatsApp: register it at Meta.";
      case 3, 10, 131005 -> "The account's token may not do this: give it the permission at Meta.";
      case 4, 80007, 130429 -> "Meta limits how fast the account may send.";
      case 131056 -> "Meta limits how fast one may write to the same person.";
      case 131048 -> "Meta holds the account back, because people reported its messages as spam.";
      case 1, 131000 -> "Meta failed in a way that it does not name.";
      case 2, 131016, 131057, 133004 -> "Meta is not able to take messages now.";
      case 131026 ->
          "WhatsApp cannot deliver to this recipient: not on WhatsApp, an old version, or blocked.";
      case 130472 -> "Meta leaves this recipient out of marketing messages in an experiment.";
      case 131049 -> "Meta chose not to deliver this marketing message: the recipient gets enough.";
      case 131047 ->
          "More than 24 hours have passed since the recipient last wrote: send a template.";
      case 131050 -> "The recipient wants no marketing messages of this account on WhatsApp.";
      case 131021 -> "The recipient is the account's own number.";
      case 131052, 131053 -> "Meta could not fetch the file, or its type is not what it should be.";
      case 33, 100, 131008, 131009, 131051, 135000 -> "Meta refused the message as malformed.";
      case 132000 -> "The template needs another number of parameters.";
      case 132001 -> "There is no approved template of this name in this language.";
      case 132005, 132007, 132012 -> "The template does not take these parameters.";
      case 132068, 132069 -> "The template's flow cannot be shown now.";
      case 132015 -> "Meta paused the template because of its quality.";
      case 132016 -> "Meta disabled the template because of its quality.";
      case 134101 -> "The template is not ready yet.";
      case 131042 -> "Meta has no valid means of payment for the account.";
      case 368, 130497, 131031, 131037 -> "Meta restricted the account: see its business manager.";
      default -> "WhatsApp could not deliver the message.";
    };
  }
}

package dev.throughline.message;

/**
 * Why a message failed or changed channel, in the contract's words.
 *
 * @param code what kind of failure
 * @param description a sentence for people; never holds a secret or what somebody wrote
 */
public record Reason(Code code, String description) {
  /** The contract's reason codes (Conversation API, {@code reason.code}). */
  public enum Code {
    UNKNOWN,
    INTERNAL_ERROR,
    RATE_LIMITED,
    RECIPIENT_INVALID_CHANNEL_IDENTITY,
    RECIPIENT_NOT_REACHABLE,
    RECIPIENT_NOT_OPTED_IN,
    OUTSIDE_ALLOWED_SENDING_WINDOW,
    CHANNEL_FAILURE,
    CHANNEL_BAD_CONFIGURATION,
    CHANNEL_CONFIGURATION_MISSING,
    MEDIA_TYPE_UNSUPPORTED,
    MEDIA_TOO_LARGE,
    MEDIA_NOT_REACHABLE,
    NO_CHANNELS_LEFT,
    TEMPLATE_NOT_FOUND,
    TEMPLATE_INSUFFICIENT_PARAMETERS,
    TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION,
    DELIVERY_TIMED_OUT,
    DELIVERY_REPORT_TIME_OUT,
    DELIVERY_REJECTED_DUE_TO_POLICY,
    MESSAGE_EXPIRED,
    CONTACT_NOT_FOUND,
    BAD_REQUEST,
    UNKNOWN_APP,
    NO_CHANNEL_IDENTITY_FOR_CONTACT,
    CHANNEL_REJECT,
    NO_PERMISSION,
    INACTIVE_CREDENTIAL,
    UNSUPPORTED_OPERATION
  }
}

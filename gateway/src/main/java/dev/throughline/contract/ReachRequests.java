package dev.throughline.contract;

import dev.throughline.message.Bytes;
import dev.throughline.message.ReachRequest;

/** Reads {@code capability:query}, as the API keeps it: with a {@code request_id}. */
public final class ReachRequests {
  static final int MAX_REQUEST_ID = 256;

  private ReachRequests() {}

  /**
   * @throws WrongFieldException saying what is wrong
   */
  public static ReachRequest read(Bytes body) {
    Fields fields = Fields.of(Json.request(body));
    return new ReachRequest(
        SendRequests.app(fields),
        SendRequests.recipient(fields.requiredObject("recipient")),
        fields.string("request_id", MAX_REQUEST_ID).orElse(""));
  }
}

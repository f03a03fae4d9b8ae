package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;

/**
 * {@code POST messages:send} with one LINE text each, to each of some users in turn (sends to one
 * person keep their order, so one person alone is no load). The text carries the request's number,
 * by which the emulator's record is matched with what was sent.
 */
final class SendRequests implements RequestSource {
  /** Stands before the number in each text. */
  static final String MARK = "bench-";

  static final int MARK_DIGITS = 10;

  private final byte[] request;
  private final int markAt;
  private final int userAt;
  private final List<byte[]> users;
  private long next;

  /**
   * {@code project} is {@code http://host:port/v1/projects/id}; numbering starts at {@code first}.
   */
  SendRequests(
      URI project, String keyId, String keySecret, String appId, List<String> userIds, long first) {
    next = first;
    users = userIds.stream().map(user -> user.getBytes(US_ASCII)).toList();
    String anyUser = "?".repeat(users.getFirst().length);
    String digits = "#".repeat(MARK_DIGITS);
    String body =
        """
        {"app_id":"%s","recipient":{"identified_by":{"channel_identities":[{"channel":"LINE",\
        "identity":"%s"}]}},"message":{"text_message":{"text":"%s%s"}},\
        "channel_priority_order":["LINE"]}\
        """
            .formatted(appId, anyUser, MARK, digits);
    String credentials =
        Base64.getEncoder().encodeToString((keyId + ":" + keySecret).getBytes(UTF_8));
    String text =
        """
        POST %s/messages:send HTTP/1.1\r
        host: %s\r
        authorization: Basic %s\r
        content-type: application/json\r
        content-length: %d\r
        \r
        %s\
        """
            .formatted(
                project.getRawPath(),
                project.getRawAuthority(),
                credentials,
                body.getBytes(US_ASCII).length,
                body);
    request = text.getBytes(US_ASCII);
    markAt = text.lastIndexOf(digits);
    userAt = text.lastIndexOf(anyUser);
  }

  @Override
  public int length() {
    return request.length;
  }

  @Override
  public void write(ByteBuffer into) {
    byte[] user = users.get((int) (next % users.size()));
    System.arraycopy(user, 0, request, userAt, user.length);
    long rest = next++;
    for (int i = MARK_DIGITS - 1; i >= 0; i--) {
      request[markAt + i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    into.put(request);
  }
}

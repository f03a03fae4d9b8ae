package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;

/**
 * {@code POST messages:send} with one LINE text each, from each of some apps in turn, and to each
 * of its people in turn (sends to one person keep their order, so one person alone is no load). The
 * text carries the request's number, by which the emulator's record is matched with what was sent.
 */
final class SendRequests implements RequestSource {
  /** Stands before the number in each text. */
  static final String MARK = "bench-";

  static final int MARK_DIGITS = 10;

  private final byte[] request;
  private final int markAt;
  private final int appAt;
  private final int userAt;
  private final List<byte[]> apps;
  private final List<List<byte[]>> users;
  private long next;

  /** An app, and whom it sends to. */
  record Sender(String appId, List<String> userIds) {
    Sender {
      userIds = List.copyOf(userIds);
    }
  }

  /**
   * {@code project} is {@code http://host:port/v1/projects/id}; numbering starts at {@code first}.
   */
  SendRequests(URI project, String keyId, String keySecret, List<Sender> senders, long first) {
    next = first;
    apps = senders.stream().map(sender -> sender.appId().getBytes(US_ASCII)).toList();
    users =
        senders.stream()
            .map(sender -> sender.userIds().stream().map(user -> user.getBytes(US_ASCII)).toList())
            .toList();
    String anyApp = "+".repeat(apps.getFirst().length);
    String anyUser = "?".repeat(users.getFirst().getFirst().length);
    String digits = "#".repeat(MARK_DIGITS);
    String body =
        """
        {"app_id":"%s","recipient":{"identified_by":{"channel_identities":[{"channel":"LINE",\
        "identity":"%s"}]}},"message":{"text_message":{"text":"%s%s"}},\
        "channel_priority_order":["LINE"]}\
        """
            .formatted(anyApp, anyUser, MARK, digits);
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
    appAt = text.lastIndexOf(anyApp);
    userAt = text.lastIndexOf(anyUser);
  }

  @Override
  public int length() {
    return request.length;
  }

  @Override
  public void write(ByteBuffer into) {
    int sender = (int) (next % apps.size());
    byte[] app = apps.get(sender);
    System.arraycopy(app, 0, request, appAt, app.length);
    List<byte[]> people = users.get(sender);
    byte[] user = people.get((int) (next / apps.size() % people.size()));
    System.arraycopy(user, 0, request, userAt, user.length);
    long rest = next++;
    for (int i = MARK_DIGITS - 1; i >= 0; i--) {
      request[markAt + i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    into.put(request);
  }
}

package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signed LINE webhooks of exactly 1,040 bytes: two text messages of two different users out of
 * 10,000, with fresh ids and the current time, as LINE sends them (spec line.md §1.1 and §1.3).
 */
final class WebhookRequests implements RequestSource {
  static final int BODY_BYTES = 1_040;
  static final int USERS = 10_000;

  /** For servers to which one bot is like another. */
  static final String ANY_BOT_USER_ID = "Ub0750000000000000000000000000b07";

  static final int EVENTS = 2;
  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
  private static final byte[] CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".getBytes(US_ASCII);
  private static final byte[] WORD =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(US_ASCII);

  /** {@code #} stands for a character that differs in every event, {@code ~} for padding. */
  private static final String EVENT =
      """
      {"type":"message","message":{"type":"text","id":"##################",\
      "quoteToken":"######################################################################",\
      "text":"注文した品物はいつ届きますか？ order ########~"},\
      "webhookEventId":"##########################","deliveryContext":{"isRedelivery":false},\
      "timestamp":#############,"source":{"type":"user","userId":"#################################"},\
      "replyToken":"################################","mode":"active"}\
      """;

  private final byte[] head;
  private final int signatureAt;
  private final byte[] body;
  private final int[][] fields;
  private final byte[][] users;
  private final Mac mac;
  private final InstantSource clock;
  private final RandomGenerator random;

  WebhookRequests(
      URI webhook,
      String channelSecret,
      String botUserId,
      InstantSource clock,
      RandomGenerator random) {
    this.clock = clock;
    this.random = random;
    this.mac = mac(channelSecret);
    this.users = users(random);
    String text =
        padded("{\"destination\":\"" + botUserId + "\",\"events\":[" + EVENT + "," + EVENT + "]}");
    this.body = text.getBytes(UTF_8);
    this.fields = fields(body);
    String blankSignature = ".".repeat(44);
    String request =
        """
        POST %s HTTP/1.1\r
        host: %s\r
        user-agent: LineBotWebhook/2.0\r
        content-type: application/json; charset=utf-8\r
        content-length: %d\r
        x-line-signature: %s\r
        \r
        """
            .formatted(webhook.getRawPath(), webhook.getRawAuthority(), BODY_BYTES, blankSignature);
    this.head = request.getBytes(US_ASCII);
    this.signatureAt = request.indexOf(blankSignature);
  }

  /** Base64 of the HMAC-SHA256 of the raw body under the channel secret. */
  static String signature(String channelSecret, byte[] body) {
    return Base64.getEncoder().encodeToString(mac(channelSecret).doFinal(body));
  }

  @Override
  public int length() {
    return head.length + BODY_BYTES;
  }

  @Override
  public void write(ByteBuffer into) {
    long now = clock.millis();
    int first = random.nextInt(USERS);
    int second = (first + 1 + random.nextInt(USERS - 1)) % USERS;
    for (int event = 0; event < EVENTS; event++) {
      fill(fields[event], now, users[event == 0 ? first : second]);
    }
    byte[] signature = Base64.getEncoder().encode(mac.doFinal(body));
    System.arraycopy(signature, 0, head, signatureAt, signature.length);
    into.put(head).put(body);
  }

  /** The fields in the order in which they stand in {@link #EVENT}. */
  private void fill(int[] at, long now, byte[] user) {
    body[at[0]] = (byte) ('1' + random.nextInt(9));
    spell(at[0] + 1, 17, HEX, 10);
    spell(at[1], 70, WORD, WORD.length);
    spell(at[2], 8, HEX, 10);
    ulid(at[3], now);
    decimal(at[4], 13, now);
    System.arraycopy(user, 0, body, at[5], user.length);
    spell(at[6], 32, HEX, 16);
  }

  private void spell(int at, int length, byte[] alphabet, int letters) {
    for (int i = 0; i < length; i++) {
      body[at + i] = alphabet[random.nextInt(letters)];
    }
  }

  private void ulid(int at, long millis) {
    for (int i = 9; i >= 0; i--) {
      body[at + i] = CROCKFORD[(int) (millis >>> (5 * (9 - i))) & 31];
    }
    spell(at + 10, 16, CROCKFORD, CROCKFORD.length);
  }

  private void decimal(int at, int digits, long value) {
    long rest = value;
    for (int i = digits - 1; i >= 0; i--) {
      body[at + i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  private static byte[][] users(RandomGenerator random) {
    byte[][] users = new byte[USERS][33];
    for (byte[] user : users) {
      user[0] = 'U';
      for (int i = 1; i < user.length; i++) {
        user[i] = HEX[random.nextInt(16)];
      }
    }
    return users;
  }

  /** Fills the texts of both events up to the wanted size, the second taking an odd byte. */
  private static String padded(String template) {
    int missing = BODY_BYTES - (template.getBytes(UTF_8).length - EVENTS);
    String first = template.replaceFirst("~", "z".repeat(missing / 2));
    return first.replaceFirst("~", "z".repeat(missing - missing / 2));
  }

  /** Where each run of {@code #} starts, seven of them an event. */
  private static int[][] fields(byte[] template) {
    int[][] starts = new int[EVENTS][7];
    int found = 0;
    for (int i = 0; i < template.length; i++) {
      if (template[i] == '#' && template[i - 1] != '#') {
        starts[found / 7][found % 7] = i;
        found++;
      }
    }
    return starts;
  }

  private static Mac mac(String channelSecret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(channelSecret.getBytes(UTF_8), "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}

package dev.throughline.policy;

import dev.throughline.message.ChannelName;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The words by which people stop messages and have them start again: a whole message that is one of
 * them and nothing else. Where they come from: docs/consent.md.
 *
 * @param stop words of the app's own, besides the known ones; normal
 * @param start the same
 */
public record OptWords(boolean enabled, Set<String> stop, Set<String> start) {
  public static final OptWords KNOWN = new OptWords(true, Set.of(), Set.of());

  /** Longer words may not be an app's own. */
  static final int MAX_LENGTH = 64;

  /** On every channel: they mean nothing else in a conversation. */
  private static final Set<String> STOP =
      words(
          "stop|stopall|stop all|unsubscribe|opt out|optout|opt-out",
          "停止|配信停止|配信を停止|配信解除|配信不要|配信停止希望|購読解除|購読停止|登録解除|受信拒否|ストップ|オプトアウト",
          "หยุด|หยุดส่ง|หยุดส่งข้อความ|หยุดรับข้อความ|หยุดรับข่าวสาร|ไม่รับข่าวสาร|ไม่รับข้อความ"
              + "|ยกเลิกรับข่าวสาร|ยกเลิกการรับข่าวสาร|ยกเลิกการรับข้อความ|ยกเลิกการติดตาม",
          "退訂|取消訂閱|停止訂閱|解除訂閱|停止接收|停止發送|拒收|取消接收",
          "退订|取消订阅|停止订阅|解除订阅|停止接收|停止发送|拒收|取消接收");

  /** By text message only: elsewhere they answer a question, or call off an order. */
  private static final Set<String> STOP_BY_SMS =
      words("quit|end|revoke|cancel|remove|arret|td|t|r", "解約|キャンセル", "ยกเลิก", "取消");

  private static final Set<String> START =
      words(
          "start|unstop|subscribe|opt in|optin|opt-in|resubscribe",
          "再開|配信再開|配信開始|配信希望|購読再開|スタート|オプトイン",
          "เริ่ม|เริ่มใหม่|เริ่มรับข้อความ|รับข่าวสาร|รับข้อความ|สมัครรับข่าวสาร",
          "訂閱|重新訂閱|恢復訂閱|恢復接收|開始接收|恢復",
          "订阅|重新订阅|恢复订阅|恢复接收|开始接收|恢复");

  private static final int LONGEST =
      Stream.of(STOP, STOP_BY_SMS, START).mapToInt(OptWords::longest).max().orElseThrow();

  public OptWords {
    stop = Set.copyOf(stop);
    start = Set.copyOf(start);
  }

  /** What somebody wants. */
  public enum Wish {
    STOP,
    START
  }

  /** What a message wants, if it is such a word; of a mail, its subject or what it says below. */
  public Optional<Wish> of(ChannelName channel, String text) {
    int below = channel.equals(ChannelName.EMAIL) ? text.indexOf("\n\n") : -1;
    return below < 0
        ? ofPlain(channel, text)
        : ofPlain(channel, text.substring(0, below))
            .or(() -> ofPlain(channel, text.substring(below)));
  }

  private Optional<Wish> ofPlain(ChannelName channel, String text) {
    if (!enabled || text.length() > 4 * MAX_LENGTH || saysMore(text)) {
      return Optional.empty();
    }
    String word = normal(text);
    // An app's own word for one is not also the known word for the other.
    if (stop.contains(word)) {
      return Optional.of(Wish.STOP);
    }
    if (start.contains(word)) {
      return Optional.of(Wish.START);
    }
    if (STOP.contains(word) || channel.equals(ChannelName.SMS) && STOP_BY_SMS.contains(word)) {
      return Optional.of(Wish.STOP);
    }
    return START.contains(word) ? Optional.of(Wish.START) : Optional.empty();
  }

  /**
   * Nearly every message says more than the longest word, and this is found out sooner than how it
   * is spelled: of plain letters and digits each is one in the normal spelling, too, and of others
   * at most three become one, as in a Hangul syllable.
   */
  private boolean saysMore(String text) {
    int thirds = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      thirds += plain ? 3 : Character.isLetterOrDigit(c) ? 1 : 0;
    }
    return thirds > 3 * Math.max(LONGEST, Math.max(longest(stop), longest(start)));
  }

  private static int longest(Set<String> words) {
    int longest = 0;
    for (String word : words) {
      longest = Math.max(longest, word.length());
    }
    return longest;
  }

  /**
   * One spelling of a message: full and half width alike (NFKC), in lower case, blanks as one and
   * none at the ends, and without what only ends a sentence or stands around a word.
   */
  static String normal(String text) {
    String plain =
        inPlainBlanks(
            Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT));
    int from = 0;
    int to = plain.length();
    while (from < to && isAround(plain.codePointAt(from))) {
      from += Character.charCount(plain.codePointAt(from));
    }
    while (from < to && isAround(plain.codePointBefore(to))) {
      to -= Character.charCount(plain.codePointBefore(to));
    }
    return plain.substring(from, to);
  }

  /** Every text message comes by here: without patterns, which cost more than all the rest. */
  private static String inPlainBlanks(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    boolean afterBlank = false;
    int next = 0;
    while (next < text.length()) {
      int point = text.codePointAt(next);
      next += Character.charCount(point);
      boolean blank = point == '\n' || point == '\r' || point == '\t' || isSeparator(point);
      if (blank) {
        if (!afterBlank) {
          plain.append(' ');
        }
        afterBlank = true;
      } else if (!showsNothing(point)) {
        plain.appendCodePoint(point);
        afterBlank = false;
      }
    }
    return plain.toString();
  }

  /** Such marks come with what is copied and dictated. */
  private static boolean showsNothing(int point) {
    int type = Character.getType(point);
    return type == Character.FORMAT || type == Character.CONTROL;
  }

  private static boolean isSeparator(int point) {
    int type = Character.getType(point);
    return type == Character.SPACE_SEPARATOR
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  private static boolean isAround(int point) {
    return switch (Character.getType(point)) {
      case Character.SPACE_SEPARATOR,
          Character.OTHER_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.DASH_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  private static Set<String> words(String... languages) {
    return Arrays.stream(languages)
        .flatMap(words -> Arrays.stream(words.split("\\|")))
        .map(OptWords::normal)
        .collect(Collectors.toUnmodifiableSet());
  }
}

package dev.throughline.consent;

import dev.throughline.message.ConsentList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the page says, in one language. {@code %s} are the sender, the channel and what is stopped,
 * in this order, where a sentence has them; a sender is as the app calls itself.
 *
 * @param tag BCP 47
 * @param email what the channel is called; the others are names everywhere
 * @param all what OPT_OUT_ALL stops, as the sentences have it
 */
record OptOutTexts(
    String tag,
    String email,
    String all,
    String marketing,
    String notifications,
    String title,
    String getting,
    String stop,
    String stays,
    String stopped,
    String again,
    String going,
    String notGood,
    String later) {
  private static final OptOutTexts ENGLISH =
      new OptOutTexts(
          "en",
          "e-mail",
          "all messages",
          "advertising",
          "notifications",
          "Messages from %s",
          "%1$s sends you messages by %2$s. What you can stop here: %3$s.",
          "Stop %s",
          "Nothing else changes. You can take it back here at any time.",
          "Stopped: %3$s from %1$s by %2$s.",
          "Receive %s again",
          "You receive this again: %3$s from %1$s by %2$s.",
          "This link is not good any more. Ask whoever sent it to you for a new one.",
          "This does not work just now. Please try again in a moment.");
  private static final OptOutTexts JAPANESE =
      new OptOutTexts(
          "ja",
          "メール",
          "すべてのメッセージ",
          "広告メッセージ",
          "お知らせ",
          "%sからのメッセージ",
          "%1$sは%2$sでメッセージをお送りしています。ここで停止できるもの：%3$s。",
          "%sを停止する",
          "ほかの設定は変わりません。いつでもこのページで元に戻せます。",
          "停止しました：%1$sからの%2$sでの%3$s。",
          "%sを再び受け取る",
          "再び受け取ります：%1$sからの%2$sでの%3$s。",
          "このリンクは無効になっています。送信元に新しいリンクをお求めください。",
          "ただいま処理できません。しばらくしてからもう一度お試しください。");
  private static final OptOutTexts THAI =
      new OptOutTexts(
          "th",
          "อีเมล",
          "ข้อความทั้งหมด",
          "ข้อความโฆษณา",
          "ข้อความแจ้งเตือน",
          "ข้อความจาก %s",
          "%1$s ส่งข้อความถึงคุณทาง %2$s สิ่งที่คุณหยุดได้ที่นี่: %3$s",
          "หยุด%s",
          "สิ่งอื่นไม่เปลี่ยนแปลง คุณเปลี่ยนกลับได้ทุกเมื่อที่หน้านี้",
          "หยุดแล้ว: %3$sจาก %1$s ทาง %2$s",
          "รับ%sอีกครั้ง",
          "คุณจะได้รับอีกครั้ง: %3$sจาก %1$s ทาง %2$s",
          "ลิงก์นี้ใช้ไม่ได้แล้ว โปรดขอลิงก์ใหม่จากผู้ส่ง",
          "ขณะนี้ยังทำรายการไม่ได้ โปรดลองอีกครั้งในอีกสักครู่");
  private static final OptOutTexts TRADITIONAL =
      new OptOutTexts(
          "zh-Hant",
          "電子郵件",
          "所有訊息",
          "廣告訊息",
          "通知訊息",
          "來自%s的訊息",
          "%1$s透過%2$s傳送訊息給您。您可以在此停止：%3$s。",
          "停止接收%s",
          "其他設定不會改變。您隨時可以在本頁恢復接收。",
          "已停止：%1$s透過%2$s傳送的%3$s。",
          "重新接收%s",
          "您將重新收到：%1$s透過%2$s傳送的%3$s。",
          "此連結已失效，請向傳送者索取新的連結。",
          "目前無法處理，請稍後再試。");
  private static final OptOutTexts SIMPLIFIED =
      new OptOutTexts(
          "zh-Hans",
          "电子邮件",
          "全部消息",
          "广告消息",
          "通知消息",
          "来自%s的消息",
          "%1$s通过%2$s向您发送消息。您可以在此停止：%3$s。",
          "停止接收%s",
          "其他设置不会改变。您随时可以在本页恢复接收。",
          "已停止：%1$s通过%2$s发送的%3$s。",
          "重新接收%s",
          "您将重新收到：%1$s通过%2$s发送的%3$s。",
          "此链接已失效，请向发送者索取新的链接。",
          "目前无法处理，请稍后再试。");

  /**
   * In the language of the person, else in one that their browser asks for, else in English.
   *
   * @param language as the contract names it
   * @param accepted the browser's {@code Accept-Language}
   */
  static OptOutTexts of(String language, String accepted) {
    return of(language)
        .or(() -> preferred(accepted).stream().flatMap(tag -> of(tag).stream()).findFirst())
        .orElse(ENGLISH);
  }

  /** What the browser's user reads best, first. */
  private static List<String> preferred(String accepted) {
    try {
      return Locale.LanguageRange.parse(accepted).stream()
          .map(Locale.LanguageRange::getRange)
          .toList();
    } catch (IllegalArgumentException malformed) {
      return List.of();
    }
  }

  private static Optional<OptOutTexts> of(String language) {
    List<String> tags =
        Arrays.asList(language.replace('_', '-').toLowerCase(Locale.ROOT).split("-", -1));
    return switch (tags.getFirst()) {
      case "en" -> Optional.of(ENGLISH);
      case "ja" -> Optional.of(JAPANESE);
      case "th" -> Optional.of(THAI);
      case "zh" ->
          Optional.of(
              tags.contains("hant")
                      || !tags.contains("hans")
                          && (tags.contains("tw") || tags.contains("hk") || tags.contains("mo"))
                  ? TRADITIONAL
                  : SIMPLIFIED);
      default -> Optional.empty();
    };
  }

  String what(ConsentList list) {
    return switch (list) {
      case OPT_OUT_ALL -> all;
      case OPT_OUT_MARKETING -> marketing;
      case OPT_OUT_NOTIFICATION -> notifications;
    };
  }
}

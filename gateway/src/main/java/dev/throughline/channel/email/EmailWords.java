package dev.throughline.channel.email;

import java.lang.Character.UnicodeScript;
import java.util.Locale;
import java.util.Map;

/** Our own words in a mail, in the language of the mail. */
record EmailWords(
    String message,
    String choose,
    String call,
    String map,
    String calendar,
    String attached,
    String whereAreYou,
    String file,
    String picture,
    String phone,
    String email,
    String page,
    String address,
    String organization,
    String birthday,
    String unsubscribe) {

  private static final EmailWords ENGLISH =
      new EmailWords(
          "Message",
          "To choose, follow the link or answer with the words:",
          "Call",
          "Show on the map",
          "Calendar",
          "It is attached, to be put into your calendar.",
          "Tell where you are",
          "File",
          "Picture",
          "Phone",
          "E-mail",
          "Page",
          "Address",
          "Organization",
          "Birthday",
          "Unsubscribe");
  private static final EmailWords JAPANESE =
      new EmailWords(
          "メッセージ",
          "リンクを開くか、次の言葉を返信して選んでください。",
          "電話する",
          "地図で見る",
          "カレンダー",
          "カレンダーに追加できるファイルを添付しています。",
          "現在地を伝える",
          "ファイル",
          "画像",
          "電話",
          "メール",
          "ページ",
          "住所",
          "組織",
          "誕生日",
          "配信を停止する");
  private static final EmailWords THAI =
      new EmailWords(
          "ข้อความ",
          "เลือกโดยเปิดลิงก์ หรือตอบกลับด้วยคำต่อไปนี้:",
          "โทร",
          "ดูบนแผนที่",
          "ปฏิทิน",
          "แนบไฟล์สำหรับเพิ่มลงในปฏิทินไว้แล้ว",
          "บอกตำแหน่งของคุณ",
          "ไฟล์",
          "รูปภาพ",
          "โทรศัพท์",
          "อีเมล",
          "หน้าเว็บ",
          "ที่อยู่",
          "องค์กร",
          "วันเกิด",
          "ยกเลิกการรับอีเมล");
  private static final EmailWords CHINESE =
      new EmailWords(
          "消息",
          "请打开链接或回复以下文字进行选择：",
          "拨打电话",
          "在地图上查看",
          "日历",
          "附件可添加到您的日历。",
          "告知您的位置",
          "文件",
          "图片",
          "电话",
          "电子邮件",
          "网页",
          "地址",
          "机构",
          "生日",
          "退订");

  private static final Map<String, EmailWords> BY_LANGUAGE =
      Map.of("en", ENGLISH, "ja", JAPANESE, "th", THAI, "zh", CHINESE);

  /** In a language by its BCP 47 tag, else in English. */
  static EmailWords in(String tag) {
    return BY_LANGUAGE.getOrDefault(Locale.forLanguageTag(tag).getLanguage(), ENGLISH);
  }

  /**
   * The language that most of a text's letters are written for; English for Latin and all others.
   * Chinese letters are Japanese where kana stand among them.
   */
  static String languageOf(String text) {
    int han = 0;
    int kana = 0;
    int thai = 0;
    int others = 0;
    for (int c : text.codePoints().filter(Character::isLetter).toArray()) {
      switch (UnicodeScript.of(c)) {
        case HIRAGANA, KATAKANA -> kana++;
        case HAN -> han++;
        case THAI -> thai++;
        default -> others++;
      }
    }
    // A word of Latin letters is several times as long as one of the others.
    if (Math.max(thai, han + kana) * 3 < others || thai + han + kana == 0) {
      return "en";
    }
    return thai > han + kana ? "th" : kana > 0 ? "ja" : "zh";
  }
}

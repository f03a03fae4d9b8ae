package dev.throughline.sandbox.line;

/** Who answers which area of LINE's API. */
final class Platform {
  private final SendApi sending;
  private final AccountApi account;
  private final ContentApi contents;
  private final RichMenuApi richMenus;
  private final NotificationApi notifications;
  private final AudienceApi audiences;
  private final InsightApi insight;
  private final CouponApi coupons;
  private final PeopleApi people;
  private final LiffApi liff;
  private final ModuleApi modules;
  private final TokenApi tokens;

  Platform(
      World world,
      SendApi sending,
      AccountApi account,
      RichMenuApi richMenus,
      AudienceApi audiences,
      CouponApi coupons,
      LiffApi liff,
      ModuleApi modules,
      TokenApi tokens) {
    this.sending = sending;
    this.account = account;
    this.contents = new ContentApi(world);
    this.richMenus = richMenus;
    this.notifications = new NotificationApi(world.notifications);
    this.audiences = audiences;
    this.insight = new InsightApi(world);
    this.coupons = coupons;
    this.people = new PeopleApi(world);
    this.liff = liff;
    this.modules = modules;
    this.tokens = tokens;
  }

  Answer answer(Call call) {
    return switch (call.endpoint().area()) {
      case SENDING -> sending.answer(call);
      case ACCOUNT -> account.answer(call);
      case CONTENTS -> contents.answer(call);
      case RICHMENUS -> richMenus.answer(call);
      case NOTIFICATIONS -> notifications.answer(call);
      case AUDIENCES -> audiences.answer(call);
      case INSIGHT -> insight.answer(call);
      case COUPONS -> coupons.answer(call);
      case PEOPLE -> people.answer(call);
      case LIFF -> liff.answer(call);
      case MODULES -> modules.answer(call);
      case TOKENS -> tokens.answer(call);
    };
  }
}

package dev.throughline.sandbox.line;

/** Who answers which area of LINE's API. */
final class Platform {
  private final SendApi sending;
  private final AccountApi account;
  private final ContentApi contents;
  private final RichMenuApi richMenus;
  private final TokenApi tokens;

  Platform(
      World world,
      MenuBatches batches,
      Sending sender,
      Narrowcasts narrowcasts,
      Webhooks webhooks,
      AccessTokens accessTokens,
      Assertions assertions,
      LineConfig config) {
    sending = new SendApi(world, sender, narrowcasts);
    account = new AccountApi(world, webhooks, config);
    contents = new ContentApi(world);
    richMenus = new RichMenuApi(world.richMenus, batches);
    tokens = new TokenApi(accessTokens, assertions, config);
  }

  Answer answer(Call call) {
    return switch (call.endpoint().area()) {
      case SENDING -> sending.answer(call);
      case ACCOUNT -> account.answer(call);
      case CONTENTS -> contents.answer(call);
      case RICHMENUS -> richMenus.answer(call);
      case TOKENS -> tokens.answer(call);
    };
  }
}

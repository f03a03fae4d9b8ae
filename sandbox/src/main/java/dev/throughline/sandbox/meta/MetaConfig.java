package dev.throughline.sandbox.meta;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One emulated WhatsApp Business Account with one number.
 *
 * @param port on the loopback address; 0 = any free one
 * @param accountId the WhatsApp Business Account's id (WABA)
 * @param phoneNumberId the number's id, which addresses are made of
 * @param number the number itself, {@code +} and digits
 * @param name as people see it
 * @param accessToken the system user's token
 * @param appSecret signs webhooks
 * @param templates that exist at the start
 */
public record MetaConfig(
    int port,
    String accountId,
    String phoneNumberId,
    String number,
    String name,
    String accessToken,
    String appSecret,
    MetaSettings settings,
    List<Template> templates) {
  private static final Pattern NUMBER = Pattern.compile("\\+[1-9][0-9]{6,14}");
  private static final Pattern ID = Pattern.compile("[0-9]{5,20}");

  public MetaConfig {
    if (!ID.matcher(accountId).matches() || !ID.matcher(phoneNumberId).matches()) {
      throw new IllegalArgumentException("ids of Meta's are 5 to 20 digits");
    }
    if (!NUMBER.matcher(number).matches()) {
      throw new IllegalArgumentException("a number is + and digits, got " + number);
    }
    if (accessToken.isEmpty() || appSecret.isEmpty()) {
      throw new IllegalArgumentException("an app has an access token and a secret");
    }
    templates = List.copyOf(templates);
  }

  /** A number with the published limits and the templates of {@link Template#samples}. */
  public static MetaConfig number(
      String accountId, String phoneNumberId, String number, String accessToken, String appSecret) {
    return new MetaConfig(
        0,
        accountId,
        phoneNumberId,
        number,
        "Throughline sandbox",
        accessToken,
        appSecret,
        MetaSettings.published(),
        Template.samples());
  }

  public MetaConfig withPort(int other) {
    return new MetaConfig(
        other, accountId, phoneNumberId, number, name, accessToken, appSecret, settings, templates);
  }

  public MetaConfig withSettings(MetaSettings other) {
    return new MetaConfig(
        port, accountId, phoneNumberId, number, name, accessToken, appSecret, other, templates);
  }
}

package dev.throughline.channel.sms;

import dev.throughline.channel.Channel.Allowance;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How many parts of SMS a second an account may send. AWS counts them by what they are sent from,
 * and publishes a number for toll-free ones; SMSCs agree one with each of their customers (spec
 * providers.md §B.2.1, §B.2.2).
 */
final class SmsRates {
  private static final String PARTS = "parts";
  private static final int TOLL_FREE = 3;
  private static final Pattern IS_TOLL_FREE =
      Pattern.compile("\\+?1(800|888|877|866|855|844|833)[0-9]{7}");

  static final Map<String, Integer> PUBLISHED = Map.of(PARTS, 0);

  private SmsRates() {}

  static Allowance of(SmsMessage message, SmsCredentials account) {
    int parts = Segments.of(message.text()).parts().size();
    return switch (account) {
      case SmsCredentials.Aws aws ->
          new Allowance(
              PARTS,
              parts,
              message
                  .sender()
                  .or(aws::origination)
                  .filter(from -> IS_TOLL_FREE.matcher(from).matches())
                  .map(from -> TOLL_FREE)
                  .orElse(0));
      case SmsCredentials.Smpp _ -> new Allowance(PARTS, parts, 0);
    };
  }
}

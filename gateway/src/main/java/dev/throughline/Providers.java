package dev.throughline;

import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.whatsapp.WhatsAppHost;
import dev.throughline.outbound.ProviderRates;

/**
 * Where the providers of the channels are, or emulators of them, and how often they are called: the
 * installation's to say. Where they are is never an app's, so that nobody who edits an app can have
 * its secrets sent elsewhere.
 *
 * @param aws Amazon Web Services
 * @param whatsApp Meta's Graph API
 * @param rates of accounts that set none of their own
 */
public record Providers(AwsSettings aws, WhatsAppHost whatsApp, ProviderRates rates) {
  /** The providers themselves, as often as they publish. */
  public static final Providers REAL =
      new Providers(AwsSettings.AWS, WhatsAppHost.REAL, ProviderRates.PUBLISHED);

  /** These, but for AWS. */
  public Providers aws(AwsSettings other) {
    return new Providers(other, whatsApp, rates);
  }

  /** These, but for Meta. */
  public Providers whatsApp(WhatsAppHost other) {
    return new Providers(aws, other, rates);
  }

  /** These, called as often as this. */
  public Providers rates(ProviderRates other) {
    return new Providers(aws, whatsApp, other);
  }
}

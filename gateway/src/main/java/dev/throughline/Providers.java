package dev.throughline;

import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.whatsapp.WhatsAppHost;

/**
 * Where the providers of the channels are, or emulators of them: the installation's to say, and
 * never an app's, so that nobody who edits an app can have its secrets sent elsewhere.
 *
 * @param aws Amazon Web Services
 * @param whatsApp Meta's Graph API
 */
public record Providers(AwsSettings aws, WhatsAppHost whatsApp) {
  /** The providers themselves. */
  public static final Providers REAL = new Providers(AwsSettings.AWS, WhatsAppHost.REAL);

  /** These, but for AWS. */
  public Providers aws(AwsSettings other) {
    return new Providers(other, whatsApp);
  }

  /** These, but for Meta. */
  public Providers whatsApp(WhatsAppHost other) {
    return new Providers(aws, other);
  }
}

package dev.throughline;

import dev.throughline.channel.aws.AwsSettings;

/**
 * Where the providers of the channels are, or emulators of them: the installation's to say, and
 * never an app's, so that nobody who edits an app can have its secrets sent elsewhere.
 *
 * @param aws Amazon Web Services
 */
public record Providers(AwsSettings aws) {
  /** The providers themselves. */
  public static final Providers REAL = new Providers(AwsSettings.AWS);

  /** These, but for AWS. */
  public Providers aws(AwsSettings other) {
    return new Providers(other);
  }
}

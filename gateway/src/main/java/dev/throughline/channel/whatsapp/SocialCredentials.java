package dev.throughline.channel.whatsapp;

import dev.throughline.channel.aws.AwsCredentials;
import dev.throughline.channel.aws.OverAws;
import java.util.Optional;

/**
 * A business phone number that AWS End User Messaging Social stands before.
 *
 * @param originationId AWS's own id of the number, or its ARN
 * @param mediaBucket through which files that people send are fetched; without it they are not
 */
record SocialCredentials(AwsCredentials aws, String originationId, Optional<String> mediaBucket)
    implements WhatsAppCredentials, OverAws {
  /** Shows nothing that opens anything. */
  @Override
  public String toString() {
    return "SocialCredentials[" + aws + "]";
  }
}

package dev.throughline.channel.whatsapp;

import dev.throughline.channel.aws.AwsCredentials;
import dev.throughline.channel.aws.OverAws;

/**
 * A business phone number that AWS End User Messaging Social stands before.
 *
 * @param originationId AWS's own id of the number, or its ARN
 */
record SocialCredentials(AwsCredentials aws, String originationId)
    implements WhatsAppCredentials, OverAws {
  /** Shows nothing that opens anything. */
  @Override
  public String toString() {
    return "SocialCredentials[" + aws + "]";
  }
}

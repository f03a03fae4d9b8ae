package dev.throughline.channel.whatsapp;

import dev.throughline.channel.Channel;

/** What an account needs: at Meta itself, or at AWS, which stands before Meta. */
sealed interface WhatsAppCredentials extends Channel.Credentials
    permits MetaCredentials, SocialCredentials {
  static WhatsAppCredentials of(Channel.Credentials credentials) {
    if (credentials instanceof WhatsAppCredentials ours) {
      return ours;
    }
    throw new IllegalArgumentException("not WhatsApp credentials: " + credentials.getClass());
  }
}

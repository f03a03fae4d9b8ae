package dev.throughline.channel.aws;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the installation finds AWS; an app has no say in it.
 *
 * @param endpoint all of AWS's services, instead of AWS's own addresses: an emulator, or a proxy
 * @param notifications the origins ({@code https://host[:port]}) that certificates of notifications
 *     are fetched from and subscriptions confirmed at
 * @param authority who must vouch for those certificates. Without it they are trusted for where
 *     they come from: SNS serves them over https and without the certificates between
 */
public record AwsSettings(
    Optional<URI> endpoint, Pattern notifications, Optional<X509Certificate> authority) {
  /** SNS itself (Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages"). */
  public static final Pattern SNS =
      Pattern.compile("https://sns\\.[a-z0-9-]{3,}\\.amazonaws\\.com(\\.cn)?");

  /** Certificates are trusted for where they come from. */
  public AwsSettings(Optional<URI> endpoint, Pattern notifications) {
    this(endpoint, notifications, Optional.empty());
  }

  /** AWS as it is. */
  public static final AwsSettings AWS = new AwsSettings(Optional.empty(), SNS);

  public AwsSettings {
    endpoint.ifPresent(base -> {
      String scheme = base.getScheme();
      if (!("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
          || base.getHost() == null
          || base.getRawUserInfo() != null
          || base.getRawQuery() != null
          || base.getRawFragment() != null) {
        throw new IllegalArgumentException(
            "AWS's address must be http(s)://host[:port][/path], was: " + base);
      }
    });
  }
}

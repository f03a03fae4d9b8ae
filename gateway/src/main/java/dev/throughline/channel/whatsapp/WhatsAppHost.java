package dev.throughline.channel.whatsapp;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where Meta's Graph API is, and which version of it is spoken.
 *
 * @param base an http or https address, maybe with a path in front of Meta's own
 * @param version such as {@code v23.0}
 */
public record WhatsAppHost(URI base, String version) {
  public static final URI META = URI.create("https://graph.facebook.com");

  /** The version of Meta's published OpenAPI file, which our messages are held against. */
  public static final String VERSION = "v23.0";

  private static final Pattern VERSIONS = Pattern.compile("v[0-9]{1,3}\\.[0-9]{1,2}");

  /** Meta as it is. */
  public static final WhatsAppHost REAL = new WhatsAppHost(META, VERSION);

  public WhatsAppHost {
    String scheme = base.getScheme();
    boolean http = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
    if (!http
        || base.getHost() == null
        || base.getRawUserInfo() != null
        || base.getRawQuery() != null
        || base.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "Meta's address must be http(s)://host[:port][/path], was: " + base);
    }
    if (!VERSIONS.matcher(version).matches()) {
      throw new IllegalArgumentException(
          "the version of Meta's API must be like v23.0, was: " + version);
    }
  }

  /** {@code path} begins with a slash. */
  URI at(String path) {
    String text = base.toString();
    String prefix = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    return URI.create(prefix + "/" + version + path);
  }

  /**
   * Whether a file may be fetched from there with an account's token: Meta's own hosts, or the
   * configured one.
   */
  boolean isMetas(URI address) {
    String host = address.getHost();
    if (host == null || address.getRawUserInfo() != null) {
      return false;
    }
    if (base.getScheme().equalsIgnoreCase(address.getScheme())
        && base.getHost().equalsIgnoreCase(host)
        && base.getPort() == address.getPort()) {
      return true;
    }
    return "https".equalsIgnoreCase(address.getScheme())
        && META.getHost().equalsIgnoreCase(base.getHost())
        && (address.getPort() == -1 || address.getPort() == 443)
        && (isWithin(host, "fbsbx.com")
            || isWithin(host, "facebook.com")
            || isWithin(host, "fbcdn.net")
            || isWithin(host, "whatsapp.net"));
  }

  private static boolean isWithin(String host, String domain) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.equals(domain) || lower.endsWith("." + domain);
  }
}

package dev.throughline.channel.line;

import java.net.URI;

/** Where LINE's API is: an http or https address, maybe with a path in front of LINE's own. */
public record LineHost(URI base) {
  public static final URI LINE = URI.create("https://api.line.me");

  /** Where LINE keeps images and files. */
  public static final URI LINE_DATA = URI.create("https://api-data.line.me");

  /** The host for images and files that goes with an API host: an emulator's are the same. */
  public static URI data(URI api) {
    return LINE.getHost().equalsIgnoreCase(api.getHost()) ? LINE_DATA : api;
  }

  public LineHost {
    String scheme = base.getScheme();
    boolean http = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
    if (!http
        || base.getHost() == null
        || base.getRawUserInfo() != null
        || base.getRawQuery() != null
        || base.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "LINE's address must be http(s)://host[:port][/path], was: " + base);
    }
  }

  /** {@code path} begins with a slash. */
  public URI at(String path) {
    String text = base.toString();
    return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
  }
}

package dev.throughline.inbound;

import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code GET /stickers/line/{package}/{sticker}.svg}: our own picture of a sticker, for whoever
 * asks. It says nothing of who sent the sticker to whom.
 */
public final class StickerRoutes {
  private static final String PATH = "/stickers/line/";
  private static final String SUFFIX = ".svg";
  private static final Pattern ID = Pattern.compile("[0-9]{1,20}");

  /** The first word that LINE gave for a sticker stays; before it there may be none. */
  private static final String CACHED = "public, max-age=86400";

  private static final String KEYWORD =
      "select keyword from sticker where package_id = ? and sticker_id = ?";

  private final Database database;

  public StickerRoutes(Database database) {
    this.database = database;
  }

  /** Where the picture is, below the address of the public port. */
  public static String path(String packageId, String stickerId) {
    return PATH + packageId + "/" + stickerId + SUFFIX;
  }

  public List<Route> routes() {
    return List.of(Route.get(PATH + "{package}/{picture}", this::picture));
  }

  private Response picture(Request request) {
    String packageId = request.param("package");
    String picture = request.param("picture");
    if (!picture.endsWith(SUFFIX)) {
      return Response.empty(404);
    }
    String stickerId = picture.substring(0, picture.length() - SUFFIX.length());
    if (!ID.matcher(packageId).matches() || !ID.matcher(stickerId).matches()) {
      return Response.empty(404);
    }
    String svg = StickerPicture.svg(packageId, stickerId, keyword(packageId, stickerId));
    return Response.of(200, "image/svg+xml", Bytes.utf8(svg))
        .with("cache-control", CACHED)
        .with("content-security-policy", "default-src 'none'")
        .with("x-content-type-options", "nosniff");
  }

  private Optional<String> keyword(String packageId, String stickerId) {
    return database.read(c -> {
      try (PreparedStatement statement = c.prepareStatement(KEYWORD)) {
        statement.setString(1, packageId);
        statement.setString(2, stickerId);
        try (ResultSet row = statement.executeQuery()) {
          return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
        }
      }
    });
  }
}

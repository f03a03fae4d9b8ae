package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.contract.Languages;
import dev.throughline.conversation.Item.Profile;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a channel's profile fills in of a contact: the name and the language, where the app has not
 * given its own. A name that came from a profile is marked as such, and follows the profile; the
 * mark goes when the app changes the contact.
 */
final class ContactProfile {
  private static final String NAME = "display_name";
  private static final String FROM_PROFILE = "profile_name";

  private static final String SELECT =
      "select language, sealed from contact where id = ? for no key update";
  private static final String UPDATE = "update contact set language = ?, sealed = ? where id = ?";

  private ContactProfile() {}

  static int write(Connection c, Vault vault, ContactId contact, Profile profile)
      throws SQLException {
    String language;
    Bytes sealed;
    try (PreparedStatement statement = c.prepareStatement(SELECT)) {
      statement.setObject(1, contact.value().toUuid());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return 0;
        }
        language = row.getString(1);
        sealed = Bytes.wrap(row.getBytes(2));
      }
    }
    byte[] associated = Rows.associated("contact", contact.value());
    Optional<DataKey> key = vault.key(Vault.keyId(sealed));
    Optional<Bytes> open = vault.open(sealed, associated);
    if (key.isEmpty() || open.isEmpty()) {
      return 0;
    }
    ObjectNode data = Json.object(open.get());
    String name = Json.string(data, NAME).orElse("");
    boolean ours = name.isEmpty() || name.equals(Json.string(data, FROM_PROFILE).orElse(""));
    boolean changesName = ours && !profile.name().isEmpty() && !profile.name().equals(name);
    String spoken = language(profile.language());
    boolean changesLanguage =
        language.equals(Languages.UNSPECIFIED) && !spoken.equals(Languages.UNSPECIFIED);
    if (!changesName && !changesLanguage) {
      return 0;
    }
    if (changesName) {
      data.put(NAME, profile.name());
      data.put(FROM_PROFILE, profile.name());
    }
    try (PreparedStatement statement = c.prepareStatement(UPDATE)) {
      statement.setString(1, changesLanguage ? spoken : language);
      statement.setBytes(2, vault.seal(key.get(), Json.bytes(data).array(), associated).array());
      statement.setObject(3, contact.value().toUuid());
      return statement.executeUpdate();
    }
  }

  /** The channels of a contact, in its own order. */
  static List<ChannelName> channelPriority(Connection c, Vault vault, ContactId contact)
      throws SQLException {
    try (PreparedStatement statement =
        c.prepareStatement("select sealed from contact where id = ?")) {
      statement.setObject(1, contact.value().toUuid());
      try (ResultSet row = statement.executeQuery()) {
        Optional<ObjectNode> data =
            row.next()
                ? vault
                    .open(Bytes.wrap(row.getBytes(1)), Rows.associated("contact", contact.value()))
                    .map(Json::object)
                : Optional.empty();
        return data.stream()
            .flatMap(json -> json.path("channel_priority").valueStream())
            .map(name -> name.asString(""))
            .filter(ChannelName::isValid)
            .map(ChannelName::new)
            .toList();
      }
    }
  }

  /** The contract's word for a BCP 47 tag: with its region if it knows that, else without. */
  static String language(String tag) {
    String whole = tag.replace('-', '_').toUpperCase(Locale.ROOT);
    if (Languages.isKnown(whole)) {
      return whole;
    }
    int end = whole.indexOf('_');
    String plain = end < 0 ? whole : whole.substring(0, end);
    return Languages.isKnown(plain) ? plain : Languages.UNSPECIFIED;
  }
}

package dev.throughline.conversation;

import dev.throughline.contract.Contact;
import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.contract.Languages;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ulids;
import dev.throughline.policy.RecipientZone;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/** By whose clock it is quiet for a contact. */
final class ContactZone {
  private static final String CONTACT = "select language, sealed from contact where id = ?";
  private static final String NUMBERS =
      """
      select id, sealed from identity where contact = ? and channel = any (?)
      order by position, id
      """;

  /** Whose addresses are phone numbers. */
  private static final String[] PHONES =
      Identities.siblings(ChannelName.SMS).stream().map(ChannelName::value).toArray(String[]::new);

  private ContactZone() {}

  /**
   * @param contact empty if nobody knows them yet
   * @param identity where the message goes: a number there is looked at first
   */
  static RecipientZone find(
      Connection c, Vault vault, Optional<ContactId> contact, Identity identity, ZoneId appDefault)
      throws SQLException {
    Set<String> numbers = new LinkedHashSet<>();
    if (Identities.isPhoneNumber(identity)) {
      numbers.add(identity.value().substring(1));
    } else if (!Identities.siblings(identity.channel()).isEmpty()
        && identity.value().chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
      numbers.add(identity.value());
    }
    Told told = contact.isPresent() ? told(c, vault, contact.get()) : Told.NOTHING;
    if (contact.isPresent() && told.zone().isEmpty() && numbers.isEmpty()) {
      numbers.addAll(numbers(c, vault, contact.get()));
    }
    return RecipientZone.of(told.zone(), numbers, told.language(), appDefault);
  }

  /** What a contact says of itself; empty and UNSPECIFIED where nothing is known. */
  private record Told(String zone, String language) {
    static final Told NOTHING = new Told("", Languages.UNSPECIFIED);
  }

  private static Told told(Connection c, Vault vault, ContactId contact) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(CONTACT)) {
      s.setObject(1, contact.value().toUuid());
      try (ResultSet row = s.executeQuery()) {
        if (!row.next()) {
          return Told.NOTHING;
        }
        Optional<ObjectNode> data =
            vault
                .open(Bytes.wrap(row.getBytes(2)), Rows.associated("contact", contact.value()))
                .map(Json::object);
        return new Told(
            data.flatMap(json -> Json.string(json, Contact.TIME_ZONE)).orElse(""),
            row.getString(1));
      }
    }
  }

  private static Set<String> numbers(Connection c, Vault vault, ContactId contact)
      throws SQLException {
    Set<String> numbers = new LinkedHashSet<>();
    try (PreparedStatement s = c.prepareStatement(NUMBERS)) {
      s.setObject(1, contact.value().toUuid());
      s.setArray(2, c.createArrayOf("text", PHONES));
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          vault
              .open(
                  Bytes.wrap(row.getBytes(2)),
                  Rows.associated("identity", Ulids.of(row.getObject(1, UUID.class))))
              .ifPresent(value -> numbers.add(value.asUtf8()));
        }
      }
    }
    return numbers;
  }
}

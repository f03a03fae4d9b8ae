package dev.throughline.conversation;

import dev.throughline.contract.Languages;
import dev.throughline.conversation.OptOutLinks.Link;
import dev.throughline.message.Bytes;
import dev.throughline.message.ConsentList;
import dev.throughline.message.Identity;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;

/** What the page where people opt out has to know of somebody. */
public final class OptOutState {
  private static final String LANGUAGE =
      """
      select c.language from contact c join identity i on i.contact = c.id where i.hash = ?
      """;

  private final Database database;
  private final Vault vault;
  private final OptOutLinks links;

  public OptOutState(Database database, Vault vault, OptOutLinks links) {
    this.database = database;
    this.vault = vault;
    this.links = links;
  }

  /** Whether the app took the link back. */
  public boolean isEnded(App app, Link link) {
    return links.isEnded(database, app, link);
  }

  /** Whether what the link is about has been stopped, by it or together with everything. */
  public boolean isOut(App app, Link link) {
    Bytes hash = hash(app, link.identity());
    return database.read(c -> {
      StandingRows.Known known =
          StandingRows.read(c, List.of(hash)).get(new StandingRows.Place(app.id(), hash));
      return known != null
          && known.standing().out().stream()
              .anyMatch(list -> list == link.list() || list == ConsentList.OPT_OUT_ALL);
    });
  }

  /** As the contract names it; UNSPECIFIED where nobody knows. */
  public String language(App app, Identity identity) {
    Bytes hash = hash(app, identity);
    return database.read(c -> {
      try (PreparedStatement s = c.prepareStatement(LANGUAGE)) {
        s.setBytes(1, hash.array());
        try (ResultSet row = s.executeQuery()) {
          return row.next() ? row.getString(1) : Languages.UNSPECIFIED;
        }
      }
    });
  }

  private Bytes hash(App app, Identity identity) {
    return vault.hash(Owners.person(app.project(), app.id(), identity));
  }
}

package dev.throughline.conversation;

import dev.throughline.conversation.Rows.IdentityRow;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.vault.Owner;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Learns that two addresses on a channel are one person's, where an event of the channel names
 * both: a WhatsApp number, and the user id that stands for whoever shows no number. Whichever is
 * new joins the contact of the other. Where each has a contact of its own, they stay two, as the
 * contract has it for any address that several contacts hold: the app is told once, the two are
 * among the conflicts, and {@code contacts:merge} makes them one.
 */
final class FoldAliases {
  private static final String SHARE = "update identity set kin_hash = ? where id = ?";

  private final FoldState state;
  private final FoldPeople people;
  private final Set<Ulid> told = new HashSet<>();

  FoldAliases(FoldState state, FoldPeople people) {
    this.state = state;
    this.people = people;
  }

  void learn(Item.Event item) throws SQLException {
    Optional<Identity> author = item.event().head().author();
    Optional<Identity> alias = item.event().head().alias();
    if (author.isEmpty() || alias.isEmpty()) {
      return;
    }
    App app = item.app();
    Optional<IdentityRow> known = known(app, author.get());
    Optional<IdentityRow> other = known(app, alias.get());
    if (known.isPresent() && other.isPresent()) {
      if (!known.get().contact().equals(other.get().contact())) {
        two(app, author.get(), known.get(), other.get());
      }
    } else if (other.isPresent()) {
      join(app, author.get(), other.get());
    } else if (known.isPresent()) {
      join(app, alias.get(), known.get());
    } else if (item.event().head().chat().equals(author)) {
      // Nobody becomes a contact by a receipt alone.
      Party party = people.party(app, author.get());
      join(app, alias.get(), people.identityOf(party));
    }
  }

  private Optional<IdentityRow> known(App app, Identity identity) {
    return Optional.ofNullable(state.identities.get(state.hash(FoldPeople.person(app, identity))));
  }

  private void join(App app, Identity fresh, IdentityRow known) {
    Owner.Person person = FoldPeople.person(app, fresh);
    List<Bytes> siblings = new ArrayList<>(List.of(known.hash()));
    siblings.addAll(state.siblings.getOrDefault(person, List.of()));
    state.siblings.put(person, siblings);
    people.party(app, fresh, !known.shown());
  }

  /** From now on both share what the number shares with its siblings, by which it was told. */
  private void two(App app, Identity number, IdentityRow known, IdentityRow other)
      throws SQLException {
    Owner.Person person = FoldPeople.person(app, number);
    Optional<Bytes> kin = state.kin(person);
    if (kin.isEmpty() || !known.shown() || !other.shown() || !told.add(other.id())) {
      return;
    }
    List<Kin.Holder> holders =
        new ArrayList<>(
            Kin.holders(state.transaction, List.of(kin.get())).getOrDefault(kin.get(), List.of()));
    if (holders.stream().anyMatch(holder -> holder.contact().equals(other.contact()))) {
      return;
    }
    holders.add(new Kin.Holder(other.channel(), other.contact()));
    state.writes.add(c -> {
      try (PreparedStatement statement = c.prepareStatement(SHARE)) {
        statement.setBytes(1, kin.get().array());
        statement.setObject(2, other.id().toUuid());
        return statement.executeUpdate();
      }
    });
    people.duplicated(app, state.key(person), known.contact(), holders);
  }
}

package dev.throughline.conversation;

import dev.throughline.conversation.PieceStore.Group;
import dev.throughline.conversation.PieceStore.Kept;
import dev.throughline.message.Bytes;
import dev.throughline.message.InboundEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Joins what came in pieces. Each piece is an entry of its own and kept until the others are there,
 * in whatever order they come; those that never come stand as an ellipsis.
 */
final class FoldPieces {
  /** How long a piece waits for the others; carriers send them within seconds. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final String MISSING = "…";

  private final FoldState state;
  private final FoldPeople people;
  private final Effects effects;

  FoldPieces(FoldState state, FoldPeople people, Effects effects) {
    this.state = state;
    this.people = people;
    this.effects = effects;
  }

  /**
   * A message whose pieces are put together.
   *
   * @param others the entries of the pieces that are not in the entry at hand
   */
  record Joined(String text, List<Long> others) {}

  /** What all pieces say, if this was the last of them. */
  Optional<Joined> add(Item.Event item, InboundEvent.Piece piece, Party party) throws SQLException {
    Group group = group(item, piece.group(), party);
    Bytes sealed =
        state.vault.seal(
            party.key(), Bytes.wrap(utf16(piece.text())).array(), associated(state.index));
    PieceStore.keep(
        state.transaction, group, new Kept(piece.number(), state.index, state.at, sealed));
    List<Kept> kept = PieceStore.of(state.transaction, group);
    if (kept.size() < piece.count()) {
      if (kept.size() == 1) {
        effects.emit(new Fact.PieceKept(item.account(), item.entry().id(), state.index));
      }
      return Optional.empty();
    }
    return Optional.of(taken(group, kept));
  }

  /** What those pieces say that came, if they have waited for the others long enough. */
  Optional<Joined> overdue(Item.Event item, InboundEvent.PiecesOverdue overdue, Party party)
      throws SQLException {
    Group group = group(item, overdue.group(), party);
    List<Kept> kept = PieceStore.of(state.transaction, group);
    boolean due = kept.stream().anyMatch(piece -> !piece.at().isAfter(state.at.minus(PATIENCE)));
    return due ? Optional.of(taken(group, kept)) : Optional.empty();
  }

  private Joined taken(Group group, List<Kept> kept) throws SQLException {
    PieceStore.take(state.transaction, group);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    List<Long> others = new ArrayList<>();
    int expected = 1;
    for (Kept piece : kept) {
      if (piece.number() > expected) {
        text.writeBytes(utf16(MISSING));
      }
      expected = piece.number() + 1;
      text.writeBytes(
          state
              .vault
              .open(piece.sealed(), associated(piece.index()))
              .map(Bytes::array)
              .orElseGet(() -> utf16(MISSING)));
      if (piece.index() != state.index) {
        others.add(piece.index());
      }
    }
    return new Joined(text.toString(StandardCharsets.UTF_16BE), others);
  }

  private Group group(Item.Event item, String name, Party party) {
    return new Group(item.account().id(), people.identityOf(party).id(), name);
  }

  /** Half a surrogate pair may stand at the end of a piece, which UTF-8 cannot say. */
  private static byte[] utf16(String text) {
    byte[] octets = new byte[2 * text.length()];
    for (int i = 0; i < text.length(); i++) {
      octets[2 * i] = (byte) (text.charAt(i) >> 8);
      octets[2 * i + 1] = (byte) text.charAt(i);
    }
    return octets;
  }

  private static byte[] associated(long index) {
    return ("piece " + index).getBytes(StandardCharsets.US_ASCII);
  }
}

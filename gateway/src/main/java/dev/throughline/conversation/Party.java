package dev.throughline.conversation;

import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.vault.DataKey;
import java.util.Optional;

/**
 * Who is at the other end, as a fold has them at hand.
 *
 * @param identity the address on the channel, in clear
 * @param key seals what is kept about them
 */
public record Party(
    App app,
    ContactId contact,
    Optional<ConversationId> conversation,
    Identity identity,
    DataKey key) {

  /** Without the conversation, where an app is shown none. */
  Party outside() {
    return new Party(app, contact, Optional.empty(), identity, key);
  }

  /** The same person at another address, sealed as before. */
  public Party at(Identity address) {
    return new Party(app, contact, conversation, address, key);
  }

  /** The same, sealed for somebody else: who says something in a group owns what they say. */
  Party sealedBy(DataKey author) {
    return new Party(app, contact, conversation, identity, author);
  }

  Party in(ConversationId found) {
    return new Party(app, contact, Optional.of(found), identity, key);
  }
}

package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is kept of a message that goes through several channels or waits for something.
 *
 * @param open whether something may still become of it by what the people do
 * @param contacts whose doings those are
 * @param tasks those that work on it
 * @param people the addresses that it may still go to
 * @param plan its own business; personal
 */
public record KeptPlan(
    boolean open,
    List<ContactId> contacts,
    List<Ulid> tasks,
    List<Identity> people,
    ObjectNode plan) {
  public KeptPlan {
    contacts = List.copyOf(contacts);
    tasks = List.copyOf(tasks);
    people = List.copyOf(people);
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "KeptPlan[open=" + open + "]";
  }
}

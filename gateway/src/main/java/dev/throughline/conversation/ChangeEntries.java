package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import tools.jackson.databind.node.ObjectNode;

/** Makes the entries that tell the fold and the ledger of a change made through the API. */
final class ChangeEntries {
  private final Drafts drafts;

  ChangeEntries(Drafts drafts) {
    this.drafts = drafts;
  }

  /** Sealed for the contact, so that erasing them erases what the entry says. */
  Draft draft(ProjectId project, ContactId contact, String change, ObjectNode facts) {
    ObjectNode record = Json.object();
    record.put(Changes.CHANGE, change);
    record.put(Changes.CONTACT, contact.toString());
    record.setAll(facts);
    return drafts
        .draft(Changes.KIND, new Subject.Project(project.value()))
        .part(new Owner.Contact(contact), Json.bytes(record))
        .build();
  }

  /** The key that the entry is sealed with; its row travels in the draft if it is fresh. */
  static DataKey key(Draft draft, ContactId contact) {
    DataKey key = draft.keys().get(new Owner.Contact(contact));
    if (key == null) {
      throw new AssertionError("a draft holds the keys of its owners");
    }
    return key;
  }
}

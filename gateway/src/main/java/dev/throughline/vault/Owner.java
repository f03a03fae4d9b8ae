package dev.throughline.vault;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whose data it is: what a key is made for, and what erasure reaches. */
public sealed interface Owner {
  /** The text whose HMAC finds the owner's keys and identities; never kept in clear. */
  String name();

  /** The key period: 0 for owners whose keys do not change by month. */
  default boolean monthly() {
    return true;
  }

  default byte[] nameBytes() {
    return name().getBytes(StandardCharsets.UTF_8);
  }

  /** A person by their address on a channel; {@code scope} where the address is an app's own. */
  record Person(ProjectId project, ChannelName channel, Optional<AppId> scope, String value)
      implements Owner {
    @Override
    public String name() {
      return "person\n"
          + project
          + "\n"
          + channel
          + "\n"
          + scope.map(AppId::toString).orElse("")
          + "\n"
          + value;
    }

    /** Asked thousands of times a second; the address alone tells most people apart. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Person person
          && value.equals(person.value)
          && project.equals(person.project)
          && channel.equals(person.channel)
          && scope.equals(person.scope);
    }

    @Override
    public int hashCode() {
      return value.hashCode();
    }

    @Override
    public String toString() {
      return "Person[" + channel + "]";
    }
  }

  /** A contact: the names and notes that belong to no single address. */
  record Contact(ContactId id) implements Owner {
    @Override
    public String name() {
      return "contact\n" + id;
    }

    @Override
    public boolean monthly() {
      return false;
    }
  }

  /** A channel account: the parts of a webhook that are nobody's. */
  record Account(AccountId id) implements Owner {
    @Override
    public String name() {
      return "account\n" + id;
    }
  }

  /** A project: what its own people configured. */
  record Project(ProjectId id) implements Owner {
    @Override
    public String name() {
      return "project\n" + id;
    }

    @Override
    public boolean monthly() {
      return false;
    }
  }

  /** Those whom something shall be sent to, as long as that lasts. */
  record Audience(Ulid id) implements Owner {
    @Override
    public String name() {
      return "audience\n" + id;
    }

    @Override
    public boolean monthly() {
      return false;
    }
  }

  /** The installation: channel secrets and callback secrets at rest. */
  record Installation() implements Owner {
    @Override
    public String name() {
      return "installation";
    }

    @Override
    public boolean monthly() {
      return false;
    }
  }
}

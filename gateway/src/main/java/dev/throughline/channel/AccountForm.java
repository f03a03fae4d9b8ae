package dev.throughline.channel;

import dev.throughline.contract.Fields;
import dev.throughline.message.Bytes;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What the entries of an app's {@code channel_credentials} say of a channel's accounts. */
public interface AccountForm {
  /** Whether an app may have more than one account on the channel. */
  boolean several();

  /**
   * Reads what an entry says beyond its {@code channel}, ordinal and callback secret.
   *
   * @throws dev.throughline.contract.WrongFieldException if it is no entry of this channel
   */
  Given read(Fields entry);

  /** What {@link Given#kept} says; empty for what cannot be used. */
  Optional<Channel.Credentials> credentials(Bytes kept);

  /**
   * Whether {@code sender} is what messages of the account that {@link Given#kept} says come from,
   * as its provider calls it. An account's id at its provider is known without this.
   */
  default boolean isSender(Bytes kept, String sender) {
    return false;
  }

  /**
   * Whether what AWS tells of the account's messages comes by this configuration set; true where
   * there is no such thing.
   */
  default boolean isConfigurationSet(Bytes kept, String name) {
    return true;
  }

  /**
   * @param kept the entry's own object or objects, in the contract's form
   * @param isDefault whether the account is the one that the app uses where it names none
   * @param platformId the account's id at the provider, where the entry says it
   */
  record Given(ObjectNode kept, boolean isDefault, Optional<String> platformId) {
    /** Whose id is found out otherwise, or never. */
    public Given(ObjectNode kept, boolean isDefault) {
      this(kept, isDefault, Optional.empty());
    }

    /** Shows nothing secret. */
    @Override
    public String toString() {
      return "Given[isDefault=" + isDefault + "]";
    }
  }
}

package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.policy.SendPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * An app: channel accounts, and how messages through them are treated.
 *
 * @param accounts in the order of the app's channel priority
 * @param json the app as the API shows it, without its credentials
 */
public record App(
    AppId id,
    ProjectId project,
    Instant created,
    String displayName,
    ProcessingMode processingMode,
    Settings settings,
    List<Account> accounts,
    Bytes json) {

  public App {
    accounts = List.copyOf(accounts);
  }

  /** The app's account of a channel that sends where nothing else is said. */
  public Optional<Account> account(ChannelName channel) {
    Optional<Account> first = Optional.empty();
    for (Account account : accounts) {
      if (account.channel().equals(channel)) {
        if (account.isDefault()) {
          return Optional.of(account);
        }
        first = first.isPresent() ? first : Optional.of(account);
      }
    }
    return first;
  }

  /**
   * The account of a channel that a step of a plan names: by its ordinal, or by its own id at the
   * provider.
   */
  public Optional<Account> account(ChannelName channel, String sender) {
    return accounts.stream()
        .filter(account -> account.channel().equals(channel))
        .filter(account ->
            sender.equals(String.valueOf(account.ordinal()))
                || account.platformId().equals(Optional.of(sender)))
        .findFirst();
  }

  /** In a credential entry: the address of a bot that gets the account's webhooks, too. */
  public static final String TEE = "tee_url";

  /** In a credential entry: how many calls a second the provider grants the account. */
  public static final String RATE_LIMITS = "rate_limits";

  /** Whether contacts and conversations are shown to the app. */
  public enum ProcessingMode {
    CONVERSATION,
    DISPATCH
  }

  /**
   * How the app is treated, as it sets it; mostly extensions of the contract under {@code
   * throughline}.
   *
   * @param forwardUnknown what a channel does not document is passed on where the contract has no
   *     word
   * @param publicStickers stickers are shown with the channel's public pictures
   * @param reportsMetadata callbacks of what a person says carry the conversation's metadata
   * @param policy whom it may write to, and when
   * @param sending how long it waits for channels
   */
  public record Settings(
      UnknownReply unknownReply,
      KnownBlock knownBlock,
      boolean reportsMetadata,
      Rates rates,
      boolean forwardUnknown,
      boolean publicStickers,
      SendPolicy policy,
      Sending sending) {}

  /**
   * What an app says of its sends.
   *
   * @param retryDuration how long what a channel does not take for now is tried again
   * @param wantsReports the next channel is taken where a delivery is not reported
   * @param waitingTime how long a step may take
   */
  public record Sending(
      Optional<Duration> retryDuration, boolean wantsReports, Optional<Duration> waitingTime) {}

  /** How many a second may go out; 0: as many as there are. */
  public record Rates(int outbound, int webhooks) {
    public static final int MAX = 100_000;

    /** How many callbacks a second, where an app may have so many; 0: as many as there are. */
    public int webhooks(int most) {
      return most == 0 || (webhooks > 0 && webhooks < most) ? webhooks : most;
    }
  }

  /** After a reply of which nobody knows whether it was taken. */
  public enum UnknownReply {
    /** Leave it unknown: the person may have it. */
    LEAVE,
    /** Push the same content: the person may get it twice. */
    PUSH
  }

  /** For somebody who is known to have blocked the account. */
  public enum KnownBlock {
    /** Fail at once: the channel would take the message and not deliver it. */
    FAIL,
    /** Send all the same. */
    TRY
  }

  /**
   * One channel account of an app.
   *
   * @param ordinal which of several accounts of a channel: its webhook URL ends with it
   * @param platformId our own id at the provider, once known: whom webhooks must be addressed to
   * @param credential the credential entry as the API shows it
   * @param tee where the account's webhooks are passed on to, as they came
   * @param rateLimits how many calls a second of each of the channel's rates are made, where the
   *     provider grants others than it publishes; 0: as many as there are
   */
  public record Account(
      AccountId id,
      AppId app,
      ProjectId project,
      ChannelName channel,
      int ordinal,
      boolean isDefault,
      Optional<String> platformId,
      Bytes credential,
      Optional<String> tee,
      Map<String, Integer> rateLimits) {

    public Account {
      rateLimits = Map.copyOf(rateLimits);
    }

    public Account(
        AccountId id,
        AppId app,
        ProjectId project,
        ChannelName channel,
        int ordinal,
        boolean isDefault,
        Optional<String> platformId,
        Bytes credential) {
      this(
          id,
          app,
          project,
          channel,
          ordinal,
          isDefault,
          platformId,
          credential,
          Json.object(credential));
    }

    private Account(
        AccountId id,
        AppId app,
        ProjectId project,
        ChannelName channel,
        int ordinal,
        boolean isDefault,
        Optional<String> platformId,
        Bytes credential,
        ObjectNode entry) {
      this(
          id,
          app,
          project,
          channel,
          ordinal,
          isDefault,
          platformId,
          credential,
          Json.string(entry, TEE).filter(url -> !url.isEmpty()),
          entry.path(RATE_LIMITS).properties().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, set -> set.getValue().asInt(0))));
    }
  }
}

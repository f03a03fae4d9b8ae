package dev.throughline.api;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads an app's {@code channel_credentials}: always all of them, in order of priority. */
final class CredentialForm {
  private static final String NAME = "channel_credentials";
  private static final String ORDINAL = "credential_ordinal_number";
  private static final String CALLBACK_SECRET = "callback_secret";

  private static final int MAX_ENTRIES = 300;
  private static final int MAX_ORDINAL = 255;
  private static final int MAX_SECRET = 256;

  /** What stands beside the credential object of an entry. */
  private static final Set<String> OTHER_KEYS =
      Set.of(
          "channel",
          CALLBACK_SECRET,
          ORDINAL,
          "state",
          "channel_known_id",
          App.TEE,
          App.RATE_LIMITS);

  private final Ulids ulids;
  private final Map<ChannelName, Channel> channels;
  private final TargetCheck targets;

  CredentialForm(Ulids ulids, Map<ChannelName, Channel> channels, TargetCheck targets) {
    this.ulids = ulids;
    this.channels = channels;
    this.targets = targets;
  }

  /**
   * The accounts after the request. One that stays (same channel and ordinal) keeps its id, hence
   * its webhook URL and its place in the ledger.
   */
  List<Account> read(Fields body, ProjectId project, AppId app, List<Account> before) {
    if (!body.has(NAME)) {
      throw body.wrong(NAME, "is required.");
    }
    List<Account> accounts = new ArrayList<>();
    Set<String> places = new HashSet<>();
    Set<ChannelName> defaults = new HashSet<>();
    for (Fields entry : body.objects(NAME, MAX_ENTRIES)) {
      Account account = account(entry, project, app, before);
      ChannelName channel = account.channel();
      boolean several = accounts.stream().anyMatch(a -> a.channel().equals(channel));
      if (several && !form(channel).map(AccountForm::several).orElse(false)) {
        throw entry.wrong("channel", "is named twice; " + channel + " has one account an app.");
      }
      if (!places.add(channel + "/" + account.ordinal())) {
        throw entry.wrong(ORDINAL, "must differ among the accounts of a channel.");
      }
      if (account.isDefault() && !defaults.add(channel)) {
        throw entry.wrong("", "is a second default account of its channel.");
      }
      accounts.add(account);
    }
    return accounts;
  }

  private Account account(Fields entry, ProjectId project, AppId app, List<Account> before) {
    ChannelName channel = Identities.channel(entry, "channel");
    int ordinal = entry.integer(ORDINAL, 0, MAX_ORDINAL).orElse(0);
    ObjectNode credential = Json.object();
    credential.put("channel", channel.value());
    AccountForm.Given given =
        form(channel).map(form -> form.read(entry)).orElseGet(() -> other(entry));
    credential.setAll(given.kept());
    credential.put(CALLBACK_SECRET, entry.string(CALLBACK_SECRET, MAX_SECRET).orElse(""));
    credential.put(ORDINAL, ordinal);
    if (channel.equals(ChannelName.LINE)) {
      tee(entry).ifPresent(url -> credential.put(App.TEE, url));
    }
    rateLimits(entry, channel).ifPresent(rates -> credential.set(App.RATE_LIMITS, rates));
    Optional<Account> known =
        before.stream()
            .filter(account -> account.channel().equals(channel) && account.ordinal() == ordinal)
            .findFirst();
    return new Account(
        known.map(Account::id).orElseGet(() -> new AccountId(ulids.next())),
        app,
        project,
        channel,
        ordinal,
        given.isDefault(),
        given.platformId().or(() -> known.flatMap(Account::platformId)),
        Json.bytes(credential));
  }

  private Optional<AccountForm> form(ChannelName channel) {
    return Optional.ofNullable(channels.get(channel)).map(Channel::accounts);
  }

  /** What the provider grants this account; an extension of the contract. */
  private Optional<ObjectNode> rateLimits(Fields entry, ChannelName channel) {
    Set<String> rates =
        Optional.ofNullable(channels.get(channel))
            .map(found -> found.rates().keySet())
            .orElse(Set.of());
    return entry
        .object(App.RATE_LIMITS)
        .map(given -> {
          ObjectNode kept = Json.object();
          for (String rate : given.json().propertyNames()) {
            if (!rates.contains(rate)) {
              throw given.wrong(
                  rate, "is no rate of " + channel + "; it has " + new TreeSet<>(rates) + ".");
            }
            given.integer(rate, 0, App.Rates.MAX).ifPresent(limit -> kept.put(rate, limit));
          }
          return kept;
        })
        .filter(kept -> !kept.isEmpty());
  }

  /** Where webhooks are passed on to; an extension of the contract. */
  private Optional<String> tee(Fields entry) {
    Optional<String> url =
        entry.string(App.TEE, SendRequests.MAX_TARGET).filter(given -> !given.isEmpty());
    url.flatMap(targets::refusal)
        .ifPresent(sentence -> {
          throw Refusal.invalid("TARGET_REFUSED", entry.path(App.TEE), sentence);
        });
    return url;
  }

  /** Kept as it is until a version knows the channel; there must be a credential object. */
  private static AccountForm.Given other(Fields entry) {
    ObjectNode kept = Json.object();
    for (Map.Entry<String, JsonNode> property : entry.json().properties()) {
      if (property.getValue().isObject() && !OTHER_KEYS.contains(property.getKey())) {
        kept.set(property.getKey(), property.getValue());
      }
    }
    if (kept.size() != 1) {
      throw entry.wrong("", "must have exactly one credential object.");
    }
    return new AccountForm.Given(kept, false);
  }

  /** Whether two entries hold the same credentials, whatever is known of them. */
  static boolean isSame(Account one, Account other) {
    return given(one).equals(given(other));
  }

  private static Map<String, JsonNode> given(Account account) {
    Map<String, JsonNode> given = new TreeMap<>();
    for (Map.Entry<String, JsonNode> property : Json.object(account.credential()).properties()) {
      given.put(property.getKey(), property.getValue());
    }
    given.remove("state");
    given.remove("channel_known_id");
    return given;
  }

  /** The account with what its channel said of it. */
  static Account with(
      Account account, String status, String description, Optional<String> knownId) {
    ObjectNode credential = Json.object(account.credential());
    credential.putObject("state").put("status", status).put("description", description);
    credential.put("channel_known_id", knownId.orElse(""));
    return new Account(
        account.id(),
        account.app(),
        account.project(),
        account.channel(),
        account.ordinal(),
        account.isDefault(),
        knownId,
        Json.bytes(credential));
  }
}

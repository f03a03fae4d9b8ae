package dev.throughline.api;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.contract.Omnichannel.Part;
import dev.throughline.contract.OmnichannelSends.Step;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose accounts the senders of the AWS sample's request are. A sender is what the account's
 * messages come from, as its provider calls it; or the account's own id there; or the id of an app,
 * for the account that the app sends by where nothing is said.
 */
final class Senders {
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;

  Senders(Directory directory, Map<ChannelName, Channel> channels) {
    this.directory = directory;
    this.channels = Map.copyOf(channels);
  }

  /** An app, and the account of it that sends each part. */
  record Found(App app, List<Step> steps) {
    Found {
      steps = List.copyOf(steps);
    }
  }

  /**
   * The one app that has all these senders.
   *
   * @param named the app that the request names
   */
  Found of(ProjectId project, Optional<AppId> named, List<Part> parts) {
    parts.forEach(this::requireRecipient);
    List<App> apps =
        named
            .map(id -> List.of(directory.app(project, id).orElseThrow(AppRoutes::unknown)))
            .orElseGet(() -> directory.apps(project));
    List<Found> found = new ArrayList<>();
    for (App app : apps) {
      List<Step> steps =
          parts.stream()
              .flatMap(part ->
                  account(app, part).map(account -> new Step(part, account.ordinal())).stream())
              .toList();
      if (steps.size() == parts.size()) {
        found.add(new Found(app, steps));
      }
    }
    if (found.isEmpty()) {
      throw nobody(apps, parts);
    }
    if (found.size() > 1) {
      throw new WrongFieldException(
          "app_id", "is required: " + found.size() + " apps of the project have these senders.");
    }
    Found only = found.getFirst();
    only.steps().forEach(step -> requireConfigurationSet(only.app(), step));
    return only;
  }

  private void requireRecipient(Part part) {
    Channel channel = channels.get(part.channel());
    if (channel != null && !channel.isIdentity(part.recipient().value())) {
      throw part.wrong("recipient", "is no address of the channel " + part.channel() + ".");
    }
  }

  private Optional<Account> account(App app, Part part) {
    if (part.sender().isEmpty() || part.sender().get().equals(app.id().toString())) {
      return app.account(part.channel());
    }
    String sender = part.sender().get();
    return app.accounts().stream()
        .filter(account -> account.channel().equals(part.channel()))
        .filter(account ->
            account.platformId().equals(Optional.of(sender))
                || form(account)
                    .filter(form -> form.isSender(account.credential(), sender))
                    .isPresent())
        .findFirst();
  }

  /** Says which of the parts stands in the way. */
  private WrongFieldException nobody(List<App> apps, List<Part> parts) {
    for (Part part : parts) {
      if (apps.stream().allMatch(app -> account(app, part).isEmpty())) {
        return part.sender().isEmpty()
            ? part.wrong("channel", "is a channel that no app of the project is set up for.")
            : part.wrong(
                "sender",
                "is nobody's: give what a credential of an app sends from (docs/"
                    + "migrate-from-aws-sample.md), or the id of an app.");
      }
    }
    return parts
        .getLast()
        .wrong("sender", "is another app's than pc.sender: give one app a credential for each.");
  }

  /** Its receipts come by the account's own; another one's would never be heard of. */
  private void requireConfigurationSet(App app, Step step) {
    Optional<Account> account =
        app.account(step.part().channel(), Integer.toString(step.ordinal()));
    Optional<String> asked = step.part().configurationSet();
    if (account.isPresent()
        && asked.isPresent()
        && form(account.get())
            .filter(form -> !form.isConfigurationSet(account.get().credential(), asked.get()))
            .isPresent()) {
      throw step.part()
          .wrong(
              step.part().content() + ".configuration_set",
              "is not the one of the app's credential, by which its events come: set it there, or"
                  + " leave it out.");
    }
  }

  private Optional<AccountForm> form(Account account) {
    return Optional.ofNullable(channels.get(account.channel())).map(Channel::accounts);
  }
}

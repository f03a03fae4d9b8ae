package dev.throughline.api;

import dev.throughline.callback.Webhooks;
import dev.throughline.channel.Channel;
import dev.throughline.contract.MediaAddresses;
import dev.throughline.conversation.App;
import dev.throughline.conversation.ConsentStore;
import dev.throughline.conversation.ContactMerge;
import dev.throughline.conversation.ContactStore;
import dev.throughline.conversation.ConversationStore;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.EventStore;
import dev.throughline.conversation.IdentityConflicts;
import dev.throughline.conversation.Injections;
import dev.throughline.conversation.LastMessages;
import dev.throughline.conversation.MessageReports;
import dev.throughline.conversation.MessageStore;
import dev.throughline.conversation.MessageTrail;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.conversation.ProjectSettings;
import dev.throughline.conversation.QuotePreview;
import dev.throughline.conversation.RecentConversations;
import dev.throughline.conversation.SendPermissions;
import dev.throughline.conversation.SuppressionStore;
import dev.throughline.conversation.TemplateStore;
import dev.throughline.http.Route;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.Timelines;
import dev.throughline.store.Database;
import dev.throughline.task.Backlog;
import dev.throughline.vault.Vault;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The routes of the public port that speak the contract. Errors of its listener: ErrorForm. */
public final class Api {
  private Api() {}

  /** What the API stands on. */
  public record Ground(
      Database database,
      Vault vault,
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      RequestRates rates) {}

  /** What others do for the API. */
  public record Ports(
      Freshness freshness,
      CredentialCheck credentials,
      ProfileLookup profiles,
      TargetCheck targets,
      Receipts receipts,
      Map<ChannelName, Channel> channels,
      MediaAddresses media,
      OptOutLinks optOuts,
      FileLook files) {}

  /**
   * @param defaultMode the processing mode of apps that do not say one
   */
  public static List<Route> routes(
      Ground ground,
      Ports ports,
      Directory directory,
      Webhooks webhooks,
      AccessKeys keys,
      App.ProcessingMode defaultMode,
      Limits limits) {
    Database database = ground.database();
    Vault vault = ground.vault();
    Log log = ground.log();
    Drafts drafts = ground.drafts();
    Ulids ulids = ground.ulids();
    InstantSource clock = ground.clock();
    MessageStore messages =
        new MessageStore(database, vault, log, drafts, directory, ports.media());
    ContactStore contacts = new ContactStore(database, vault, log, drafts, ulids, clock);
    ConversationStore conversations = new ConversationStore(database, vault, log, drafts, clock);
    TemplateStore templates = new TemplateStore(database, vault);
    Tokens tokens = new Tokens(vault, clock);
    Guard guard = new Guard(keys, tokens, ground.rates());
    Backlog backlog = new Backlog(database, System::nanoTime);
    Paging paging = new Paging(vault);
    Configuration configuration = new Configuration(drafts);
    Decisions decisions = new Decisions(log, drafts);
    DeadLetterStore deadLetters = new DeadLetterStore(database, vault);
    Freshness freshness = ports.freshness();
    Requests requests = new Requests(log, drafts, vault, contacts, backlog, limits.queued());
    List<Route> routes = new ArrayList<>();
    routes.addAll(new TokenRoutes(keys, tokens).routes());
    routes.addAll(
        new AppRoutes(
                database,
                vault,
                log,
                ulids,
                clock,
                directory,
                configuration,
                new AppForm(defaultMode, backlog, limits),
                ports.channels(),
                ports.targets(),
                ports.credentials())
            .routes(guard));
    routes.addAll(
        new WebhookRoutes(
                database,
                vault,
                log,
                ulids,
                clock,
                directory,
                webhooks,
                configuration,
                ports.targets())
            .routes(guard));
    routes.addAll(
        new ContactRoutes(
                contacts,
                new IdentityConflicts(database, vault),
                new ContactMerge(database, vault, log, drafts, contacts),
                directory,
                paging,
                freshness,
                decisions,
                ulids)
            .routes(guard));
    routes.addAll(
        new ProfileRoutes(contacts, directory, freshness, ports.profiles()).routes(guard));
    routes.addAll(
        new SettingsRoutes(new ProjectSettings(database, log, drafts, directory), directory)
            .routes(guard));
    routes.addAll(
        new ConversationRoutes(
                conversations,
                new RecentConversations(database, vault, conversations, ports.media()),
                contacts,
                directory,
                paging,
                freshness,
                ulids)
            .routes(guard));
    routes.addAll(
        new InjectRoutes(conversations, new Injections(log, drafts, contacts), freshness, clock)
            .routes(guard));
    SendChecks checks = new SendChecks(directory, ports.targets(), clock);
    SendPreview preview =
        new SendPreview(
            ports.channels(),
            templates,
            ports.files(),
            new QuotePreview(database, vault, log, ports.channels()),
            new SendPermissions(database, vault),
            clock);
    routes.addAll(new SendRoutes(requests, checks, preview, freshness).routes(guard));
    routes.addAll(
        new OmnichannelRoutes(
                requests, new Senders(directory, ports.channels()), checks, preview, freshness)
            .routes(guard));
    routes.addAll(
        new EventRoutes(
                new EventStore(database, vault, log, drafts),
                requests,
                directory,
                paging,
                freshness,
                ports.targets())
            .routes(guard));
    routes.addAll(
        new ConsentRoutes(
                new ConsentStore(database, vault), requests, directory, paging, freshness, ulids)
            .routes(guard));
    routes.addAll(
        new PolicyRoutes(
                ground,
                directory,
                configuration,
                new SuppressionStore(database, vault, log),
                ports.optOuts(),
                new SendPermissions(database, vault),
                paging,
                freshness)
            .routes(guard));
    routes.addAll(
        new MessageRoutes(
                messages, directory, paging, freshness, ports.receipts(), deadLetters, decisions)
            .routes(guard));
    routes.addAll(
        new MessageReportRoutes(new MessageReports(database, directory), freshness, clock)
            .routes(guard));
    routes.addAll(
        new DeliveryRoutes(
                messages,
                new Timelines(new MessageTrail(database, vault, log), directory, ports.channels()),
                deadLetters,
                decisions,
                freshness)
            .routes(guard));
    routes.addAll(
        new LastMessageRoutes(
                new LastMessages(database, vault, directory, ports.media()),
                directory,
                paging,
                freshness)
            .routes(guard));
    routes.addAll(
        new TemplateRoutes(database, vault, log, ulids, clock, configuration, templates)
            .routes(guard));
    routes.addAll(
        new TranscodeRoutes(directory, ports.channels(), templates, ports.files()).routes(guard));
    routes.addAll(new DeadLetterRoutes(deadLetters, paging, freshness, decisions).routes(guard));
    routes.addAll(new LedgerRoutes(ports.receipts()).routes());
    routes.addAll(new DocumentRoutes().routes());
    return List.copyOf(routes);
  }
}

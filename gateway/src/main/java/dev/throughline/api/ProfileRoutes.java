package dev.throughline.api;

import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.Contact;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.App;
import dev.throughline.conversation.ContactStore;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Owners;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.SendRequest.Recipient;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code contacts:getChannelProfile}: how somebody calls themselves on a channel (contract, 2). */
final class ProfileRoutes {
  /** Channels that tell profiles, by the contract. */
  private static final Set<String> CHANNELS = Set.of("MESSENGER", "INSTAGRAM", "VIBER", "LINE");

  private final ContactStore contacts;
  private final Directory directory;
  private final Freshness freshness;
  private final ProfileLookup profiles;

  ProfileRoutes(
      ContactStore contacts, Directory directory, Freshness freshness, ProfileLookup profiles) {
    this.contacts = contacts;
    this.directory = directory;
    this.freshness = freshness;
    this.profiles = profiles;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.post(
            "/v1/projects/{project}/contacts:getChannelProfile", guard.project(this::profile)));
  }

  private Response profile(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    App app = directory.app(project, SendRequests.app(body)).orElseThrow(AppRoutes::unknown);
    Recipient recipient = SendRequests.recipient(body.requiredObject("recipient"));
    ChannelName channel = Identities.channel(body, "channel");
    body.oneOf("channel", CHANNELS);
    App.Account account =
        app.account(channel)
            .orElseThrow(
                () -> body.wrong("channel", "is a channel that the app is not set up for."));
    Identity identity =
        switch (recipient) {
          case Recipient.ByIdentities(List<Identity> named) ->
              named.stream()
                  .filter(one -> one.channel().equals(channel))
                  .findFirst()
                  .orElseThrow(() -> body.wrong("recipient", "has no address on the channel."));
          case Recipient.ByContact(ContactId contact) ->
              address(project, app, contact, channel)
                  .orElseThrow(
                      () -> body.wrong("recipient.contact_id", "has no address on the channel."));
        };
    return switch (profiles.find(account, identity)) {
      case ProfileLookup.Result.Found(String name) ->
          Answers.ok(Json.object().put("profile_name", name));
      case ProfileLookup.Result.Absent() ->
          throw Refusal.unknown(
              "NO_PROFILE_AVAILABLE",
              "The channel shows no profile: there is nobody of this address, or they have blocked"
                  + " the account or never written to it.");
      case ProfileLookup.Result.Refused(String sentence) ->
          throw Refusal.invalid("CHANNEL_REFUSED", "", sentence);
      case ProfileLookup.Result.Unreachable() ->
          throw Refusal.unavailable("The channel does not answer now; try again shortly.");
    };
  }

  private Optional<Identity> address(ProjectId project, App app, ContactId id, ChannelName channel)
      throws InterruptedException {
    freshness.await(project);
    Contact contact = contacts.find(project, id).orElseThrow(ContactRoutes::unknown);
    return contact.identities().stream()
        .filter(own -> own.channel().equals(channel))
        .filter(own -> own.app().equals(Owners.scope(channel, app.id())))
        .map(ChannelIdentity::identity)
        .filter(value -> !value.isEmpty())
        .map(value -> new Identity(channel, value))
        .findFirst();
  }
}

package dev.throughline.message;

import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A send as a client asked for it, valid in form.
 *
 * @param priority the channels to try, in order; empty leaves it to the recipient and the app
 * @param metadata given back in delivery reports; empty if none
 * @param conversationMetadata a JSON object, as text, given back with later messages of the person
 * @param mergeMetadata merge it into what is there (RFC 7386) instead of replacing it
 * @param callbackUrl where this message's delivery reports go instead of to the app's webhooks
 * @param dispatchOnly no contact and no conversation are shown for it
 * @param messageClass what it is for; empty leaves it to the app
 * @param urgent does not wait for quiet hours to end
 * @param plan the channels to try, and what each must reach; empty where the request leaves that to
 *     {@code priority} and the app
 * @param notBefore when it is to be sent, if not at once
 * @param validateOnly nothing is sent: the answer says what would become of it
 */
public record SendRequest(
    AppId app,
    Recipient recipient,
    AppMessage message,
    List<ChannelName> priority,
    String metadata,
    Optional<String> conversationMetadata,
    boolean mergeMetadata,
    Optional<String> correlationId,
    Optional<String> callbackUrl,
    Optional<Duration> ttl,
    boolean highPriority,
    boolean dispatchOnly,
    Map<String, String> channelProperties,
    Optional<MessageClass> messageClass,
    boolean urgent,
    List<PlannedStep> plan,
    Optional<Instant> notBefore,
    boolean validateOnly) {

  public SendRequest {
    priority = List.copyOf(priority);
    plan = List.copyOf(plan);
    channelProperties = Map.copyOf(channelProperties);
  }

  /** The ids of the project's templates that it may need. */
  public Set<String> templates() {
    return Stream.concat(Stream.of(message), plan.stream().flatMap(step -> step.message().stream()))
        .flatMap(each -> each.templates().stream())
        .collect(Collectors.toSet());
  }

  /** Whether it shall go to the recipient's phone number, by LINE's notification messages. */
  public boolean asksForNotification() {
    return "true".equals(channelProperties.get("LINE_NOTIFICATION_MESSAGE"));
  }

  /** Whom to send to. */
  public sealed interface Recipient {
    record ByContact(ContactId contact) implements Recipient {}

    /** One person by their addresses, in order of preference. */
    record ByIdentities(List<Identity> identities) implements Recipient {
      public ByIdentities {
        identities = List.copyOf(identities);
      }
    }
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "SendRequest[" + app + "]";
  }
}

package dev.throughline.message;

import dev.throughline.message.Ids.MessageId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an app asked to send.
 *
 * @param json the contract's {@code app_message}, as it was given
 * @param general what it says on channels for which it says nothing of their own
 * @param own what it says on one channel, whatever it says on others
 * @param agent who speaks for the app, shown where a channel can
 * @param replyTo the message of the conversation that it answers
 */
public record AppMessage(
    String json,
    Optional<Source> general,
    Map<ChannelName, Source> own,
    Optional<Agent> agent,
    Optional<MessageId> replyTo) {

  public AppMessage {
    own = Map.copyOf(own);
  }

  /** What it says on a channel; empty if it says something on other channels only. */
  public Optional<Source> on(ChannelName channel) {
    return Optional.ofNullable(own.get(channel)).or(() -> general);
  }

  /** Whether it is one of LINE's notification messages by a template of LINE's. */
  public boolean isNotification() {
    return own.get(ChannelName.LINE) instanceof Source.Given(Content.Notification _);
  }

  /** The ids of the project's templates that it may need. */
  public Set<String> templates() {
    return Stream.concat(general.stream(), own.values().stream())
        .filter(Source.Stored.class::isInstance)
        .map(source -> ((Source.Stored) source).template().id())
        .collect(Collectors.toSet());
  }

  /** Where what is said comes from. */
  public sealed interface Source {
    /** It stands in the message. */
    record Given(Content.Outbound content) implements Source {}

    /** It stands in a template of the project. */
    record Stored(TemplateReference template) implements Source {}

    /** It stands in a template that the channel itself keeps. */
    record ChannelTemplate(TemplateReference template) implements Source {}
  }

  /**
   * A template, and what to put into it.
   *
   * @param version of the translation, or {@code latest}; empty where the channel does not want one
   * @param language a BCP 47 code; empty for the template's default
   */
  public record TemplateReference(
      String id, String version, Optional<String> language, Map<String, String> parameters) {
    public TemplateReference {
      parameters = Map.copyOf(parameters);
    }

    /** Shows nothing of what is put in. */
    @Override
    public String toString() {
      return "TemplateReference[" + id + "]";
    }
  }

  /** A person or program that speaks for the app. */
  public record Agent(String displayName, Optional<String> pictureUrl) {
    @Override
    public String toString() {
      return "Agent";
    }
  }

  /** Shows nothing of what it says. */
  @Override
  public String toString() {
    return "AppMessage[" + general + "]";
  }
}

package dev.throughline.conversation;

import dev.throughline.conversation.App.Account;
import dev.throughline.log.LogEntry;
import dev.throughline.message.AppRequest;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.SendRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** One thing that an entry says, opened and parsed: what the fold decides on, in order. */
sealed interface Item {
  LogEntry entry();

  /** Which of several things of one entry. */
  default int position() {
    return 0;
  }

  /**
   * @param occurredAt as the event says; the time of receipt where it says nothing, or a time that
   *     is yet to come
   * @param key by which it is recognised when it comes again
   * @param destination whom the webhook was addressed to, by the provider's id
   * @param forwarded the event's text as the app gets it where the contract has no word
   * @param parts where the event lies in the payload
   * @param counts whether it is kept when somebody wrote, as the channel needs it
   */
  record Event(
      LogEntry entry,
      int position,
      App app,
      Account account,
      Instant occurredAt,
      EventKey key,
      Optional<String> destination,
      InboundEvent event,
      String forwarded,
      Rows.PartRange parts,
      boolean counts)
      implements Item {}

  /** A webhook that is passed on as it came; {@code position} is behind all its events. */
  record Webhook(LogEntry entry, int position, App app, Account account) implements Item {}

  record Send(LogEntry entry, App app, SendRequest request) implements Item {}

  record Asked(LogEntry entry, App app, AppRequest request) implements Item {}

  record Attempt(LogEntry entry, ObjectNode record) implements Item {}

  record Outcome(LogEntry entry, ObjectNode record) implements Item {}

  record Decision(LogEntry entry, ObjectNode record) implements Item {}

  record Change(LogEntry entry, ObjectNode record) implements Item {}

  /** Something was configured. */
  record Configured(LogEntry entry, ObjectNode record) implements Item {}

  /**
   * What somebody other than themselves said of people: a channel, or whoever knows them.
   *
   * @param friends whether they are friends of the account
   * @param seen when that was so
   */
  record People(LogEntry entry, App app, List<Said> said, boolean friends, Instant seen)
      implements Item {
    @Override
    public int position() {
      return 1;
    }
  }

  /** Of one person: their address, and what they call themselves if that was told. */
  record Said(Identity identity, Optional<Profile> profile) {}

  /** How somebody calls themselves; personal. */
  record Profile(String name, String language) {
    @Override
    public String toString() {
      return "Profile(" + name.length() + " characters)";
    }
  }

  /** Kept, not acted on, and somebody should look. */
  record Alarm(LogEntry entry, String kind, String subject) implements Item {}
}

package dev.throughline.message;

import dev.throughline.message.Ids.MessageId;
import java.time.Instant;

/** One of the things that a message offers to choose from. */
public sealed interface Choice {
  /** What stands on it. */
  String title();

  /**
   * Comes back as a message.
   *
   * @param data what the app gets back with it; empty stands for the message's id and the title
   */
  record Say(String title, String data) implements Choice {
    /** What the app gets back for this choice of this message. */
    public String given(MessageId message) {
      return data.isEmpty() ? message + "_" + title : data;
    }

    @Override
    public String toString() {
      return "Say";
    }
  }

  /** Opens a page. */
  record Open(String title, String url) implements Choice {
    @Override
    public String toString() {
      return "Open";
    }
  }

  /**
   * Calls somebody.
   *
   * @param phoneNumber in E.164, with {@code +}
   */
  record Call(String title, String phoneNumber) implements Choice {
    @Override
    public String toString() {
      return "Call";
    }
  }

  /** Shows a place on a map. */
  record Show(Content.Location place) implements Choice {
    @Override
    public String title() {
      return place.title();
    }

    @Override
    public String toString() {
      return "Show";
    }
  }

  /**
   * Puts an event into a calendar.
   *
   * @param fallbackUrl for channels that know no calendars
   */
  record Note(
      String title,
      Instant start,
      Instant end,
      String eventTitle,
      String eventDescription,
      String fallbackUrl)
      implements Choice {
    @Override
    public String toString() {
      return "Note";
    }
  }

  /**
   * Asks where the contact is.
   *
   * @param fallbackUrl for channels that cannot ask
   */
  record ShareLocation(String title, String fallbackUrl) implements Choice {
    @Override
    public String toString() {
      return "ShareLocation";
    }
  }
}

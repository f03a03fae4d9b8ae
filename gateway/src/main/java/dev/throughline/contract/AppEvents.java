package dev.throughline.contract;

import dev.throughline.message.AppEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the contract's app events (2.5): an object with exactly one field, which names the kind.
 */
public final class AppEvents {
  private static final int MAX_TEXT = 5_000;
  private static final int MAX_NAME = 256;
  private static final int MAX_URL = 2_000;

  private AppEvents() {}

  /**
   * @param fields the object that holds the one field
   * @throws WrongFieldException saying what is wrong
   */
  public static AppEvent read(Fields fields) {
    List<AppEvent.Kind> named = new ArrayList<>();
    for (AppEvent.Kind kind : AppEvent.Kind.values()) {
      if (fields.has(kind.field())) {
        named.add(kind);
      }
    }
    if (named.size() != 1) {
      throw fields.wrong("", "must hold exactly one event, such as composing_event.");
    }
    AppEvent.Kind kind = named.getFirst();
    check(kind, fields.requiredObject(kind.field()));
    return new AppEvent(kind, Json.text(fields.json()));
  }

  private static void check(AppEvent.Kind kind, Fields event) {
    switch (kind) {
      case COMPOSING, COMPOSING_END, READ_MESSAGE -> {
        // They say all by being there.
      }
      case COMMENT_REPLY -> event.requiredString("text", MAX_TEXT);
      case AGENT_JOINED, AGENT_LEFT -> {
        Fields agent = event.requiredObject("agent");
        agent.string("display_name", MAX_NAME);
        agent.string("type", MAX_NAME);
        agent.string("picture_url", MAX_URL);
      }
      case GENERIC -> event.requiredObject("payload");
    }
  }
}

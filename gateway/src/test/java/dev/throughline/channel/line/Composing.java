package dev.throughline.channel.line;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Content;
import dev.throughline.message.Ids.MessageId;
import java.util.Map;

/** Messages to render. */
final class Composing {
  static final MessageId ID = new MessageId(new Ulid(0x0192f6a0_0000_0000L, 1));

  private Composing() {}

  static Composed text(String text) {
    return of(new Content.Text(text));
  }

  static Composed of(Content.Outbound content) {
    return new Composed(ID, content, Map.of());
  }
}

package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Journal;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What every phone shows, bounded per chat and as a whole. */
final class Chats {
  private static final int SLACK = 4096;

  private record Slot(Journal<ChatItem> chat, long number) {}

  private final int messagesPerChat;
  private final long bytesLimit;
  private final Map<String, Journal<ChatItem>> chats = new LinkedHashMap<>();

  /** All items, oldest first, so that the oldest of all goes when the bytes run out. */
  private final ArrayDeque<Slot> order = new ArrayDeque<>();

  private long bytes;
  private int live;
  private boolean closed;

  Chats(int messagesPerChat, long bytesLimit) {
    this.messagesPerChat = messagesPerChat;
    this.bytesLimit = Journal.share(bytesLimit);
  }

  synchronized Journal<ChatItem> of(String chat) {
    return chats.computeIfAbsent(
        chat,
        name -> {
          Journal<ChatItem> journal =
              new Journal<>(messagesPerChat, Long.MAX_VALUE, ChatItem::weight);
          if (closed) {
            journal.close();
          }
          return journal;
        });
  }

  synchronized long add(String chat, ChatItem item) {
    Journal<ChatItem> journal = of(chat);
    if (journal.size() >= messagesPerChat) {
      bytes -= journal.forgetOldest();
      live--;
    }
    long number = journal.add(item);
    order.add(new Slot(journal, number));
    bytes += item.weight();
    live++;
    while (bytes > bytesLimit) {
      forgetOldestOfAll();
    }
    if (order.size() > 2 * live + SLACK) {
      order.removeIf(slot -> !slot.chat.keeps(slot.number));
    }
    return number;
  }

  private void forgetOldestOfAll() {
    Slot oldest = order.remove();
    if (oldest.chat.keeps(oldest.number)) {
      bytes -= oldest.chat.forgetOldest();
      live--;
    }
  }

  /** The number and content of a message that a chat still has. */
  synchronized Optional<Journal.Entry<ChatItem>> find(String chat, String messageId) {
    Journal<ChatItem> journal = chats.get(chat);
    if (journal == null) {
      return Optional.empty();
    }
    return journal.after(0, 1, item -> item.messageId().equals(messageId)).entries().stream()
        .findFirst();
  }

  synchronized void replace(String chat, long number, ChatItem item) {
    Journal<ChatItem> journal = of(chat);
    for (var old : journal.after(number - 1, 1).entries()) {
      if (old.number() == number && journal.replace(number, item)) {
        bytes += item.weight() - old.value().weight();
      }
    }
  }

  /** The newest items of a chat and the number before the first of them, for the state file. */
  synchronized List<Journal.Entry<ChatItem>> newest(String chat, int count) {
    Journal<ChatItem> journal = of(chat);
    return journal.after(Math.max(0, journal.last() - count), count).entries();
  }

  synchronized void restore(String chat, long before, List<ChatItem> items) {
    of(chat).resumeAfter(before);
    items.forEach(item -> add(chat, item));
  }

  synchronized List<String> names() {
    return List.copyOf(chats.keySet());
  }

  synchronized void forget(String chat) {
    Journal<ChatItem> gone = chats.remove(chat);
    if (gone != null) {
      while (gone.size() > 0) {
        bytes -= gone.forgetOldest();
        live--;
      }
      gone.close();
    }
  }

  synchronized void close() {
    closed = true;
    chats.values().forEach(Journal::close);
  }
}

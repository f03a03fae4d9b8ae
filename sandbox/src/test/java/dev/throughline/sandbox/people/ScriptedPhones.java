package dev.throughline.sandbox.people;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Phones as a test sets them: everybody is reached unless said otherwise. */
public final class ScriptedPhones implements Phones {
  private record Waiting(Delivery delivery, Runnable shown) {}

  private final Map<String, Condition> conditions = new ConcurrentHashMap<>();
  private final List<Delivery> shown = new CopyOnWriteArrayList<>();
  private final List<Waiting> waiting = new CopyOnWriteArrayList<>();

  /** Sets one person's channel; what waited for it is shown if it can be now. */
  public void set(String address, Condition condition) {
    conditions.put(address, condition);
    if (condition.shows()) {
      List<Waiting> ready =
          waiting.stream().filter(one -> one.delivery.to().equals(address)).toList();
      waiting.removeAll(ready);
      for (Waiting one : ready) {
        shown.add(one.delivery);
        one.shown.run();
      }
    }
  }

  /** What is on the screen of whoever has this address, oldest first. */
  public List<Delivery> shown(String address) {
    return shown.stream().filter(one -> one.to().equals(address)).toList();
  }

  /** The words of those messages. */
  public List<String> texts(String address) {
    return shown(address).stream().map(ScriptedPhones::text).toList();
  }

  private static String text(Delivery delivery) {
    return switch (delivery.content()) {
      case Delivery.Content.Message(var _, String text) -> text;
      case Delivery.Content.Mail(String _, var mime) -> mime.text();
    };
  }

  @Override
  public Condition condition(PhoneChannel channel, String address) {
    return conditions.getOrDefault(address, Condition.OK);
  }

  @Override
  public Condition deliver(Delivery delivery, Runnable then) {
    Condition condition = condition(delivery.channel(), delivery.to());
    if (condition.shows()) {
      shown.add(delivery);
    } else if (condition == Condition.AIRPLANE) {
      waiting.add(new Waiting(delivery, then));
    }
    return condition;
  }
}

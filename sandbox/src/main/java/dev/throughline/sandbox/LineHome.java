package dev.throughline.sandbox;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.Friendship;
import dev.throughline.sandbox.line.LineControl;
import dev.throughline.sandbox.line.LineUser;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.HomeNetwork;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The phones of the emulated LINE, as those of people who have other channels too. */
public final class LineHome implements HomeNetwork {
  private final LineControl line;
  private final Map<String, Condition> off = new ConcurrentHashMap<>();

  public LineHome(LineControl line) {
    this.line = line;
  }

  @Override
  public PhoneChannel channel() {
    return PhoneChannel.LINE;
  }

  /** LINE tells of no delivery, so that late receipts and their order mean nothing there. */
  @Override
  public Set<Condition> conditions() {
    return EnumSet.of(Condition.OK, Condition.UNREACHABLE, Condition.BLOCKED, Condition.AIRPLANE);
  }

  @Override
  public Condition condition(String address) {
    Optional<Friendship> friendship = line.user(address).map(LineUser::friendship);
    if (friendship.isEmpty() || friendship.get() == Friendship.DELETED) {
      return Condition.NOBODY;
    }
    return friendship.get() == Friendship.BLOCKED
        ? Condition.BLOCKED
        : off.getOrDefault(address, Condition.OK);
  }

  @Override
  public void condition(String address, Condition condition) throws ControlRefusal {
    Condition now = condition(address);
    if (now == Condition.NOBODY) {
      throw new ControlRefusal(409, "The LINE account of this person was deleted.");
    }
    if (condition == Condition.BLOCKED && now != Condition.BLOCKED) {
      line.block(address);
    } else if (condition != Condition.BLOCKED && now == Condition.BLOCKED) {
      line.unblock(address);
    }
    boolean dark = condition == Condition.AIRPLANE || condition == Condition.UNREACHABLE;
    if (dark) {
      off.put(address, condition);
    } else {
      off.remove(address);
    }
    line.off(address, dark);
  }

  @Override
  public ObjectNode messages(String address, long after, Duration wait)
      throws ControlRefusal, InterruptedException {
    if (line.user(address).isEmpty()) {
      throw new ControlRefusal(409, "This person has no LINE account.");
    }
    LineControl.Page page = line.messages(address, after, wait);
    ObjectNode answer = Json.object();
    ArrayNode messages = answer.putArray("messages");
    for (ObjectNode message : page.entries()) {
      messages.add(message.put("_text", text(message)));
    }
    answer.put("next", page.next());
    if (page.forgotten() > 0) {
      answer.put("forgotten", page.forgotten());
    }
    return answer;
  }

  /** What a person reads first: the text, or what stands in for it. */
  private static String text(JsonNode message) {
    return Json.text(message, "text")
        .or(() -> Json.text(message, "altText"))
        .or(() -> Json.text(message, "title"))
        .orElseGet(() -> "[" + Json.text(message, "type").orElse("message") + "]");
  }

  @Override
  public String say(String address, String text) throws ControlRefusal {
    return line.say(address, text).messageId();
  }

  @Override
  public void open(String address) throws ControlRefusal {
    line.phones().open(address);
  }

  @Override
  public String join(String name) throws ControlRefusal {
    return line.addUser(name, Friendship.NONE).userId();
  }
}

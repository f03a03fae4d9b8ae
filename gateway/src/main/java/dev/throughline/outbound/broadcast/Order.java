package dev.throughline.outbound.broadcast;

import dev.throughline.channel.OwnAudience;
import dev.throughline.contract.Json;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.SendRequest.Recipient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * What was asked for.
 *
 * @param send the body of a {@code messages:send} without its recipient
 * @param audience as it was given; people named in it are not in here
 * @param perSecond recipients a second at most
 * @param stages of the rollout, in order; the last ends with the audience; empty for the default
 */
public record Order(
    String name, ObjectNode send, ObjectNode audience, OptionalInt perSecond, List<Stage> stages) {
  /** People in a chunk: what the largest request of a channel takes. */
  static final int MOST = 500;

  private static final String NOBODY = "U" + "0".repeat(32);
  private static final Stage ALL = new Stage(100, Optional.empty());

  /** LINE asks to spread what goes to more than a million (corporate guidelines). */
  private static final long LARGE = 1_000_000;

  private static final List<Stage> STAGES_OF_LARGE =
      Stream.of(20, 40, 60, 80, 100)
          .map(percent -> new Stage(percent, Optional.of(Duration.ofMinutes(10))))
          .toList();

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_.-]{0,63})}");

  public Order {
    stages = List.copyOf(stages);
  }

  /**
   * @param percent of the audience that has it when the stage is over, 1 to 100
   * @param pause before the next one starts; empty if somebody has to ask for it
   */
  public record Stage(int percent, Optional<Duration> pause) {}

  /** Whom LINE itself sends to, if the audience is one that LINE keeps. */
  public Optional<OwnAudience.To> own() {
    JsonNode line = audience.path("line");
    return line.isMissingNode()
        ? Optional.empty()
        : Optional.of(
            line.has("audience_group_id")
                ? new OwnAudience.To.Group(line.path("audience_group_id").asLong())
                : new OwnAudience.To.Everybody());
  }

  /** The same, with another message. */
  Order saying(ObjectNode message) {
    ObjectNode other = send.deepCopy();
    other.set("message", message);
    return new Order(name, other, audience, perSecond, stages);
  }

  /** A chunk is no more than goes out in a second. */
  int chunkSize() {
    return Math.clamp(perSecond.orElse(MOST), 1, MOST);
  }

  /** How far apart chunks begin; zero where nothing but the channel limits them. */
  Duration apart() {
    return perSecond.isEmpty()
        ? Duration.ZERO
        : Duration.ofNanos(1_000_000_000L * chunkSize() / perSecond.getAsInt());
  }

  /** The stages of an audience of so many chunks: a very large one has some unless told not to. */
  public List<Stage> stages(int chunks) {
    if (!stages.isEmpty()) {
      return stages;
    }
    return (long) chunks * chunkSize() > LARGE ? STAGES_OF_LARGE : List.of(ALL);
  }

  /** Before which chunk a stage ends. */
  int end(int stage, int chunks) {
    List<Stage> all = stages(chunks);
    return stage >= all.size() - 1
        ? chunks
        : Math.clamp((long) Math.ceil(chunks * (all.get(stage).percent() / 100.0)), 1, chunks);
  }

  /**
   * Whether everybody gets the same, and nothing follows of what becomes of it: a plan of its own
   * needs a message of its own.
   */
  boolean isSame() {
    return !isVaried() && !send.has("delivery_plan");
  }

  /** Whether something in it is different for each. */
  public boolean isVaried() {
    return VARIABLE.matcher(Json.text(send)).find();
  }

  /** The body of the {@code messages:send} for one person, with their variables put in. */
  ObjectNode sendTo(ObjectNode recipient, Map<String, String> variables) {
    ObjectNode body = (ObjectNode) filled(send, variables);
    body.set("recipient", recipient);
    return body;
  }

  /** Stands for the recipient where there is none yet. */
  public static ObjectNode nobody() {
    return new Addressee(
            new Recipient.ByIdentities(List.of(new Identity(ChannelName.LINE, NOBODY))), Map.of())
        .toJson();
  }

  /** Only in texts, never in names: whatever somebody is called changes nothing but that text. */
  private static JsonNode filled(JsonNode node, Map<String, String> variables) {
    if (node.isString()) {
      Matcher matcher = VARIABLE.matcher(node.stringValue());
      return StringNode.valueOf(
          matcher.replaceAll(found ->
              Matcher.quoteReplacement(
                  found.group(1).equals(OptOutLinks.VARIABLE)
                      ? found.group()
                      : variables.getOrDefault(found.group(1), ""))));
    }
    if (node.isObject()) {
      ObjectNode object = Json.object();
      node.properties()
          .forEach(
              property -> object.set(property.getKey(), filled(property.getValue(), variables)));
      return object;
    }
    if (node.isArray()) {
      var array = Json.array();
      node.forEach(each -> array.add(filled(each, variables)));
      return array;
    }
    return node;
  }

  Bytes toBytes() {
    ObjectNode json = Json.object();
    json.put("name", name);
    json.set("send", send);
    json.set("audience", audience);
    perSecond.ifPresent(rate -> json.put("per_second", rate));
    var list = json.putArray("stages");
    for (Stage stage : stages) {
      ObjectNode each = list.addObject().put("percent", stage.percent());
      stage.pause().ifPresent(time -> each.put("wait", time.toSeconds() + "s"));
    }
    return Json.bytes(json);
  }

  static Order of(Bytes bytes) {
    ObjectNode json = Json.object(bytes);
    List<Stage> stages = new ArrayList<>();
    for (JsonNode stage : json.path("stages")) {
      stages.add(
          new Stage(
              stage.path("percent").asInt(100),
              Json.string(stage, "wait")
                  .map(text ->
                      Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1))))));
    }
    return new Order(
        Json.string(json, "name").orElse(""),
        (ObjectNode) json.get("send"),
        (ObjectNode) json.get("audience"),
        json.has("per_second")
            ? OptionalInt.of(json.get("per_second").asInt())
            : OptionalInt.empty(),
        stages);
  }

  /** Shows nothing of what it says. */
  @Override
  public String toString() {
    return "Order[" + stages.size() + " stages]";
  }
}

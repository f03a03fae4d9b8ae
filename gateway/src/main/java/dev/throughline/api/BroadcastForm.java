package dev.throughline.api;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Directory;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.SendRequest;
import dev.throughline.outbound.broadcast.Addressee;
import dev.throughline.outbound.broadcast.AudienceReader;
import dev.throughline.outbound.broadcast.Order;
import dev.throughline.policy.ConsentPolicy;
import dev.throughline.policy.SendPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** Reads what a broadcast shall be. */
final class BroadcastForm {
  static final int MAX_NAMED = 1_000;

  private static final int MAX_NAME = 256;
  private static final int MAX_STAGES = 20;
  private static final int MAX_PER_SECOND = 100_000;
  private static final Pattern SECONDS = Pattern.compile("(\\d{1,7})s");

  /** Of a send, what a broadcast decides itself. */
  private static final Set<String> NOT_HERE =
      Set.of("recipient", "validate_only", "queue", "correlation_id", "schedule");

  private final Directory directory;
  private final TargetCheck targets;

  BroadcastForm(Directory directory, TargetCheck targets) {
    this.directory = directory;
    this.targets = targets;
  }

  /**
   * @param shortLinks whether links are replaced by ours, so that clicks are counted
   * @param named the people that the request itself names
   */
  record Given(App app, Order order, boolean shortLinks, List<Addressee> named) {}

  Given read(ProjectId project, Bytes body) {
    Fields fields = Fields.of(Json.request(body));
    Fields send = fields.requiredObject("send");
    for (String name : NOT_HERE) {
      if (send.has(name)) {
        throw send.wrong(name, "cannot be said for all of an audience.");
      }
    }
    ObjectNode example = send.json().deepCopy();
    example.set("recipient", Order.nobody());
    SendRequest request =
        switch (SendRequests.parse(Json.bytes(example))) {
          case SendRequests.Parsed.Valid(SendRequest valid) -> valid;
          case SendRequests.Parsed.Wrong(String field, String sentence) ->
              throw Refusal.invalid("FIELD_INVALID", "send." + field, sentence);
        };
    App app = directory.app(project, request.app()).orElseThrow(AppRoutes::unknown);
    request
        .callbackUrl()
        .flatMap(targets::refusal)
        .ifPresent(sentence -> {
          throw Refusal.invalid("TARGET_REFUSED", "send.callback_url", sentence);
        });
    Fields audience = fields.requiredObject("audience");
    boolean upload = audience.bool("upload").orElse(false);
    List<Addressee> named = new ArrayList<>();
    for (Fields one : audience.objects("recipients", MAX_NAMED)) {
      named.add(AudienceReader.addressee(one));
    }
    Optional<Fields> everybody = audience.object("contacts");
    Optional<Fields> own = audience.object("line");
    int ways =
        (upload ? 1 : 0)
            + (named.isEmpty() ? 0 : 1)
            + (everybody.isPresent() ? 1 : 0)
            + (own.isPresent() ? 1 : 0);
    if (ways != 1) {
      throw audience.wrong("", "must have exactly one of upload, recipients, contacts and line.");
    }
    ObjectNode kept = Json.object();
    if (upload) {
      kept.put("upload", true);
    }
    everybody.ifPresent(filter -> kept.set("contacts", ContactFilters.read(filter)));
    own.ifPresent(line -> kept.set("line", own(line, app, request)));
    OptionalInt perSecond =
        fields
            .integer("per_second", 1, MAX_PER_SECOND)
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty());
    Order order =
        new Order(
            fields.string("name", MAX_NAME).orElse(""),
            send.json(),
            kept,
            perSecond,
            stages(fields));
    if (own.isPresent()) {
      whole(fields, order);
    }
    return new Given(app, order, fields.bool("short_links").orElse(false), named);
  }

  /** Whom LINE keeps: an audience group, or all friends. */
  private static ObjectNode own(Fields line, App app, SendRequest request) {
    if (app.account(ChannelName.LINE).isEmpty()) {
      throw line.wrong("", "needs a LINE account of the app.");
    }
    SendPolicy policy = app.settings().policy();
    if (policy.consent().need(ChannelName.LINE, policy.classOf(request.messageClass()))
        == ConsentPolicy.Need.OPT_IN) {
      throw line.wrong(
          "", "cannot be used where the app's consent_policy wants an opt-in: LINE knows of none.");
    }
    Optional<Integer> group = line.integer("audience_group_id", 1, Integer.MAX_VALUE);
    return switch (line.requiredString("way", MAX_NAME)) {
      case "NARROWCAST" ->
          Json.object()
              .put("way", "NARROWCAST")
              .put(
                  "audience_group_id",
                  group.orElseThrow(() -> line.wrong("audience_group_id", "is required.")));
      case "BROADCAST" -> {
        if (group.isPresent()) {
          throw line.wrong("audience_group_id", "goes with NARROWCAST only.");
        }
        yield Json.object().put("way", "BROADCAST");
      }
      default -> throw line.wrong("way", "must be NARROWCAST or BROADCAST.");
    };
  }

  /** LINE sends the same to all of them, when and as fast as it likes. */
  private static void whole(Fields fields, Order order) {
    if (order.isVaried()) {
      throw fields.wrong("send", "cannot have variables: LINE sends the same to everybody.");
    }
    for (String name : List.of("stages", "per_second")) {
      if (fields.has(name)) {
        throw fields.wrong(name, "cannot be said of people whom LINE keeps.");
      }
    }
    if (order.send().has("delivery_plan")) {
      throw fields.wrong("send.delivery_plan", "cannot be said of people whom LINE keeps.");
    }
  }

  private static List<Order.Stage> stages(Fields fields) {
    List<Order.Stage> stages = new ArrayList<>();
    int before = 0;
    for (Fields stage : fields.objects("stages", MAX_STAGES)) {
      int percent =
          stage
              .integer("percent", 1, 100)
              .orElseThrow(() -> stage.wrong("percent", "is required."));
      if (percent <= before) {
        throw stage.wrong("percent", "must be more than that of the stage before.");
      }
      before = percent;
      stages.add(
          new Order.Stage(percent, stage.string("wait", 10).map(text -> seconds(stage, text))));
    }
    if (before != 0 && before != 100) {
      throw fields.wrong("stages", "must end with 100 percent.");
    }
    return stages;
  }

  private static Duration seconds(Fields stage, String text) {
    Matcher matcher = SECONDS.matcher(text);
    if (!matcher.matches()) {
      throw stage.wrong("wait", "must be seconds, such as 600s.");
    }
    return Duration.ofSeconds(Long.parseLong(matcher.group(1)));
  }
}

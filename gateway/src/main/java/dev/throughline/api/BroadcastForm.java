package dev.throughline.api;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Directory;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.SendRequest;
import dev.throughline.outbound.broadcast.Addressee;
import dev.throughline.outbound.broadcast.AudienceReader;
import dev.throughline.outbound.broadcast.Order;
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
      Set.of("recipient", "validate_only", "queue", "correlation_id");

  private final Directory directory;
  private final TargetCheck targets;

  BroadcastForm(Directory directory, TargetCheck targets) {
    this.directory = directory;
    this.targets = targets;
  }

  /**
   * @param named the people that the request itself names
   */
  record Given(App app, Order order, List<Addressee> named) {}

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
    if ((upload ? 1 : 0) + (named.isEmpty() ? 0 : 1) + (everybody.isPresent() ? 1 : 0) != 1) {
      throw audience.wrong("", "must have exactly one of upload, recipients and contacts.");
    }
    ObjectNode kept = Json.object();
    if (upload) {
      kept.put("upload", true);
    }
    everybody.ifPresent(filter -> kept.set("contacts", ContactFilters.read(filter)));
    OptionalInt perSecond =
        fields
            .integer("per_second", 1, MAX_PER_SECOND)
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty());
    return new Given(
        app,
        new Order(
            fields.string("name", MAX_NAME).orElse(""),
            send.json(),
            kept,
            perSecond,
            stages(fields)),
        named);
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

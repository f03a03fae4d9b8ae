package dev.throughline.account;

import dev.throughline.channel.line.account.LineCall;
import dev.throughline.channel.line.account.LineReply;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Owners;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.message.Identity;
import dev.throughline.vault.Owner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * What the ledger says of a call that changed something at LINE: a first part with the operation,
 * its answer and the request without the people in it, and one part for each person, under their
 * own key. Of an audience only how many it held: LINE keeps the list, and one with ten thousand
 * keys here would prove nothing more.
 */
final class CallRecord {
  static final String KIND = "line";

  /** LINE's bulk calls name at most 500 people. */
  private static final int MAX_PEOPLE = 500;

  private static final int MAX_REQUEST_BYTES = 256 << 10;
  private static final Pattern USER = Pattern.compile("U[0-9a-f]{32}");

  private final LineCall call;
  private final ObjectNode record = Json.object();
  private final List<String> people = new ArrayList<>();

  private CallRecord(LineCall call) {
    this.call = call;
  }

  /** Who asked is the project's key; {@code reply} is one that came of a real exchange. */
  static Draft draft(Drafts drafts, Account account, LineCall call, LineReply reply) {
    CallRecord made = new CallRecord(call);
    made.record.put("kind", KIND);
    made.record.put("operation", call.operation().name());
    made.parameters();
    made.request();
    made.reply(reply);
    Drafts.Builder draft =
        drafts
            .draft(Kind.OUTCOME, new Subject.Account(account.id().toString()))
            .part(new Owner.Account(account.id()), Json.bytes(made.record));
    for (String user : made.people) {
      draft.part(
          Owners.person(account.project(), account.app(), new Identity(account.channel(), user)),
          Json.bytes(StringNode.valueOf(user)));
    }
    return draft.build();
  }

  private void parameters() {
    ObjectNode parameters = Json.object();
    call.parameters()
        .forEach((name, value) -> {
          if (name.equals("userId")) {
            person(value);
          } else {
            parameters.put(name, value);
          }
        });
    if (!parameters.isEmpty()) {
      record.set("parameters", parameters);
    }
  }

  private void request() {
    record.put("request_bytes", call.body().length());
    if (!call.contentType().equals("application/json")
        || call.body().length() > MAX_REQUEST_BYTES) {
      return;
    }
    Optional<JsonNode> json = Json.parse(call.body());
    if (json.isPresent() && json.get() instanceof ObjectNode body) {
      ObjectNode skeleton = body.deepCopy();
      Json.string(body, "chatId").ifPresent(this::person);
      skeleton.remove("chatId");
      if (body.path("userIds").isArray()) {
        body.path("userIds").forEach(id -> person(id.asString("")));
        skeleton.put("userIds", body.path("userIds").size());
      }
      if (body.path("audiences").isArray()) {
        skeleton.put("audiences", body.path("audiences").size());
      }
      record.set("request", skeleton);
    }
  }

  private void reply(LineReply reply) {
    switch (reply) {
      case LineReply.Done done -> {
        record.put("result", "DONE");
        record.put("status", done.status());
        done.requestId().ifPresent(id -> record.put("request_id", id));
        ObjectNode json = done.json();
        for (String name : call.operation().named()) {
          if (!json.path(name).isMissingNode()) {
            record.set(name, json.path(name));
          }
        }
      }
      case LineReply.Refused refused -> {
        record.put("result", "REFUSED");
        record.put("status", refused.status());
        refused.requestId().ifPresent(id -> record.put("request_id", id));
        record.put("error", refused.message());
      }
      case LineReply.Unknown(int status, String why) -> {
        record.put("result", "UNKNOWN");
        record.put("status", status);
        record.put("error", why);
      }
      case LineReply.Limited _, LineReply.Unreachable _ ->
          throw new IllegalArgumentException("nothing was called");
    }
  }

  private void person(String value) {
    if (USER.matcher(value).matches() && people.size() < MAX_PEOPLE && !people.contains(value)) {
      people.add(value);
    }
  }
}

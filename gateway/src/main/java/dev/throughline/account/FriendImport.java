package dev.throughline.account;

import dev.throughline.channel.line.account.LineCall;
import dev.throughline.channel.line.account.LineReply;
import dev.throughline.channel.line.account.Operations;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Makes contacts of the account's friends, a page of LINE's list a step, and then asks for their
 * profiles. The continuation token stands in the job, so a restart goes on where it was; a token
 * that LINE takes no more (it lives a day) begins anew, which changes nothing about who is there.
 */
final class FriendImport implements JobWork {
  /** LINE gives up to 1,000; an entry with a part for each should stay moderate. */
  private static final int PAGE = 500;

  private static final int MAX_RESTARTS = 3;
  private static final Pattern USER = Pattern.compile("U[0-9a-f]{32}");

  private final AccountCalls calls;
  private final ProfileRefresh profiles;

  FriendImport(AccountCalls calls, ProfileRefresh profiles) {
    this.calls = calls;
    this.profiles = profiles;
  }

  @Override
  public Step step(Doing doing) throws InterruptedException {
    Job job = doing.job();
    ObjectNode at = job.at();
    if (at.path("listed").asBoolean(false)) {
      return profiles.step(doing);
    }
    Optional<String> start = Json.string(at, "start");
    LineCall call = LineCall.of(Operations.FOLLOWERS).with("limit", Integer.toString(PAGE));
    LineReply reply =
        calls.look(doing.known(), start.isPresent() ? call.with("start", start.get()) : call);
    return switch (reply) {
      case LineReply.Done done -> page(job, at, done.json());
      case LineReply.Refused refused when refused.status() == 403 ->
          Step.failed(
              job,
              "LINE lists the friends of verified and premium accounts only (status 403): have the"
                  + " account verified and resume, or upload the user ids that you have as CSV to"
                  + " …/line/followers:upload.");
      case LineReply.Refused refused when refused.status() == 400 && start.isPresent() ->
          anew(job, at);
      case LineReply.Refused _, LineReply.Limited _, LineReply.Unreachable _, LineReply.Unknown _ ->
          Step.after(job, reply, "the list of friends");
    };
  }

  private static Step page(Job job, ObjectNode at, ObjectNode answer) {
    List<Bytes> said = new ArrayList<>();
    List<String> users = new ArrayList<>();
    for (JsonNode id : answer.path("userIds")) {
      String user = id.asString("");
      if (USER.matcher(user).matches()) {
        users.add(user);
        said.add(Json.bytes(StringNode.valueOf(user)));
      }
    }
    ObjectNode progress = job.progress();
    progress.put("friends", progress.path("friends").asLong(0) + users.size());
    progress.put("pages", progress.path("pages").asLong(0) + 1);
    Step.People people = new Step.People(true, said, users);
    Optional<String> next = Json.string(answer, "next").filter(token -> !token.isEmpty());
    if (next.isPresent()) {
      at.put("start", next.get());
      return Step.on(job, at, progress, List.of()).with(people);
    }
    at.remove("start");
    at.put("listed", true);
    boolean profiles = job.input().path("profiles").asBoolean(true);
    return (profiles
            ? Step.on(job, at, progress, List.of())
            : Step.done(job, at, progress, List.of()))
        .with(people);
  }

  private static Step anew(Job job, ObjectNode at) {
    int restarts = at.path("restarts").asInt(0) + 1;
    if (restarts > MAX_RESTARTS) {
      return Step.failed(job, "LINE did not take its own continuation token, several times.");
    }
    at.remove("start");
    at.put("restarts", restarts);
    ObjectNode progress = job.progress();
    progress.put("friends", 0);
    return Step.on(job, at, progress, List.of());
  }
}

package dev.throughline.account;

import dev.throughline.channel.line.account.LineCall;
import dev.throughline.channel.line.account.LineReply;
import dev.throughline.channel.line.account.Operations;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Appended;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.vault.Owner;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends to whomever an audience or a filter describes, and follows it to the end. A send like any
 * other: an attempt stands in the log before the socket is written, and all attempts have one retry
 * key, under which LINE sends once whatever is repeated (spec line.md §2.4, §2.7).
 */
final class Narrowcast implements JobWork {
  static final String BODY = "body";

  /** A retry key lives 24 h from its first use; the last hour is for clocks and the way there. */
  private static final Duration RETRY_KEY_AGE = Duration.ofHours(23);

  private static final Duration FIRST_LOOK = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  /** With this text alone LINE tells the month's quota from its other limits. */
  private static final String QUOTA = "You have reached your monthly limit.";

  private final AccountCalls calls;
  private final Log log;
  private final Drafts drafts;
  private final InstantSource clock;
  private final LongSupplier epoch;

  /**
   * @param epoch the epoch under which this node leads
   */
  Narrowcast(AccountCalls calls, Log log, Drafts drafts, InstantSource clock, LongSupplier epoch) {
    this.calls = calls;
    this.log = log;
    this.drafts = drafts;
    this.clock = clock;
    this.epoch = epoch;
  }

  @Override
  public Step step(Doing doing) throws InterruptedException {
    Optional<String> request = Json.string(doing.job().at(), "request_id");
    return request.isPresent() ? look(doing, request.get()) : send(doing);
  }

  private Step send(Doing doing) throws InterruptedException {
    Job job = doing.job();
    Instant now = clock.instant();
    if (doing.task().attemptAt().filter(at -> at.plus(RETRY_KEY_AGE).isBefore(now)).isPresent()) {
      return Step.failed(
          job,
          "Nobody knows whether LINE took it, and its retry key is too old to ask again. Look at"
              + " the deliveries in LINE's manager before you send it anew.");
    }
    if (doing.task().attempt().isPresent()) {
      // A restart came between the attempt and its outcome; the same key makes the next one safe.
      return Step.later(job, "an attempt was lost in a restart");
    }
    Bytes body = Json.bytes(job.input().path(BODY));
    String key = job.id().toUuid().toString();
    attempt(doing, body, key);
    LineReply reply =
        calls.look(doing.known(), LineCall.of(Operations.NARROWCAST).json(body).once(key));
    return switch (reply) {
      case LineReply.Done done -> sent(job, done);
      case LineReply.Refused refused
          when refused.status() == 429 && refused.message().equals(QUOTA) ->
          Step.failed(job, "The month's quota does not suffice: LINE says \"" + QUOTA + "\"");
      case LineReply.Refused _, LineReply.Limited _, LineReply.Unreachable _, LineReply.Unknown _ ->
          Step.after(job, reply, "the narrowcast");
    };
  }

  private void attempt(Doing doing, Bytes body, String key) throws InterruptedException {
    Job job = doing.job();
    ObjectNode record = Json.object();
    record.put("task", doing.task().id().toString());
    record.put("kind", JobHandler.KIND);
    record.put(JobHandler.JOB, job.id().toString());
    record.put("operation", Operations.NARROWCAST.name());
    record.put("retry_key", key);
    Owner owner = new Owner.Project(job.project());
    Appended appended =
        log.appendSurely(
            drafts
                .draft(Kind.ATTEMPT, new Subject.Account(job.account().toString()))
                .cause(job.id())
                .part(owner, Json.bytes(record))
                .part(owner, body)
                .build()
                .underEpoch(epoch.getAsLong()));
    if (!(appended instanceof Appended.At)) {
      throw new IllegalStateException("another node leads: nothing was sent");
    }
  }

  private static Step sent(Job job, LineReply.Done done) {
    ObjectNode at = job.at();
    ObjectNode progress = job.progress();
    ObjectNode note = Json.object().put("step", "sent").put("status", done.status());
    if (done.requestId().isEmpty()) {
      note.put("progress", "LINE gave no id to ask by");
      return Step.done(job, at, progress, List.of(note));
    }
    String request = done.requestId().get();
    at.put("request_id", request);
    progress.put("request_id", request);
    progress.put("phase", "waiting");
    note.put("request_id", request);
    return Step.on(job, at, progress, List.of(note)).after(FIRST_LOOK);
  }

  private Step look(Doing doing, String request) throws InterruptedException {
    Job job = doing.job();
    LineReply reply =
        calls.look(
            doing.known(), LineCall.of(Operations.NARROWCAST_PROGRESS).with("requestId", request));
    if (reply instanceof LineReply.Refused refused && refused.status() == 404) {
      // So says LINE of what it has not noted yet, and of what is older than two weeks.
      return Step.later(job, "LINE does not know the narrowcast's progress");
    }
    if (!(reply instanceof LineReply.Done done)) {
      return Step.after(job, reply, "the narrowcast's progress");
    }
    ObjectNode told = done.json();
    ObjectNode at = job.at();
    ObjectNode progress = job.progress();
    String phase = told.path("phase").asString("");
    progress.put("phase", phase);
    copy(told, "targetCount", progress, "target_count");
    copy(told, "successCount", progress, "success_count");
    copy(told, "failureCount", progress, "failure_count");
    copy(told, "acceptedTime", progress, "accepted_time");
    copy(told, "completedTime", progress, "completed_time");
    copy(told, "errorCode", progress, "error_code");
    return switch (phase) {
      case "succeeded" ->
          Step.done(job, at, progress, List.of(Json.object().put("step", "succeeded")));
      case "failed" -> {
        Step failed = Step.failed(job, why(told));
        failed.document().set("progress", progress);
        yield failed;
      }
      default -> {
        int looks = at.path("looks").asInt(0);
        at.put("looks", looks + 1);
        Duration pause = FIRST_LOOK.multipliedBy(1L << Math.min(looks + 1, 10));
        yield Step.on(job, at, progress, List.of())
            .after(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
      }
    };
  }

  private static String why(ObjectNode told) {
    String said = told.path("failedDescription").asString("");
    String sentence =
        switch (told.path("errorCode").asInt(0)) {
          case 1 -> "LINE had an internal error.";
          case 2 -> "Too few people were left to send to: LINE sends to at least 50.";
          case 3 -> "LINE had taken the same retry key before.";
          case 4 -> "An audience has fewer than 50 people.";
          case 5 ->
              "Not all could have been reached within the quota, and partial delivery is"
                  + " forbidden.";
          default -> "LINE says the narrowcast failed.";
        };
    return said.isEmpty() ? sentence : sentence + " LINE says: " + said;
  }

  private static void copy(ObjectNode from, String name, ObjectNode to, String as) {
    JsonNode value = from.path(name);
    if (value.isValueNode() && !value.isMissingNode() && !value.isNull()) {
      to.set(as, value);
    }
  }
}

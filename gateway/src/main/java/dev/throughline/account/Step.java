package dev.throughline.account;

import dev.throughline.channel.line.account.LineReply;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one step of a job came to.
 *
 * @param state RUNNING if there is more to do
 * @param pause before the next step
 * @param notes what it did, for whoever follows the job; kept in order
 * @param people user ids or profiles, each a JSON document about one person
 */
record Step(
    Job.State state, Duration pause, ObjectNode document, List<ObjectNode> notes, People people) {

  /** After so many steps in a row that came to nothing, a job fails, some four hours later. */
  private static final int MAX_FAILURES = 30;

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(10);

  Step {
    notes = List.copyOf(notes);
  }

  /**
   * People that a step learnt of.
   *
   * @param friends whether they are friends of the account
   */
  record People(boolean friends, List<Bytes> said, List<String> users) {
    static final People NONE = new People(false, List.of(), List.of());

    People {
      said = List.copyOf(said);
      users = List.copyOf(users);
    }
  }

  /** There is more to do, at once. */
  static Step on(Job job, ObjectNode at, ObjectNode progress, List<ObjectNode> notes) {
    return new Step(
        Job.State.RUNNING, Duration.ZERO, document(job, at, progress, ""), notes, People.NONE);
  }

  static Step done(Job job, ObjectNode at, ObjectNode progress, List<ObjectNode> notes) {
    return new Step(
        Job.State.DONE, Duration.ZERO, document(job, at, progress, ""), notes, People.NONE);
  }

  static Step failed(Job job, String sentence) {
    return new Step(
        Job.State.FAILED,
        Duration.ZERO,
        document(job, job.at(), job.progress(), sentence),
        List.of(),
        People.NONE);
  }

  static Step stopped(Job job) {
    return new Step(
        Job.State.STOPPED,
        Duration.ZERO,
        document(job, job.at(), job.progress(), ""),
        List.of(),
        People.NONE);
  }

  /**
   * The call did not do what the step is about: to be tried again, or not.
   *
   * @param what the step was about, in a few words
   */
  static Step after(Job job, LineReply reply, String what) {
    return switch (reply) {
      case LineReply.Done _ -> throw new IllegalArgumentException("it was done");
      case LineReply.Limited(Duration pause) -> again(job, pause, "");
      case LineReply.Unreachable(String why) -> later(job, what + ": LINE not reached, " + why);
      case LineReply.Unknown(int _, String why) -> later(job, what + ": " + why);
      case LineReply.Refused refused when refused.status() == 429 ->
          later(job, what + ": LINE says not so often (" + refused.message() + ")");
      case LineReply.Refused refused when refused.status() == 401 ->
          failed(
              job,
              "LINE refuses the channel access token: save a new one in the app, then resume.");
      case LineReply.Refused refused ->
          failed(
              job,
              what
                  + ": LINE refuses it with status "
                  + refused.status()
                  + ": "
                  + refused.message()
                  + refused.details().stream()
                      .map(detail -> " [" + detail.property() + "] " + detail.message())
                      .reduce("", String::concat));
    };
  }

  Step with(People more) {
    return new Step(state, pause, document, notes, more);
  }

  Step after(Duration wait) {
    return new Step(state, wait, document, notes, people);
  }

  /** The step came to nothing; the next try waits longer. */
  static Step later(Job job, String why) {
    int failures = job.document().path("failures").asInt(0) + 1;
    if (failures > MAX_FAILURES) {
      return failed(job, why + ". It was tried " + MAX_FAILURES + " times; resume when it works.");
    }
    Duration backoff = FIRST_BACKOFF.multipliedBy(1L << Math.min(failures - 1, 10));
    Step step = again(job, backoff.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : backoff, why);
    step.document.put("failures", failures);
    return step;
  }

  private static Step again(Job job, Duration pause, String why) {
    ObjectNode document = document(job, job.at(), job.progress(), "");
    if (!why.isEmpty()) {
      document.put("waiting_for", why);
    }
    return new Step(Job.State.RUNNING, pause, document, List.of(), People.NONE);
  }

  private static ObjectNode document(Job job, ObjectNode at, ObjectNode progress, String error) {
    ObjectNode document = Json.object();
    document.set("input", job.input());
    document.set("at", at);
    document.set("progress", progress);
    if (!error.isEmpty()) {
      document.put("error", error);
    }
    return document;
  }
}

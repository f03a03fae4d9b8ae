package dev.throughline.task;

import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;

/** Runs the tasks of one kind. */
public interface TaskHandler {
  String kind();

  /** How many tasks of this kind may run at the same time. */
  int concurrency();

  /** How many of an app's tasks may start in a second; 0: as many as there are. */
  default int perSecond(AppId app) {
    return 0;
  }

  /**
   * Does the work once, and makes sure that the log learns what came of it before it returns: the
   * task waits in its lane until the fold has read that. An exception leaves the task as it was, to
   * be run again after a pause.
   *
   * @param body what to do, in clear
   */
  void run(Task task, Bytes body) throws InterruptedException;

  /**
   * As {@link #run(Task, Bytes)}, for what keeps to rates: a task that is not admitted has done
   * nothing when it returns, and needs no entry.
   */
  default void run(Task task, Bytes body, Admission admission) throws InterruptedException {
    run(task, body);
  }

  /** The key that sealed the body is destroyed: whose task it was has been erased. */
  void erased(Task task) throws InterruptedException;
}

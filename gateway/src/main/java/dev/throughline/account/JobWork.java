package dev.throughline.account;

import dev.throughline.channel.line.account.LineAccount;
import dev.throughline.conversation.App.Account;
import dev.throughline.task.Task;

/** How jobs of one kind are done. */
interface JobWork {
  /** One step: a few calls at most. What it changes at LINE it can find again if it is repeated. */
  Step step(Doing doing) throws InterruptedException;

  /** The job at hand, for whom, and by which task. */
  record Doing(Job job, Account account, LineAccount known, Task task) {}
}

package dev.throughline.api;

import dev.throughline.conversation.App.Account;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Asks the channels of an app about its credentials, all at once, within one deadline. */
final class CheckedAccounts {
  private final CredentialCheck check;

  CheckedAccounts(CredentialCheck check) {
    this.check = check;
  }

  /** The accounts with their states; what is unchanged and unreachable keeps what was known. */
  List<Account> check(List<Account> accounts, List<Account> before) throws InterruptedException {
    BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    List<Thread> asking = new ArrayList<>();
    List<Account> checked = new ArrayList<>(accounts);
    for (int i = 0; i < accounts.size(); i++) {
      int place = i;
      Account account = accounts.get(i);
      checked.set(
          i,
          before(account, before)
              .orElseGet(() ->
                  pending(account, "The channel did not answer when the credentials were saved.")));
      asking.add(
          Thread.ofVirtual().start(() -> answers.add(new Answer(place, check.check(account)))));
    }
    long deadline = System.nanoTime() + CredentialCheck.DEADLINE.toNanos();
    for (int open = asking.size(); open > 0; open--) {
      Answer answer = answers.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (answer == null) {
        break;
      }
      Account account = accounts.get(answer.place());
      switch (answer.result()) {
        case CredentialCheck.Result.Accepted(String platformId) ->
            checked.set(
                answer.place(),
                CredentialForm.with(account, "ACTIVE", "", Optional.of(platformId)));
        case CredentialCheck.Result.Refused(String sentence) ->
            checked.set(
                answer.place(),
                CredentialForm.with(account, "FAILING", sentence, Optional.empty()));
        case CredentialCheck.Result.Taken() ->
            checked.set(
                answer.place(), CredentialForm.with(account, "ACTIVE", "", Optional.empty()));
        case CredentialCheck.Result.Untold() ->
            checked.set(
                answer.place(),
                before(account, before)
                    .orElseGet(() ->
                        pending(
                            account,
                            "The credentials are kept; the channel is not asked about them.")));
        case CredentialCheck.Result.Unreachable() -> {}
      }
    }
    asking.forEach(Thread::interrupt);
    return checked;
  }

  /** What was known of the same credentials. */
  private static Optional<Account> before(Account account, List<Account> before) {
    return before.stream()
        .filter(known -> known.id().equals(account.id()))
        .filter(known -> CredentialForm.isSame(known, account))
        .findFirst();
  }

  private static Account pending(Account account, String why) {
    return CredentialForm.with(account, "PENDING", why, Optional.empty());
  }

  private record Answer(int place, CredentialCheck.Result result) {}
}

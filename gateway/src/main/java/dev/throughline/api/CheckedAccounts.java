package dev.throughline.api;

import dev.throughline.conversation.App.Account;
import dev.throughline.message.ChannelName;
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
      checked.set(i, silent(account, before));
      if (account.channel().equals(ChannelName.LINE)) {
        asking.add(
            Thread.ofVirtual().start(() -> answers.add(new Answer(place, check.check(account)))));
      }
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
        case CredentialCheck.Result.Unreachable() -> {}
      }
    }
    asking.forEach(Thread::interrupt);
    return checked;
  }

  /** What an account is if its channel says nothing. */
  private static Account silent(Account account, List<Account> before) {
    Optional<Account> same =
        before.stream()
            .filter(known -> known.id().equals(account.id()))
            .filter(known -> CredentialForm.isSame(known, account))
            .findFirst();
    if (same.isPresent()) {
      return same.get();
    }
    String why =
        account.channel().equals(ChannelName.LINE)
            ? "The channel did not answer when the credentials were saved."
            : "The credentials are kept; the channel is not asked about them.";
    return CredentialForm.with(account, "PENDING", why, Optional.empty());
  }

  private record Answer(int place, CredentialCheck.Result result) {}
}

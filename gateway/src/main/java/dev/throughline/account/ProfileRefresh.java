package dev.throughline.account;

import dev.throughline.channel.line.account.LineCall;
import dev.throughline.channel.line.account.LineReply;
import dev.throughline.channel.line.account.Operations;
import dev.throughline.contract.Json;
import dev.throughline.conversation.AppPeople;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ulids;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks LINE how the app's people call themselves and which language they use. Who blocked the
 * account, or never was a friend, has no profile: that changes nothing about them.
 */
final class ProfileRefresh implements JobWork {
  private static final int PAGE = 50;
  private static final int AT_ONCE = 8;

  private final AccountCalls calls;
  private final AppPeople people;

  ProfileRefresh(AccountCalls calls, AppPeople people) {
    this.calls = calls;
    this.people = people;
  }

  @Override
  public Step step(Doing doing) throws InterruptedException {
    Job job = doing.job();
    ObjectNode at = job.at();
    Optional<Ulid> after = Json.string(at, "person").flatMap(Ulids::parse);
    List<AppPeople.Person> page = people.after(job.app(), ChannelName.LINE, after, PAGE);
    if (page.isEmpty()) {
      return Step.done(job, at, job.progress(), List.of());
    }
    List<String> users =
        page.stream()
            .map(AppPeople.Person::address)
            .flatMap(Optional::stream)
            .filter(address -> address.startsWith("U"))
            .toList();
    ConcurrentHashMap<String, LineReply> replies = ask(doing, users);
    List<Bytes> said = new ArrayList<>();
    List<String> whose = new ArrayList<>();
    long without = 0;
    for (String user : users) {
      LineReply reply = replies.get(user);
      if (reply instanceof LineReply.Done done) {
        said.add(profile(user, done.json()));
        whose.add(user);
      } else if (reply instanceof LineReply.Refused refused
          && (refused.status() == 404 || refused.status() == 400)) {
        without++;
      } else {
        // All of the page again, when LINE can be asked again.
        return reply == null
            ? Step.later(job, "profiles: not asked")
            : Step.after(job, reply, "profiles");
      }
    }
    at.put("person", page.getLast().id().toString());
    ObjectNode progress = job.progress();
    progress.put("profiles", progress.path("profiles").asLong(0) + said.size());
    progress.put("without_profile", progress.path("without_profile").asLong(0) + without);
    return Step.on(job, at, progress, List.of()).with(new Step.People(false, said, whose));
  }

  private ConcurrentHashMap<String, LineReply> ask(Doing doing, List<String> users)
      throws InterruptedException {
    ConcurrentHashMap<String, LineReply> replies = new ConcurrentHashMap<>();
    Semaphore room = new Semaphore(AT_ONCE);
    List<Thread> asking = new ArrayList<>();
    for (String user : users) {
      asking.add(
          Thread.ofVirtual()
              .name("line-profile")
              .start(() -> {
                try {
                  room.acquire();
                  try {
                    replies.put(
                        user,
                        calls.look(
                            doing.known(), LineCall.of(Operations.PROFILE).at("userId", user)));
                  } finally {
                    room.release();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    try {
      for (Thread thread : asking) {
        thread.join();
      }
    } catch (InterruptedException e) {
      asking.forEach(Thread::interrupt);
      throw e;
    }
    return replies;
  }

  /** What the fold reads of it: name and language. */
  private static Bytes profile(String user, ObjectNode answer) {
    ObjectNode profile = Json.object();
    profile.put("user", user);
    profile.put("name", answer.path("displayName").asString(""));
    profile.put("language", answer.path("language").asString(""));
    return Json.bytes(profile);
  }
}

package dev.throughline.app.crash;

import dev.throughline.ledger.Ulid;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Plays LINE's webhooks: waves of signed requests, each with events of one or several people. What
 * is not answered 200 is sent again, or given up. Where redelivery is on, events also come twice
 * within a request, in two requests at once, and again long after they were answered.
 *
 * <p>Most people wait for the 200 before they say the next thing: theirs must be called back in
 * order. A few do not, and their events are shuffled over concurrent requests.
 */
final class WebhookLoad {
  static final int ORDERLY = 800;
  static final int TALKATIVE = 4;
  static final int UNRULY = 60;
  static final int PEOPLE = ORDERLY + TALKATIVE + UNRULY;

  private static final int WAVE = 48;
  private static final Duration WAVE_EVERY = Duration.ofMillis(100);

  /**
   * So many events answered a second are enough, and waves come half as often while there are more:
   * 500 are asked for, on a machine that is slow today as on one that is not.
   */
  private static final int ENOUGH = 600;

  private static final int MOST_IN_FLIGHT = 160;
  private static final int TALKATIVE_EVENTS = 6;
  private static final int UNRULY_EVENTS = 12;
  private static final int UNRULY_REQUESTS = 4;
  private static final int REMEMBERED = 2_000;

  private static final int REPEATED_PERCENT = 12;
  private static final int TWICE_WITHIN_PERCENT = 10;
  private static final int TWICE_AT_ONCE_PERCENT = 5;
  private static final int GIVEN_UP_PERCENT = 30;
  private static final int ALONE_PERCENT = 55;
  private static final int TALKATIVE_PERCENT = 1;
  private static final int UNRULY_PERCENT = 4;

  private static final Duration UP_WITHIN = Duration.ofMinutes(3);
  private static final Duration PAUSE = Duration.ofMillis(60);

  private final Installation installation;
  private final Wire wire;
  private final Presence presence;
  private final Secrets secrets;
  private final boolean redelivery;
  private final SplittableRandom random;
  private final Random shuffler;

  private final List<Said> all = new ArrayList<>();
  private final Map<Person, Integer> numbers = new HashMap<>();
  private final ArrayDeque<Person> free = new ArrayDeque<>();
  private final List<Person> unruly = new ArrayList<>();
  private final List<Said> answered = new ArrayList<>();
  private final List<String> anomalies = new ArrayList<>();

  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger mostInFlight = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong eventsAnswered = new AtomicLong();
  private final AtomicLong requestsAnswered = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private volatile boolean stopping;

  /** What LINE and the app sign with, and whom webhooks are addressed to. */
  record Secrets(String channelSecret, String botUserId) {}

  WebhookLoad(
      Installation installation,
      Wire wire,
      Presence presence,
      Secrets secrets,
      boolean redelivery,
      long seed) {
    this.installation = installation;
    this.wire = wire;
    this.presence = presence;
    this.secrets = secrets;
    this.redelivery = redelivery;
    this.random = new SplittableRandom(seed);
    this.shuffler = new Random(seed);
    for (int i = 0; i < ORDERLY + TALKATIVE; i++) {
      free.add(Person.of(i));
    }
    for (int i = ORDERLY + TALKATIVE; i < PEOPLE; i++) {
      unruly.add(Person.of(i));
    }
  }

  void start() {
    Thread.ofPlatform().name("waves").daemon(true).start(this::waves);
  }

  /** No new events; those under way are still sent until they are answered. */
  void stop() {
    stopping = true;
  }

  /** Whether all requests are answered or given up. */
  boolean isIdle() {
    return open.get() == 0;
  }

  /** How many requests are on the wire now. */
  int inFlight() {
    return inFlight.get();
  }

  int mostInFlight() {
    return mostInFlight.get();
  }

  /** How many requests were cut off so far without an answer. */
  long lost() {
    return lost.get();
  }

  /** How many were answered 503 so far. */
  long refused() {
    return refused.get();
  }

  long eventsAnswered() {
    return eventsAnswered.get();
  }

  long requestsAnswered() {
    return requestsAnswered.get();
  }

  List<Said> all() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  /** Answers that LINE should never get. */
  List<String> anomalies() {
    synchronized (anomalies) {
      return List.copyOf(anomalies);
    }
  }

  private void waves() {
    try {
      long next = System.nanoTime();
      while (!stopping) {
        long wait = next - System.nanoTime();
        if (wait > 0) {
          Thread.sleep(Duration.ofNanos(wait));
        }
        next = Math.max(next + pause().toNanos(), System.nanoTime() - WAVE_EVERY.toNanos());
        if (presence.isUp()) {
          int room = Math.min(WAVE, MOST_IN_FLIGHT - open.get());
          while (room > 0) {
            room -= launch();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration pause() {
    double enough = ENOUGH * presence.total().toMillis() / 1e3;
    return eventsAnswered.get() < enough ? WAVE_EVERY : WAVE_EVERY.multipliedBy(2);
  }

  /** Starts one request, or a few that belong together; answers how many. */
  private int launch() {
    if (chance(UNRULY_PERCENT)) {
      return launchUnruly();
    }
    if (redelivery && chance(REPEATED_PERCENT)) {
      List<Said> again = someAnswered();
      if (!again.isEmpty()) {
        send(new Request(again, List.of(), true, false));
        return 1;
      }
    }
    List<Person> people = take(chance(ALONE_PERCENT) ? 1 : 2 + random.nextInt(2));
    if (people.isEmpty()) {
      return WAVE;
    }
    List<Said> events = new ArrayList<>();
    for (Person person : people) {
      boolean talkative = person.number() >= ORDERLY || chance(TALKATIVE_PERCENT);
      int count = talkative ? TALKATIVE_EVENTS : 1;
      for (int i = 0; i < count; i++) {
        events.add(say(person, true));
      }
    }
    List<Said> sent = new ArrayList<>(events);
    if (redelivery && chance(TWICE_WITHIN_PERCENT)) {
      sent.add(events.get(random.nextInt(events.size())));
    }
    send(new Request(sent, people, false, chance(GIVEN_UP_PERCENT)));
    if (redelivery && chance(TWICE_AT_ONCE_PERCENT)) {
      // Only its first event: what one person said in a row must not be turned round by us.
      send(new Request(List.of(events.getFirst()), List.of(), false, true));
      return 2;
    }
    return 1;
  }

  /** Several events of a few people, shuffled over requests that are sent at once. */
  private int launchUnruly() {
    List<Said> events = new ArrayList<>();
    for (int i = 0; i < UNRULY_EVENTS; i++) {
      events.add(say(unruly.get(random.nextInt(unruly.size())), false));
    }
    Collections.shuffle(events, shuffler);
    int each = UNRULY_EVENTS / UNRULY_REQUESTS;
    for (int i = 0; i < UNRULY_REQUESTS; i++) {
      send(new Request(events.subList(i * each, (i + 1) * each), List.of(), false, false));
    }
    return UNRULY_REQUESTS;
  }

  private Said say(Person person, boolean ordered) {
    Instant now = Instant.now();
    Said said =
        new Said(
            person,
            numbers.merge(person, 1, Integer::sum),
            Ulid.of(now, random).toString(),
            now,
            ordered);
    synchronized (all) {
      all.add(said);
    }
    return said;
  }

  private void send(Request request) {
    open.incrementAndGet();
    Thread.ofVirtual()
        .start(() -> {
          try {
            deliver(request);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            synchronized (free) {
              free.addAll(request.people());
            }
            open.decrementAndGet();
          }
        });
  }

  private void deliver(Request request) throws InterruptedException {
    boolean again = request.again();
    while (presence.awaitUp(UP_WITHIN)) {
      byte[] body = WebhookBody.of(secrets.botUserId(), request.events(), again);
      Outcome outcome = attempt(body);
      switch (outcome) {
        case KEPT -> {
          kept(request);
          return;
        }
        case WRONG -> {
          return;
        }
        case CUT_OFF -> {
          if (request.givenUp()) {
            return;
          }
        }
        case LATER -> {
          // As often as it takes.
        }
      }
      again = true;
      Thread.sleep(PAUSE);
    }
    anomaly("the gateway was away for longer than " + UP_WITHIN);
  }

  private Outcome attempt(byte[] body) throws InterruptedException {
    int now = inFlight.incrementAndGet();
    mostInFlight.accumulateAndGet(now, Math::max);
    try {
      int status = wire.webhook(installation.hook(), secrets.channelSecret(), body);
      if (status == 200) {
        return Outcome.KEPT;
      }
      if (status == 503) {
        refused.incrementAndGet();
        return Outcome.LATER;
      }
      anomaly("a webhook was answered " + status);
      return Outcome.WRONG;
    } catch (IOException cutOff) {
      lost.incrementAndGet();
      return Outcome.CUT_OFF;
    } finally {
      inFlight.decrementAndGet();
    }
  }

  private void kept(Request request) {
    requestsAnswered.incrementAndGet();
    eventsAnswered.addAndGet(request.events().size());
    request.events().forEach(Said::wasAnswered);
    synchronized (answered) {
      for (Said said : request.events()) {
        if (answered.size() < REMEMBERED) {
          answered.add(said);
        } else {
          answered.set(Math.floorMod(said.hashCode(), REMEMBERED), said);
        }
      }
    }
  }

  /** A few of what was answered earlier, in any order and of whomever. */
  private List<Said> someAnswered() {
    List<Said> some = new ArrayList<>();
    synchronized (answered) {
      for (int i = random.nextInt(6); i >= 0 && !answered.isEmpty(); i--) {
        some.add(answered.get(random.nextInt(answered.size())));
      }
    }
    return some;
  }

  private List<Person> take(int count) {
    List<Person> people = new ArrayList<>();
    synchronized (free) {
      while (people.size() < count && !free.isEmpty()) {
        people.add(free.remove());
      }
    }
    return people;
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private void anomaly(String what) {
    synchronized (anomalies) {
      anomalies.add(what);
    }
  }

  /**
   * @param people who may not say more before this is answered
   * @param again whether it is marked as a redelivery from the start
   * @param givenUp whether it is not sent again when it is cut off
   */
  private record Request(List<Said> events, List<Person> people, boolean again, boolean givenUp) {
    Request {
      events = List.copyOf(events);
    }
  }

  /** What came of one try. */
  private enum Outcome {
    KEPT,
    LATER,
    CUT_OFF,
    WRONG
  }
}

package dev.throughline.sandbox.people;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.ControlRequest;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import io.helidon.webserver.http.HttpService;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/**
 * The people of the sandbox: their phones and inboxes, how each channel of theirs is, and the
 * networks that bring what they write. Everything is kept in memory within limits; a channel that
 * keeps its own phones ({@link HomeNetwork}) is asked.
 */
public final class People implements Phones, AutoCloseable {
  static final int LIMIT = 1_000;
  static final int PAGE_LIMIT = 1_000;
  private static final int ITEMS_PER_PERSON = 500;
  private static final long BYTES_PER_PERSON = 16L << 20;
  private static final int HELD_LIMIT = 500;
  private static final int CHANGES = 5_000;

  /** Something that a page should look at again. */
  record Change(String kind, String personId, String channel) {
    ObjectNode json() {
      return Json.object().put("kind", kind).put("person", personId).put("channel", channel);
    }
  }

  private record Held(Delivery delivery, Runnable shown) {}

  /** One person's screen. Guarded by the whole. */
  private static final class Phone {
    private Person person;
    private final EnumMap<PhoneChannel, Condition> conditions = new EnumMap<>(PhoneChannel.class);
    private final List<Held> held = new ArrayList<>();
    private final Journal<Shown> screen =
        new Journal<>(ITEMS_PER_PERSON, BYTES_PER_PERSON, Shown::weight);

    private Phone(Person person) {
      this.person = person;
    }
  }

  private record Address(PhoneChannel channel, String canonical) {}

  private final InstantSource clock;
  private final Map<String, Phone> phones = new LinkedHashMap<>();
  private final Map<Address, Phone> addresses = new HashMap<>();
  private final List<Network> networks = new ArrayList<>();
  private final EnumMap<PhoneChannel, HomeNetwork> homes = new EnumMap<>(PhoneChannel.class);
  private final Journal<Change> changes = new Journal<>(CHANGES, Long.MAX_VALUE, change -> 1);
  private Consumer<List<Person>> listener = everybody -> {};

  public People(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A network that brings what people write. The first that carries a channel is asked; what is for
   * an address of the company that it does not have, goes to the next.
   */
  public synchronized void connect(Network network) {
    networks.add(network);
  }

  public synchronized void connect(HomeNetwork network) {
    homes.put(network.channel(), network);
  }

  /** Told of everybody whenever somebody is added. */
  public synchronized void onChange(Consumer<List<Person>> told) {
    listener = told;
  }

  /** The control API, to be mounted as {@code /sandbox/people}. */
  public HttpService controlService() {
    return new PeopleApi(this);
  }

  public synchronized List<Person> all() {
    return phones.values().stream().map(phone -> phone.person).toList();
  }

  /**
   * @throws ControlRefusal if one of the person's addresses is somebody else's
   */
  public void add(Person person) throws ControlRefusal {
    Consumer<List<Person>> told;
    synchronized (this) {
      if (phones.size() >= LIMIT) {
        throw new ControlRefusal(409, "There are " + LIMIT + " people already.");
      }
      boolean taken = phones.containsKey(person.id());
      for (PhoneChannel channel : PhoneChannel.values()) {
        taken |= addresses.containsKey(new Address(channel, person.address(channel)));
      }
      if (taken) {
        throw new ControlRefusal(409, "Somebody has this id or one of these addresses already.");
      }
      Phone phone = new Phone(person);
      phones.put(person.id(), phone);
      for (PhoneChannel channel : PhoneChannel.values()) {
        addresses.put(new Address(channel, person.address(channel)), phone);
      }
      told = listener;
    }
    changed("people", person.id(), "");
    told.accept(all());
  }

  /** Somebody new, with a phone of every kind. */
  Person join(String name) throws ControlRefusal {
    HomeNetwork line = home(PhoneChannel.LINE);
    int number = all().size() + 1;
    while (taken(number)) {
      number++;
    }
    Person person;
    try {
      person = Person.numbered(number, name, line == null ? "U" + number : line.join(name));
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(400, String.valueOf(e.getMessage()) + ".");
    }
    add(person);
    return person;
  }

  private synchronized boolean taken(int number) {
    String phone = Person.numbered(number, "x", "U").phone();
    return addresses.containsKey(
        new Address(PhoneChannel.SMS, Person.canonical(PhoneChannel.SMS, phone)));
  }

  private synchronized @org.jspecify.annotations.Nullable HomeNetwork home(PhoneChannel channel) {
    return homes.get(channel);
  }

  private void changed(String kind, String personId, String channel) {
    changes.add(new Change(kind, personId, channel));
  }

  Journal<Change> changes() {
    return changes;
  }

  private Phone phone(String id) throws ControlRefusal {
    synchronized (this) {
      Phone phone = phones.get(id);
      if (phone == null) {
        throw new ControlRefusal(404, "There is no such person; GET /sandbox/people lists them.");
      }
      return phone;
    }
  }

  public Person person(String id) throws ControlRefusal {
    return phone(id).person;
  }

  // ---- for networks

  @Override
  public synchronized Condition condition(PhoneChannel channel, String address) {
    Phone phone = addresses.get(new Address(channel, Person.canonical(channel, address)));
    return phone == null ? Condition.NOBODY : phone.conditions.getOrDefault(channel, Condition.OK);
  }

  @Override
  public Condition deliver(Delivery delivery, Runnable shown) {
    Phone phone;
    Condition condition;
    synchronized (this) {
      phone =
          addresses.get(
              new Address(delivery.channel(), Person.canonical(delivery.channel(), delivery.to())));
      if (phone == null) {
        return Condition.NOBODY;
      }
      condition = phone.conditions.getOrDefault(delivery.channel(), Condition.OK);
      if (condition == Condition.AIRPLANE && phone.held.size() < HELD_LIMIT) {
        phone.held.add(new Held(delivery, shown));
      }
      if (condition.shows()) {
        phone.screen.add(shown(delivery));
      }
    }
    if (condition.shows()) {
      changed("messages", phone.person.id(), delivery.channel().name());
    }
    return condition;
  }

  @Override
  public void said(PhoneChannel channel, String address, String id, String text) {
    Phone phone;
    synchronized (this) {
      phone = addresses.get(new Address(channel, Person.canonical(channel, address)));
    }
    if (phone != null) {
      show(phone, channel, id, Optional.empty(), Optional.empty(), text);
    }
  }

  private void show(
      Phone phone,
      PhoneChannel channel,
      String messageId,
      Optional<String> to,
      Optional<String> subject,
      String text) {
    phone.screen.add(
        new Shown(
            clock.instant(),
            channel,
            true,
            messageId,
            to.orElse(""),
            text,
            Shown.written(text, subject),
            Optional.empty()));
    changed("messages", phone.person.id(), channel.name());
  }

  private Shown shown(Delivery delivery) {
    return switch (delivery.content()) {
      case Delivery.Content.Message(ObjectNode json, String text) ->
          new Shown(
              clock.instant(),
              delivery.channel(),
              false,
              delivery.id(),
              delivery.from(),
              text,
              json,
              Optional.empty());
      case Delivery.Content.Mail mail -> {
        Mime mime = Mime.parse(mail.mime());
        yield new Shown(
            clock.instant(),
            delivery.channel(),
            false,
            delivery.id(),
            delivery.from(),
            mime.readable(),
            mime.json().put("_sender", mail.sender()),
            Optional.of(mail.mime()));
      }
    };
  }

  // ---- for tests and the screen

  /** What a channel of this person's can be set to. */
  synchronized Set<Condition> conditions(PhoneChannel channel) {
    HomeNetwork home = homes.get(channel);
    if (home != null) {
      return home.conditions();
    }
    EnumSet<Condition> all = EnumSet.complementOf(EnumSet.of(Condition.NOBODY));
    if (channel != PhoneChannel.EMAIL) {
      all.remove(Condition.BOUNCES);
    }
    if (channel == PhoneChannel.EMAIL) {
      all.removeAll(EnumSet.of(Condition.LATE_RECEIPT, Condition.OUT_OF_ORDER, Condition.NO_APP));
    }
    return all;
  }

  public Map<PhoneChannel, Condition> state(String id) throws ControlRefusal {
    Phone phone = phone(id);
    Map<PhoneChannel, Condition> state = new EnumMap<>(PhoneChannel.class);
    for (PhoneChannel channel : PhoneChannel.values()) {
      HomeNetwork home = home(channel);
      state.put(
          channel,
          home == null
              ? condition(channel, phone.person.address(channel))
              : home.condition(phone.person.address(channel)));
    }
    return state;
  }

  /** Sets channels of a person; what was held for one that is on again comes on the screen. */
  public void state(String id, Map<PhoneChannel, Condition> wanted) throws ControlRefusal {
    Phone phone = phone(id);
    for (var one : wanted.entrySet()) {
      if (!conditions(one.getKey()).contains(one.getValue())) {
        throw new ControlRefusal(
            400,
            one.getKey()
                + " cannot be "
                + one.getValue().label()
                + ", but "
                + labels(conditions(one.getKey()))
                + ".");
      }
    }
    for (var one : wanted.entrySet()) {
      HomeNetwork home = home(one.getKey());
      if (home != null) {
        home.condition(phone.person.address(one.getKey()), one.getValue());
      } else {
        set(phone, one.getKey(), one.getValue());
      }
      changed("state", id, one.getKey().name());
    }
  }

  static String labels(Set<Condition> conditions) {
    return String.join(", ", conditions.stream().map(Condition::label).toList());
  }

  private void set(Phone phone, PhoneChannel channel, Condition condition) {
    List<Held> due = new ArrayList<>();
    synchronized (this) {
      phone.conditions.put(channel, condition);
      if (condition == Condition.AIRPLANE) {
        return;
      }
      Instant now = clock.instant();
      phone.held.removeIf(held -> {
        if (held.delivery.channel() != channel) {
          return false;
        }
        boolean alive = held.delivery.expires().map(now::isBefore).orElse(true);
        if (alive && condition.shows()) {
          due.add(held);
          phone.screen.add(shown(held.delivery));
        }
        return condition.shows() || !alive;
      });
    }
    if (!due.isEmpty()) {
      changed("messages", phone.person.id(), channel.name());
      Thread.ofVirtual().name("phones").start(() -> due.forEach(held -> held.shown.run()));
    }
  }

  /**
   * What the company sent, or with {@code both} what either side did, oldest first.
   *
   * @param channel empty = on all that are kept here
   */
  public ObjectNode messages(
      String id, Optional<PhoneChannel> channel, boolean both, long after, Duration wait)
      throws ControlRefusal, InterruptedException {
    Phone phone = phone(id);
    HomeNetwork home = channel.isEmpty() ? null : home(channel.get());
    if (home != null && channel.isPresent()) {
      ObjectNode page = home.messages(phone.person.address(channel.get()), after, wait);
      page.path("messages")
          .forEach(one -> ((ObjectNode) one).put("_channel", channel.get().name()));
      return page;
    }
    Journal.Page<Shown> page =
        phone.screen.await(
            after,
            PAGE_LIMIT,
            one -> (both || !one.mine()) && channel.map(one.channel()::equals).orElse(true),
            wait);
    return ControlRequest.page("messages", page, Shown::shown);
  }

  /** A mail on the screen, by its number there. */
  Optional<Mime> mail(String id, long number) throws ControlRefusal {
    return phone(id).screen.after(number - 1, 1).entries().stream()
        .filter(entry -> entry.number() == number)
        .flatMap(entry -> entry.value().mail().stream())
        .map(Mime::parse)
        .findFirst();
  }

  /**
   * The person writes to the company.
   *
   * @param to which of the company's addresses; empty = the first
   */
  public String write(
      String id, PhoneChannel channel, Optional<String> to, Optional<String> subject, String text)
      throws ControlRefusal {
    Phone phone = phone(id);
    Condition condition = state(id).getOrDefault(channel, Condition.OK);
    if (!condition.shows() && condition != Condition.BOUNCES) {
      throw new ControlRefusal(
          409, channel + " of this person is " + condition.label() + "; nothing can be written.");
    }
    if (text.isEmpty()) {
      throw new ControlRefusal(400, "text is what the person writes.");
    }
    HomeNetwork home = home(channel);
    if (home != null) {
      return home.say(phone.person.address(channel), text);
    }
    String messageId =
        bring(
            new Written(
                channel,
                channel == PhoneChannel.EMAIL ? phone.person.email() : phone.person.phone(),
                phone.person.name(),
                to,
                subject,
                text));
    show(phone, channel, messageId, to, subject, text);
    return messageId;
  }

  private String bring(Written written) throws ControlRefusal {
    List<String> refusals = new ArrayList<>();
    for (Network network : carriers(written.channel())) {
      try {
        return network.bring(written);
      } catch (IllegalArgumentException e) {
        refusals.add(String.valueOf(e.getMessage()));
      }
      if (written.to().isEmpty()) {
        break; // to nobody else by another way
      }
    }
    throw new ControlRefusal(
        409,
        refusals.isEmpty()
            ? "No network of this sandbox carries " + written.channel() + "."
            : String.join(" ", refusals));
  }

  private synchronized List<Network> carriers(PhoneChannel channel) {
    return networks.stream().filter(network -> network.carries(channel)).toList();
  }

  /** The person looks at a channel. */
  public void open(String id, PhoneChannel channel) throws ControlRefusal {
    Phone phone = phone(id);
    HomeNetwork home = home(channel);
    if (home != null) {
      home.open(phone.person.address(channel));
      return;
    }
    if (!condition(channel, phone.person.address(channel)).shows()) {
      return; // a phone that is off tells nobody
    }
    String address = channel == PhoneChannel.EMAIL ? phone.person.email() : phone.person.phone();
    carriers(channel).forEach(network -> network.opened(channel, address));
  }

  @Override
  public synchronized void close() {
    changes.close();
    phones.values().forEach(phone -> phone.screen.close());
  }
}

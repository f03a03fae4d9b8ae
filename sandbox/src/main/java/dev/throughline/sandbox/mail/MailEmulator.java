package dev.throughline.sandbox.mail;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.ControlRequest;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Recent;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.emulator.Timers;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Delivery;
import dev.throughline.sandbox.people.Mime;
import dev.throughline.sandbox.people.Network;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.sandbox.people.Phones;
import dev.throughline.sandbox.people.Written;
import io.helidon.webserver.http.HttpService;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * A mail server on a port of the loopback address. What it takes lies in people's inboxes; what
 * people answer, and what cannot be delivered, it hands to the company's hook.
 */
public final class MailEmulator implements Network, AutoCloseable {
  static final int PAGE_LIMIT = 1_000;
  private static final int HISTORY = 50_000;
  private static final long HISTORY_BYTES = 24L << 20;
  private static final int THREADS_KEPT = 20_000;
  private static final String LOCALHOST = "127.0.0.1";
  private static final Pattern ADDRESS = Pattern.compile("[^\\s<>\",;:]+@[^\\s<>\",;:]+");
  private static final Pattern STATUS = Pattern.compile("[245]\\.\\d{1,3}\\.\\d{1,3}");

  private final MailConfig config;
  private final Phones phones;
  private final InstantSource clock;
  private final Ids ids;
  private final Faults<Scripted<MailFault>> faults;
  private final Timers timers;
  private final Hook hook;
  private final MailServer server;
  private final Journal<Accepted> accepted =
      new Journal<>(HISTORY, HISTORY_BYTES, Accepted::weight);
  private final Recent<Integer> counts = new Recent<>(HISTORY);
  private final Recent<Bytes> newest = new Recent<>(THREADS_KEPT);

  /**
   * Starts at once.
   *
   * @param phones where mails are shown
   * @throws IllegalStateException if the port is taken
   */
  public MailEmulator(
      MailConfig config, Phones phones, InstantSource clock, RandomGenerator random) {
    this.config = config;
    this.phones = phones;
    this.clock = clock;
    this.ids = new Ids(random, clock);
    this.faults = new Faults<>(ids);
    this.timers = new Timers("mail", clock);
    this.hook = new Hook(clock, timers, faults);
    this.server =
        new MailServer(
            config,
            faults,
            new MailServer.Inbox() {
              @Override
              public Condition condition(String recipient) {
                return phones.condition(PhoneChannel.EMAIL, recipient);
              }

              @Override
              public String accept(
                  String sender, List<String> recipients, Bytes mail, boolean tls) {
                return take(sender, recipients, mail, tls);
              }
            });
    try {
      server.start();
    } catch (RuntimeException e) {
      close();
      throw new IllegalStateException(
          "The emulated mail server cannot listen on "
              + LOCALHOST
              + ":"
              + config.port()
              + "; is the port taken?",
          e);
    }
  }

  /** The port of SMTP. */
  public int port() {
    return server.port();
  }

  /** Who signs the server's certificate, in PEM, for who wants to trust it. */
  public String authority() {
    return server.certificate();
  }

  public MailConfig config() {
    return config;
  }

  public HttpService controlService() {
    return new MailControlApi(this);
  }

  /** Where mail to the company is posted, and the header that holds the shared secret. */
  public void hook(String url, String header, String secret) throws ControlRefusal {
    hook.target(new Hook.Target(url, header, secret));
  }

  Optional<String> hookUrl() {
    return hook.target().map(Hook.Target::url);
  }

  private String take(String sender, List<String> recipients, Bytes mail, boolean tls) {
    String id = ids.hex(12).toUpperCase(Locale.ROOT);
    Mime mime = Mime.parse(mail);
    for (String recipient : recipients) {
      String outcome = deliver(id, sender, recipient, mail, mime);
      String messageId = mime.header("Message-ID").orElse("");
      String key = messageId + "\n" + recipient;
      int count = counts.get(key).orElse(0) + 1;
      counts.put(key, count);
      accepted.add(
          new Accepted(
              clock.instant(),
              id,
              sender,
              recipient,
              messageId,
              mime.words("Subject"),
              mime.readable(),
              mail.length(),
              tls,
              outcome,
              count));
    }
    return id;
  }

  private String deliver(String id, String sender, String recipient, Bytes mail, Mime mime) {
    Optional<Scripted<MailFault>> fault =
        faults.strike(MailFault.DELIVERY, () -> sender + " " + recipient + "\n" + mail.text());
    if (fault.isPresent() && fault.get().fault() == MailFault.LOSE) {
      return "lost";
    }
    Condition condition = phones.condition(PhoneChannel.EMAIL, recipient);
    if (fault.isPresent() || condition == Condition.BOUNCES) {
      bounce(sender, recipient, fault.map(Scripted::detail).orElse(""), mail);
      return "bounced";
    }
    newest.put(recipient.toLowerCase(Locale.ROOT), mail);
    Condition then =
        phones.deliver(
            new Delivery(
                PhoneChannel.EMAIL,
                mime.words("From"),
                recipient,
                id,
                new Delivery.Content.Mail(sender, mail),
                Optional.empty()),
            () -> {});
    return then.shows() ? "shown" : then == Condition.AIRPLANE ? "held" : "lost";
  }

  /** Nobody is told of a bounce that cannot be delivered. */
  private void bounce(String sender, String recipient, String detail, Bytes mail) {
    if (sender.isEmpty()) {
      return;
    }
    Matcher wanted = STATUS.matcher(detail);
    String status = wanted.find() ? wanted.group() : "5.1.1";
    String diagnostic =
        (status.startsWith("5") ? "550 " : "450 ") + status + " <" + recipient + ">: not delivered";
    hook.send(
        "bounce",
        Composer.bounce(
            config.host(),
            ids.hex(16),
            clock.instant(),
            sender,
            recipient,
            status,
            diagnostic,
            mail));
  }

  @Override
  public boolean carries(PhoneChannel channel) {
    return channel == PhoneChannel.EMAIL;
  }

  /** An answer to the newest mail that the person has, or a new one. */
  @Override
  public String bring(Written written) {
    if (!carries(written.channel())) {
      throw new IllegalArgumentException("A mail server carries no " + written.channel());
    }
    Optional<Mime> answered = newest.get(written.from().toLowerCase(Locale.ROOT)).map(Mime::parse);
    String to =
        written
            .to()
            .or(() -> answered.flatMap(mime -> address(mime, "Reply-To")))
            .or(() -> answered.flatMap(mime -> address(mime, "From")))
            .orElse(config.company());
    String subject =
        written
            .subject()
            .or(() -> answered.map(mime -> mime.words("Subject")).map(MailEmulator::again))
            .orElse("Hello");
    String id = ids.ulid();
    Instant now = clock.instant();
    hook.send(
        "reply",
        Composer.letter(
            id, now, written.name(), written.from(), to, subject, written.text(), answered));
    return id + "@people.example";
  }

  private static String again(String subject) {
    return subject.regionMatches(true, 0, "Re:", 0, 3) ? subject : "Re: " + subject;
  }

  private static Optional<String> address(Mime mime, String header) {
    Matcher found = ADDRESS.matcher(mime.words(header));
    return found.find() ? Optional.of(found.group()) : Optional.empty();
  }

  /** Hands the company a mail byte for byte. */
  public void send(Bytes mail) {
    hook.send("raw", mail);
  }

  /** Replaces all faults. */
  public void setFaults(List<Scripted<MailFault>> rules) throws ControlRefusal {
    for (Scripted<MailFault> rule : rules) {
      if (!rule.fault().strikesAt(rule.endpoint())) {
        throw new ControlRefusal(
            400, "fault at " + rule.endpoint() + " is one of " + MailFault.labels(rule.endpoint()));
      }
      if (rule.fault() == MailFault.REJECT && !rule.detail().matches("([45]\\d\\d( .*)?)?")) {
        throw new ControlRefusal(400, "detail is an answer such as 550 5.1.1 No such user.");
      }
    }
    if (rules.size() > Faults.RULES_LIMIT) {
      throw new ControlRefusal(400, "There can be at most " + Faults.RULES_LIMIT + " faults.");
    }
    faults.set(rules);
  }

  public void clearFaults() {
    faults.clear(Optional.empty());
  }

  List<Faults.Active<Scripted<MailFault>>> activeFaults() {
    return faults.active();
  }

  /** Mails to the company that are neither taken nor given up. */
  public int pending() {
    return hook.pending();
  }

  /** The judge's list: one entry a mail and recipient that was taken, whatever was answered. */
  public ObjectNode accepted(long after) {
    return ControlRequest.page("accepted", accepted.after(after, PAGE_LIMIT), Accepted::json);
  }

  /** Each POST to the hook. */
  public ObjectNode hooks(long after, Duration wait) throws InterruptedException {
    return ControlRequest.page(
        "hooks", hook.attempts().await(after, PAGE_LIMIT, any -> true, wait), Hook.Attempt::json);
  }

  @Override
  public void close() {
    server.close();
    hook.close();
    timers.close();
    accepted.close();
  }
}

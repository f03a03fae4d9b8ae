package dev.throughline.sandbox.mail;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.subethamail.smtp.DropConnectionException;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.TooMuchDataException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;
import org.subethamail.smtp.server.Session;
import org.subethamail.smtp.server.SessionHandler;

/**
 * The SMTP side. SubEthaSMTP advertises no DSN and drops the parameters of MAIL and RCPT, so that a
 * sender gets its bounces by the envelope's sender alone; that is what most of the world does.
 */
final class MailServer implements AutoCloseable {
  private static final int CONNECTIONS_LIMIT = 1_000;
  private static final int RECIPIENTS_LIMIT = 100;
  private static final int IDLE_SECONDS = 60;

  /** Takes what came over the wire. */
  interface Inbox {
    /** How the mail of this address is. */
    Condition condition(String recipient);

    /** Keeps a mail; returns the queue's id. */
    String accept(String sender, List<String> recipients, Bytes mail, boolean tls);
  }

  private final MailConfig config;
  private final Faults<Scripted<MailFault>> faults;
  private final Inbox inbox;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Identity identity;
  private final SMTPServer server;

  MailServer(MailConfig config, Faults<Scripted<MailFault>> faults, Inbox inbox) {
    this.config = config;
    this.faults = faults;
    this.inbox = inbox;
    this.identity = new Identity(config.host());
    server =
        SMTPServer.port(config.port())
            .bindAddress(InetAddress.getLoopbackAddress())
            .hostName(config.host())
            .softwareName("Throughline sandbox")
            .executorService(threads)
            .maxConnections(CONNECTIONS_LIMIT)
            .maxRecipients(RECIPIENTS_LIMIT)
            .maxMessageSize(MailConfig.SIZE_LIMIT)
            .connectionTimeout(IDLE_SECONDS, TimeUnit.SECONDS)
            .insertReceivedHeaders(true)
            .enableTLS(config.tls() != MailConfig.Tls.NONE)
            .requireTLS(config.tls() == MailConfig.Tls.REQUIRED)
            .startTlsSocketFactory(identity::secured)
            .requireAuth()
            .showAuthCapabilitiesBeforeSTARTTLS(config.tls() != MailConfig.Tls.REQUIRED)
            .authenticationHandlerFactory(
                new EasyAuthenticationHandlerFactory(
                    (user, password, context) -> authenticate(user, password)))
            .sessionHandler(new Door())
            .messageHandlerFactory(Envelope::new)
            .build();
  }

  void start() {
    server.start();
  }

  int port() {
    return server.getPortAllocated();
  }

  String certificate() {
    return identity.pem();
  }

  private Optional<Scripted<MailFault>> strike(String stage, String about) {
    return faults.strike(MailFault.SMTP + stage, () -> about);
  }

  private void authenticate(String user, String password) throws LoginFailedException {
    Optional<Scripted<MailFault>> fault = strike("auth", user);
    if (fault.isPresent() && fault.get().fault() == MailFault.SLOW) {
      pause(fault.get());
    }
    boolean rejected = fault.isPresent() && fault.get().fault() == MailFault.REJECT;
    if (rejected || !user.equals(config.user()) || !password.equals(config.password())) {
      throw new LoginFailedException("5.7.8 Authentication credentials invalid");
    }
  }

  private static void pause(Scripted<MailFault> rule) {
    try {
      Thread.sleep(MailFault.delay(rule));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Decides whether a connection is talked to at all. */
  private final class Door implements SessionHandler {
    @Override
    public SessionAcceptance accept(Session session) {
      Optional<Scripted<MailFault>> fault = strike("connect", "");
      if (fault.isPresent() && fault.get().fault() == MailFault.SLOW) {
        pause(fault.get());
      } else if (fault.isPresent()) {
        String answer =
            fault.get().detail().isEmpty() ? "421 4.3.2 Closed for now" : fault.get().detail();
        return SessionAcceptance.failure(code(answer), words(answer));
      }
      return SessionAcceptance.success();
    }

    @Override
    public void onSessionEnd(Session session) {
      // nothing is kept for a session
    }
  }

  private static int code(String answer) {
    return Integer.parseInt(answer.substring(0, 3));
  }

  private static String words(String answer) {
    return answer.length() > 4 ? answer.substring(4) : "";
  }

  /** One mail, from MAIL to the end of DATA. */
  private final class Envelope implements MessageHandler {
    private final MessageContext context;
    private final List<String> recipients = new ArrayList<>();
    private String sender = "";

    private Envelope(MessageContext context) {
      this.context = context;
    }

    @Override
    public void from(String from) throws RejectException {
      sender = from;
      stage("mail", from);
    }

    @Override
    public void recipient(String recipient) throws RejectException {
      stage("rcpt", recipient);
      switch (inbox.condition(recipient)) {
        case NOBODY, NO_APP ->
            throw new RejectException(550, "5.1.1 <" + recipient + ">: no such mailbox");
        case BLOCKED -> throw new RejectException(550, "5.7.1 The recipient blocks this sender");
        case UNREACHABLE ->
            throw new RejectException(451, "4.4.1 The recipient's server does not answer");
        case OK, AIRPLANE, BOUNCES, LATE_RECEIPT, OUT_OF_ORDER -> recipients.add(recipient);
      }
    }

    @Override
    public String data(InputStream data) throws RejectException, TooMuchDataException, IOException {
      byte[] bytes = data.readNBytes(MailConfig.SIZE_LIMIT + 1);
      if (bytes.length > MailConfig.SIZE_LIMIT) {
        throw new TooMuchDataException();
      }
      Bytes mail = Bytes.of(bytes);
      Optional<Scripted<MailFault>> fault = stage("data", sender + " " + recipients);
      boolean tls = context instanceof Session session && session.isTLSStarted();
      String id = inbox.accept(sender, List.copyOf(recipients), mail, tls);
      if (fault.isPresent() && fault.get().fault() == MailFault.DROP_AFTER) {
        drop();
      }
      return "2.0.0 Ok: queued as " + id;
    }

    @Override
    public void done() {
      recipients.clear();
    }

    /** What a rule does at this stage; a rule that only does so later is returned. */
    private Optional<Scripted<MailFault>> stage(String stage, String about) throws RejectException {
      Optional<Scripted<MailFault>> fault = strike(stage, about);
      if (fault.isEmpty()) {
        return fault;
      }
      switch (fault.get().fault()) {
        case SLOW -> pause(fault.get());
        case REJECT -> {
          String answer = MailFault.answer(fault.get());
          throw code(answer) == 421
              ? new DropConnectionException(421, words(answer))
              : new RejectException(code(answer), words(answer));
        }
        case DROP -> drop();
        default -> {
          // later, or nothing that concerns this stage
        }
      }
      return fault;
    }

    private void drop() throws RejectException {
      try {
        if (context instanceof Session session) {
          session.closeSocket();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      throw new DropConnectionException("dropped");
    }
  }

  @Override
  public void close() {
    server.stop();
    threads.shutdownNow();
  }
}

package dev.throughline.channel.email;

import dev.throughline.channel.email.EmailCredentials.Login;
import dev.throughline.channel.email.EmailCredentials.Smtp;
import dev.throughline.channel.email.EmailCredentials.Tls;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * One connection to a mail server. Angus Mail speaks the greeting, STARTTLS and AUTH; the commands
 * of a mail are given one by one, so that it is known at which of them something went wrong.
 */
final class SmtpConnection extends SMTPTransport {
  /** What DATA is answered with where the mail may come. */
  static final int ASKED = 354;

  private final BoundedSocket wire;
  private final Tls tls;
  private boolean greeted;
  private boolean encrypting;

  /** Where the mail goes once DATA was answered: doubles the dots that lines begin with. */
  private List<OutputStream> stuffed = List.of();

  private SmtpConnection(Session session, URLName url, BoundedSocket wire, Tls tls) {
    super(session, url);
    this.wire = wire;
    this.tls = tls;
  }

  /** What came of opening one. */
  sealed interface Opening {
    record Ready(SmtpConnection connection) implements Opening {}

    /** The server offers no TLS on a connection that must have it; nothing secret was said. */
    record NoTls() implements Opening {}

    /** No certificate for this host that we trust, or no common cipher. */
    record TlsFailed() implements Opening {}

    /** The server's answer to the greeting, or to who we said we are. */
    record Refused(SmtpReply reply, boolean login) implements Opening {}

    record Broken() implements Opening {}
  }

  /**
   * Greets, encrypts and logs in.
   *
   * @param socket connected; closed unless it is ready
   */
  static Opening open(Smtp account, Socket socket, SSLContext trust, String helo) {
    BoundedSocket wire = new BoundedSocket(socket);
    SmtpConnection connection =
        new SmtpConnection(
            Session.getInstance(properties(account, trust, helo)),
            new URLName(
                "smtp",
                account.host(),
                account.port(),
                "",
                // Whatever is no null is logged in with, wherever the server offers that.
                account.login().map(Login::username).orElse(null),
                account.login().map(Login::password).orElse(null)),
            wire,
            account.tls());
    boolean ready = false;
    try {
      Socket own = account.tls() == Tls.IMPLICIT ? connection.wrap(account, trust) : wire;
      connection.connect(own);
      ready = true;
      return new Opening.Ready(connection);
    } catch (AuthenticationFailedException e) {
      return new Opening.Refused(connection.last(), true);
    } catch (MessagingException | IOException e) {
      return connection.failed();
    } finally {
      if (!ready) {
        wire.abort();
      }
    }
  }

  private static Properties properties(Smtp account, SSLContext trust, String helo) {
    Properties properties = new Properties();
    boolean startTls = account.tls() == Tls.STARTTLS;
    properties.put("mail.smtp.starttls.enable", Boolean.toString(startTls));
    properties.put("mail.smtp.starttls.required", Boolean.toString(startTls));
    properties.put("mail.smtp.ssl.checkserveridentity", "true");
    properties.put("mail.smtp.ssl.socketFactory", trust.getSocketFactory());
    properties.put("mail.smtp.auth", Boolean.toString(account.login().isPresent()));
    properties.put("mail.smtp.auth.mechanisms", "PLAIN LOGIN");
    properties.put("mail.smtp.localhost", helo);
    properties.put("mail.smtp.quitwait", "false");
    return properties;
  }

  private Socket wrap(Smtp account, SSLContext trust) throws IOException {
    encrypting = true;
    SSLSocket socket =
        (SSLSocket)
            trust.getSocketFactory().createSocket(wire, account.host(), account.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    encrypting = false;
    return socket;
  }

  private Opening failed() {
    if (encrypting) {
      return new Opening.TlsFailed();
    }
    SmtpReply last = last();
    if (greeted && tls == Tls.STARTTLS && !supportsExtension("STARTTLS")) {
      return new Opening.NoTls();
    }
    return last.isTransient() || last.isPermanent()
        ? new Opening.Refused(last, false)
        : new Opening.Broken();
  }

  @Override
  protected boolean ehlo(String domain) throws MessagingException {
    boolean understood = super.ehlo(domain);
    greeted = true;
    return understood;
  }

  @Override
  protected void startTLS() throws MessagingException {
    encrypting = true;
    super.startTLS();
    encrypting = false;
  }

  /** Closes at once, from another thread too: what is being waited for ends. */
  void abort() {
    wire.abort();
  }

  /** Says goodbye and does not wait for the answer. */
  synchronized void quit() {
    try {
      wire.renew();
      close();
    } catch (MessagingException e) {
      // It is gone either way.
    } finally {
      wire.abort();
    }
  }

  boolean offers(String extension) {
    return supportsExtension(extension);
  }

  /** One command and its answer; {@link SmtpReply#NONE} if there was none. */
  synchronized SmtpReply say(String command) {
    try {
      wire.renew();
      simpleCommand(command);
      return last();
    } catch (MessagingException e) {
      return SmtpReply.NONE;
    }
  }

  /**
   * The mail itself, after DATA was answered. False if it could not be written: then the final dot
   * was not sent, and the server cannot have taken it.
   *
   * @param lines ends each line with CRLF
   */
  synchronized boolean write(byte[] lines) {
    try {
      OutputStream out = stuffed();
      out.write(lines);
      out.flush();
      return true;
    } catch (MessagingException | IOException e) {
      return false;
    }
  }

  /** The final dot, and its answer. */
  synchronized SmtpReply end() {
    try {
      wire.renew();
      finishData();
      return last();
    } catch (MessagingException e) {
      // Where the dot could not be written, the last answer is still the one to DATA.
      return last().code() == ASKED ? SmtpReply.NONE : last();
    } catch (IOException e) {
      return SmtpReply.NONE;
    }
  }

  /** Asks for leave to send the mail. */
  synchronized SmtpReply ask() {
    try {
      wire.renew();
      stuffed = List.of(data());
      return last();
    } catch (MessagingException e) {
      return last().isOk() ? SmtpReply.NONE : last();
    }
  }

  private OutputStream stuffed() throws MessagingException {
    if (stuffed.isEmpty()) {
      throw new MessagingException("DATA was not answered");
    }
    return stuffed.getFirst();
  }

  private SmtpReply last() {
    int code = getLastReturnCode();
    String text = getLastServerResponse();
    return code < 200 || code > 599 || text == null
        ? SmtpReply.NONE
        : new SmtpReply(code, text.strip());
  }
}

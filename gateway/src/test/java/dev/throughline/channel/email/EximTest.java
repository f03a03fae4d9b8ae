package dev.throughline.channel.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.throughline.FreePort;
import dev.throughline.Patience;
import dev.throughline.channel.Channel.Check;
import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.email.EmailCredentials.Login;
import dev.throughline.channel.email.EmailCredentials.Smtp;
import dev.throughline.channel.email.EmailCredentials.Tls;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.Content;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Receipt;
import dev.throughline.message.InboundEvent.Receipt.News;
import dev.throughline.message.InboundEvent.Receipt.Of;
import dev.throughline.message.Reason.Code;
import dev.throughline.message.Ulids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exim, a mail server that the world uses, takes our mails and our wishes for reports, what it
 * reports is of the mails that it names, and it tells whose login is good. {@code .ci/run} unpacks
 * it into {@code target/exim}; skipped where it is not there, or does not run.
 */
class EximTest {
  private static final Path EXIM =
      Path.of(System.getProperty("throughline.root", ".."), "target", "exim").toAbsolutePath();
  private static final Path LIBRARIES =
      EXIM.resolve(
          "usr/lib/"
              + (System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64")
              + "-linux-gnu");
  private static final Path BINARY = EXIM.resolve("usr/sbin/exim4");
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
  private static final String USER = ROOT ? "nobody" : System.getProperty("user.name");

  @TempDir Path folder;

  private final Ulids ulids = new Ulids(Instant::now, new SecureRandom());
  private final Http http = new Http(Http.Settings.of("test"));
  private final List<Process> servers = new ArrayList<>();
  private int port;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Files.isExecutable(BINARY), "Exim is not in " + EXIM);
    users();
    Path config = folder.resolve("exim.conf");
    port = FreePort.find();
    Files.writeString(config, config());
    for (String own : List.of("spool", "mail")) {
      open(Files.createDirectory(folder.resolve(own)));
    }
    open(folder);
    Process version = exim("-C", config.toString(), "-bV");
    assumeTrue(
        version.waitFor(2, TimeUnit.MINUTES) && version.exitValue() == 0, "Exim does not run");
    servers.add(exim("-C", config.toString(), "-bdf", "-q1m"));
    Patience.await()
        .ignoreExceptions()
        .until(() -> {
          new Socket(InetAddress.getByName("127.0.0.1"), port).close();
          return true;
        });
  }

  @AfterEach
  void stop() throws Exception {
    http.close();
    for (Process server : servers) {
      server.destroy();
      server.waitFor(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void takesOurMailsAndReportsOnThem() {
    String taken = tag();
    String gone = tag();

    assertThat(send("nobody@example.org", tag()))
        .isInstanceOfSatisfying(
            SendResult.Rejected.class,
            no ->
                assertThat(no.reason().code()).isEqualTo(Code.RECIPIENT_INVALID_CHANNEL_IDENTITY));
    assertThat(send("later@example.org", tag()))
        .isInstanceOfSatisfying(
            SendResult.Throttled.class,
            later -> assertThat(later.retryAfter()).contains(Duration.ofMinutes(5)));
    assertThat(send("taro@example.org", taken)).isInstanceOf(SendResult.Accepted.class);
    assertThat(send("gone@example.org", gone)).isInstanceOf(SendResult.Accepted.class);

    Patience.await().until(() -> receipts().size() == 2);
    Map<Of, News> news = receipts();
    assertThat(news).containsEntry(new Of.Tag(taken), new News.Reached(Assurance.CARRIER));
    assertThat(news.get(new Of.Tag(gone))).isInstanceOf(News.Failed.class);
    assertThat(mails()).anyMatch(mail -> mail.asUtf8().contains("Subject: Hello"));
  }

  @Test
  void saysWhomItLetsIn() {
    assertThat(check("secret")).isEqualTo(new Check.Good());

    assertThat(check("another"))
        .isInstanceOfSatisfying(
            Check.Refused.class,
            no -> assertThat(no.sentence()).contains("username or password (535"));
    assertThat(mails()).isEmpty();
  }

  /** What Exim reported, by the mail that it is about. */
  private Map<Of, News> receipts() {
    Map<Of, News> receipts = new HashMap<>();
    for (Bytes mail : mails()) {
      for (InboundEvent event : ((ParsedWebhook.Events) MailEvents.parse(mail)).events()) {
        if (event instanceof Receipt(var _, Of of, News news)) {
          receipts.put(of, news);
        }
      }
    }
    return receipts;
  }

  private List<Bytes> mails() {
    Path box = folder.resolve("mail/new");
    if (!Files.isDirectory(box)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(box)) {
      List<Bytes> mails = new ArrayList<>();
      for (Path file : files.toList()) {
        mails.add(Bytes.wrap(Files.readAllBytes(file)));
      }
      return mails;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String tag() {
    return new DeliveryTag(new MessageId(ulids.next()), ulids.next()).toString();
  }

  private Check check(String password) {
    try (SmtpPool pool = pool()) {
      return SmtpCheck.ask(
          pool, account(Optional.of(new Login("shop", password))), Duration.ofMinutes(1));
    }
  }

  private SmtpPool pool() {
    try {
      return new SmtpPool(http, TargetPolicy.SANDBOX, SSLContext.getDefault(), "gateway.test");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Smtp account(Optional<Login> login) {
    return new Smtp(
        new MailSender("shop@example.com", Optional.empty(), Optional.empty()),
        Optional.empty(),
        "127.0.0.1",
        port,
        Tls.NONE,
        login,
        Optional.of("bounces@example.com"),
        1);
  }

  private SendResult send(String recipient, String tag) {
    try (SmtpPool pool = pool()) {
      Rendered rendered =
          EmailRendering.render(
              new Composed(EmailGoldenTest.ID, new Content.Text("Hello"), Map.of()));
      return new SmtpSender(pool, Instant::now)
          .send(
              MailContent.of(((Rendered.Ready) rendered).body()),
              recipient,
              account(Optional.empty()),
              tag,
              Duration.ofSeconds(10));
    }
  }

  /** Debian's Exim wants a user that only its installation makes. */
  private void users() throws IOException {
    for (String file : List.of("passwd", "group")) {
      Path copy = folder.resolve(file);
      Files.copy(Path.of("/etc", file), copy, StandardCopyOption.REPLACE_EXISTING);
      Files.writeString(
          copy,
          file.equals("passwd")
              ? "Debian-exim:x:65534:65534::/nonexistent:/bin/false\n"
              : "Debian-exim:x:65534:\n",
          StandardOpenOption.APPEND);
    }
  }

  private Process exim(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(BINARY.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LD_PRELOAD", LIBRARIES.resolve("libnss_wrapper.so").toString());
    builder.environment().put("LD_LIBRARY_PATH", LIBRARIES.toString());
    builder.environment().put("NSS_WRAPPER_PASSWD", folder.resolve("passwd").toString());
    builder.environment().put("NSS_WRAPPER_GROUP", folder.resolve("group").toString());
    return builder.redirectOutput(folder.resolve("out").toFile()).start();
  }

  private static void open(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private String config() {
    return """
    exim_path = %1$s
    exim_user = %4$s
    deliver_drop_privilege = %5$s
    spool_directory = %2$s/spool
    log_file_path = %2$s/spool/%%slog
    pid_file_path = %2$s/spool/pid
    primary_hostname = mx.example.org
    local_interfaces = 127.0.0.1
    daemon_smtp_ports = %3$d
    tls_advertise_hosts =
    dsn_advertise_hosts = *
    keep_environment = LD_PRELOAD:LD_LIBRARY_PATH:NSS_WRAPPER_PASSWD:NSS_WRAPPER_GROUP
    acl_smtp_rcpt = recipient
    begin acl
    recipient:
      deny local_parts = nobody
           message = 5.1.1 no such user
      defer local_parts = later
           message = 4.7.1 come again
      accept
    begin authenticators
    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if and{{eq{$auth2}{shop}}{eq{$auth3}{secret}}}}
      server_set_id = $auth2
    begin routers
    gone:
      driver = accept
      local_parts = gone
      transport = refusing
    here:
      driver = accept
      transport = box
    begin transports
    box:
      driver = appendfile
      directory = %2$s/mail
      maildir_format
      user = %4$s
      mode = 0644
      directory_mode = 0755
    refusing:
      driver = pipe
      command = /bin/sh -c "exit 77"
      user = %4$s
    """
        .formatted(BINARY, folder, port, USER, ROOT ? "false" : "true");
  }
}

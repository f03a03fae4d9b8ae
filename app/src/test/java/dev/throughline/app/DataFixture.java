package dev.throughline.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A small data directory of an earlier version, packed: what {@link UpgradeTest} starts today's
 * gateway on. {@code docs/testing.md} says how a new one is made, and why it is the directory
 * itself and no dump.
 */
final class DataFixture {
  /** What the version that made it had in it, beside the directory. */
  static final String EXPECTED = "expected.json";

  static final String RECEIPT = "receipt.zip";
  static final String DATA = "data";

  private static final Path ROOT = Path.of(System.getProperty("throughline.root", ".."));
  private static final String PERSON = "A second person";
  private static final int NOBODY = 65_534;
  private static final Duration SIGNED_WITHIN = Duration.ofMinutes(1);

  private DataFixture() {}

  static Path file(String version) {
    return ROOT.resolve("app/src/test/fixtures/data-" + version + ".tar.xz");
  }

  /** {@code DataFixture VERSION}: runs the sandbox of this build and packs what it leaves. */
  public static void main(String[] arguments) throws Exception {
    Path home = Files.createTempDirectory("throughline-fixture-");
    make(home);
    pack(home, file(arguments[0]));
    System.out.println(file(arguments[0]) + " " + Files.size(file(arguments[0])) + " bytes");
    delete(home);
  }

  private static void make(Path home) throws Exception {
    Path data = home.resolve(DATA);
    ObjectNode expected = (ObjectNode) Api.json("{}");
    try (SandboxWorld world = open(data)) {
      Visitor visitor = new Visitor(world.file());
      visitor.webhook();
      ArrayNode messages = expected.putArray("messages");
      for (String text : List.of("こんにちは", "สวัสดี", "Your parcel is on its way 📦")) {
        messages.addObject().put("id", visitor.send(text)).put("text", text);
      }
      String other = visitor.person(PERSON);
      for (String text : List.of("はい、お願いします", "ありがとう")) {
        messages.addObject().put("id", visitor.hear(visitor.user(), text)).put("text", text);
      }
      messages.addObject().put("id", visitor.hear(other, "請問幾點營業？")).put("text", "請問幾點營業？");
      expected.put("unsent", visitor.unsent(other, "not this"));
      expected.put("broadcast", visitor.broadcast(List.of(visitor.user(), other)));
      String checkpoint = visitor.checkpoint();
      expected.put("origin", checkpoint.lines().findFirst().orElseThrow());
      expected.put("size", Long.parseLong(checkpoint.lines().skip(1).findFirst().orElseThrow()));
      Files.write(home.resolve(RECEIPT), visitor.receipt(messages.get(0).path("id").asString()));
    }
    Files.writeString(home.resolve(EXPECTED), expected.toPrettyString());
  }

  static SandboxWorld open(Path data) throws IOException, InterruptedException {
    return SandboxWorld.start(
        data,
        Settings.none(),
        Optional.of(0),
        Optional.of(0),
        Emulators.Options.DEFAULT,
        InstantSource.system());
  }

  /** Somebody with the API's key in one hand and all the phones in the other. */
  record Visitor(SandboxFile file) {
    String user() {
      return file.get("line_user_id");
    }

    Api api() {
      return new Api(
          file.get("api") + "/v1/projects/" + file.get("project_id"),
          Api.basic(file.get("key_id"), file.get("key_secret")));
    }

    Api phones() {
      return new Api(file.get("line"), "");
    }

    /** At a port where nobody listens: its calls wait. */
    void webhook() {
      ObjectNode webhook = (ObjectNode) Api.json("{}");
      webhook.put("app_id", file.get("app_id"));
      webhook.put("target", "http://127.0.0.1:49150/callbacks");
      webhook.put("target_type", "HTTP");
      webhook.put("secret", "a secret");
      webhook.putArray("triggers").add("MESSAGE_INBOUND").add("MESSAGE_DELIVERY");
      api().post("/webhooks", webhook.toString()).ok();
    }

    String person(String name) {
      ObjectNode person = (ObjectNode) Api.json("{}");
      person.put("displayName", name);
      person.put("friendship", "friend");
      JsonNode made = Api.json(phones().post("/_sandbox/users", person.toString()).text());
      return made.path("userId").asString();
    }

    /** The message's id, once the phone shows it. */
    String send(String text) {
      ObjectNode send = (ObjectNode) Api.json("{}");
      send.put("app_id", file.get("app_id"));
      send.putObject("recipient")
          .putObject("identified_by")
          .putArray("channel_identities")
          .addObject()
          .put("channel", "LINE")
          .put("identity", user());
      send.putObject("message").putObject("text_message").put("text", text);
      String id = api().post("/messages:send", send.toString()).ok().path("message_id").asString();
      World.eventually(() -> status(id, "QUEUED_ON_CHANNEL"));
      return id;
    }

    /** The id of a broadcast by LINE's multicast, once it is through. */
    String broadcast(List<String> users) {
      ObjectNode broadcast = (ObjectNode) Api.json("{}");
      ObjectNode send = broadcast.putObject("send").put("app_id", file.get("app_id"));
      send.putObject("message").putObject("text_message").put("text", "to both");
      ArrayNode recipients = broadcast.putObject("audience").putArray("recipients");
      for (String user : users) {
        recipients
            .addObject()
            .putObject("identified_by")
            .putArray("channel_identities")
            .addObject()
            .put("channel", "LINE")
            .put("identity", user);
      }
      String id = api().post("/broadcasts", broadcast.toString()).ok().path("id").asString();
      api().post("/broadcasts/" + id + ":start", "").ok();
      World.eventually(() -> {
        String state = broadcastOf(id).path("state").asString();
        if (!state.equals("COMPLETED")) {
          throw new AssertionError(id + " is " + state);
        }
      });
      return id;
    }

    JsonNode broadcastOf(String id) {
      return api().get("/broadcasts/" + id).ok();
    }

    private void status(String id, String wanted) {
      String status = message(id).path("message_status").path("status").asString();
      if (!status.equals(wanted)) {
        throw new AssertionError(id + " is " + status);
      }
    }

    JsonNode message(String id) {
      return api().get("/messages/" + id).ok();
    }

    /** The id of the message that the app got. */
    String hear(String user, String text) {
      say(user, text);
      return World.sooner(() -> idOf(text));
    }

    /** A message that its author took back. */
    String unsent(String user, String text) {
      String platformId = say(user, text);
      String id = World.sooner(() -> idOf(text));
      phones()
          .post("/_sandbox/users/" + user + "/unsend", "{\"messageId\":\"" + platformId + "\"}");
      World.eventually(() -> {
        if (message(id).toString().contains(text)) {
          throw new AssertionError("not taken back yet");
        }
      });
      return id;
    }

    private String say(String user, String text) {
      ObjectNode message = (ObjectNode) Api.json("{\"type\":\"text\"}");
      message.put("text", text);
      return Api.json(
              phones().post("/_sandbox/users/" + user + "/messages", message.toString()).text())
          .path("messageId")
          .asString();
    }

    private Optional<String> idOf(String text) {
      String path = "/messages?page_size=100&app_id=" + file.get("app_id");
      for (JsonNode message : api().get(path).ok().path("messages")) {
        if (message.path("contact_message").toString().contains(text)) {
          return Optional.of(message.path("id").asString());
        }
      }
      return Optional.empty();
    }

    String checkpoint() {
      return new Api(file.get("api"), "").get("/ledger/checkpoint").text();
    }

    /** Once it is signed; the bytes of a zip. */
    byte[] receipt(String message) throws IOException, InterruptedException {
      long deadline = System.nanoTime() + SIGNED_WITHIN.toNanos();
      while (true) {
        byte[] zip = api().bytes("/messages/" + message + "/receipt");
        if (zip.length > 2 && zip[0] == 'P' && zip[1] == 'K') {
          return zip;
        }
        if (System.nanoTime() > deadline) {
          throw new IOException("no receipt");
        }
        Thread.sleep(100);
      }
    }
  }

  private static void pack(Path home, Path archive) throws IOException {
    Files.createDirectories(archive.toAbsolutePath().getParent());
    try (OutputStream file = Files.newOutputStream(archive);
        XZOutputStream packed = new XZOutputStream(file, new LZMA2Options(9));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(packed, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      try (Stream<Path> files = Files.walk(home)) {
        for (Path each : files.filter(f -> isKept(home, f)).sorted().toList()) {
          add(home, each, tar);
        }
      }
    }
  }

  /** Without the server's programs, which every build brings, and without spent or spare WAL. */
  private static boolean isKept(Path home, Path file) {
    String name = home.relativize(file).toString();
    if (name.isEmpty() || name.startsWith("data/postgres/binaries")) {
      return false;
    }
    boolean segment = name.matches("data/postgres/cluster/pg_wal/[0-9A-F]{24}");
    try {
      return !segment || isCurrent(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The newest segment written to holds the checkpoint of the clean stop; later ones are spares.
   */
  private static boolean isCurrent(Path segment) throws IOException {
    Path folder = segment.toAbsolutePath().getParent();
    try (Stream<Path> all = Files.list(folder)) {
      Optional<Path> newest =
          all.filter(f -> f.getFileName().toString().matches("[0-9A-F]{24}"))
              .filter(DataFixture::isWritten)
              .max(Comparator.comparing(Path::getFileName));
      return newest.isPresent() && newest.get().getFileName().equals(segment.getFileName());
    }
  }

  /** A spare segment carries an old page address, or zeros, where its own should stand. */
  private static boolean isWritten(Path segment) {
    byte[] head = new byte[16];
    try (InputStream in = Files.newInputStream(segment)) {
      if (in.read(head) < head.length) {
        return false;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long address = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong(8);
    String name = segment.getFileName().toString();
    long expected =
        (Long.parseLong(name.substring(8, 16), 16) << 32)
            | (Long.parseLong(name.substring(16), 16) << 24);
    return address == expected;
  }

  private static void add(Path home, Path file, TarArchiveOutputStream tar) throws IOException {
    String name = home.relativize(file).toString();
    boolean folder = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
    TarArchiveEntry entry = new TarArchiveEntry(folder ? name + "/" : name);
    entry.setMode(
        Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_EXECUTE)
            ? 0700
            : 0600);
    entry.setModTime(0);
    if (!folder) {
      entry.setSize(Files.size(file));
    }
    tar.putArchiveEntry(entry);
    if (!folder) {
      Files.copy(file, tar);
    }
    tar.closeArchiveEntry();
  }

  /** Unpacks into an empty folder; a cluster that root would own goes to somebody else. */
  static void unpack(String version, Path home) throws IOException {
    try (InputStream packed = Files.newInputStream(file(version));
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(packed))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = home.resolve(entry.getName()).normalize();
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else {
          Files.copy(tar, path);
        }
        Set<PosixFilePermission> mode =
            PosixFilePermissions.fromString(
                (entry.getMode() & 0100) == 0 ? "rw-------" : "rwx------");
        Files.setPosixFilePermissions(path, mode);
      }
    }
    Path cluster = home.resolve(DATA).resolve("postgres/cluster");
    if (Files.getAttribute(cluster, "unix:uid").equals(0)) {
      try (Stream<Path> files = Files.walk(cluster)) {
        for (Path file : files.toList()) {
          Files.setAttribute(file, "unix:uid", NOBODY);
          Files.setAttribute(file, "unix:gid", NOBODY);
        }
      }
      for (Path folder : List.of(home, home.resolve(DATA), home.resolve(DATA + "/postgres"))) {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
      }
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

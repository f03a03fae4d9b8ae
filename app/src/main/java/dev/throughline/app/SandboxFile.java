package dev.throughline.app;

import dev.throughline.sandbox.people.Person;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code sandbox.json}: all that a program needs to talk to the sandbox. Addresses are those of the
 * newest start that was ready; ids and secrets stay as the first start made them.
 */
final class SandboxFile {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String SMPP = "smpp";

  private final Path file;
  private final ObjectNode content;
  private volatile @Nullable String published;

  private SandboxFile(Path file, ObjectNode content) {
    this.file = file;
    this.content = content;
  }

  static SandboxFile in(Path data, SecureRandom random) throws IOException {
    Path file = data.resolve("sandbox.json");
    ObjectNode content = JSON.createObjectNode();
    if (Files.exists(file) && JSON.readTree(Files.readString(file)) instanceof ObjectNode earlier) {
      content = earlier;
    } else {
      content.put("line_channel_secret", hex(random, 16));
      content.put("line_channel_access_token", hex(random, 64));
      content.put("line_bot_user_id", "U" + hex(random, 16));
      content.put("line_user_id", "U" + hex(random, 16));
    }
    addMissing(content, random);
    return new SandboxFile(file, content);
  }

  /** What later versions came to need; a file of an earlier one gets it as well. */
  private static void addMissing(ObjectNode content, SecureRandom random) {
    Map<String, String> wanted = new LinkedHashMap<>();
    wanted.put("whatsapp_account_id", "1022" + digits(random, 11));
    wanted.put("whatsapp_phone_number_id", "1065" + digits(random, 11));
    wanted.put("whatsapp_number", "+815000000001");
    wanted.put("whatsapp_access_token", "EAAG" + hex(random, 40));
    wanted.put("whatsapp_app_secret", hex(random, 16));
    wanted.put("whatsapp_verify_token", hex(random, 16));
    wanted.put("aws_access_key_id", "AKIASANDBOX" + digits(random, 9));
    wanted.put("aws_secret_access_key", hex(random, 20));
    wanted.put("smtp_host", "localhost");
    wanted.put("smtp_user", "sandbox");
    wanted.put("smtp_password", hex(random, 16));
    wanted.put("email_webhook_secret", hex(random, 16));
    wanted.forEach((name, value) -> {
      if (!content.has(name)) {
        content.put(name, value);
      }
    });
    if (!content.path(SMPP).isObject()) {
      content
          .putObject(SMPP)
          .put("host", "127.0.0.1")
          .put("system_id", "sandbox")
          .put("password", hex(random, 4)) // as much as SMPP 3.4 has room for
          .put("number", "+815000000002");
    }
  }

  private static String digits(SecureRandom random, int count) {
    StringBuilder digits = new StringBuilder();
    while (digits.length() < count) {
      digits.append(random.nextInt(10));
    }
    return digits.toString();
  }

  /** Those that an earlier start listed. */
  List<Person> people() {
    return content.path("people").valueStream().flatMap(one -> Person.of(one).stream()).toList();
  }

  synchronized void people(List<Person> everybody) {
    content.set("people", Emulators.json(everybody));
  }

  /** Somebody was added while the sandbox runs. */
  synchronized void peopleChanged(List<Person> everybody) {
    people(everybody);
    if (published != null) {
      try {
        publish();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  String get(String name) {
    return find(name).orElseThrow(() -> new IllegalStateException(file + " lacks " + name));
  }

  synchronized Optional<String> find(String name) {
    JsonNode value = content.path(name);
    return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
  }

  synchronized void put(String name, String value) {
    content.put(name, value);
  }

  /**
   * The SMSC: {@code host}, {@code port}, {@code system_id} and {@code password} of its customer,
   * and the customer's {@code number}. No port before the first start.
   */
  synchronized ObjectNode smpp() {
    return (ObjectNode) content.path(SMPP).deepCopy();
  }

  synchronized void smppPort(int port) {
    ((ObjectNode) content.path(SMPP)).put("port", port);
  }

  /** What programs may rely on; empty until this start is ready. */
  Optional<String> published() {
    return Optional.ofNullable(published);
  }

  /** Writes it whole, and lets programs have it. */
  synchronized void publish() throws IOException {
    write();
    published = json();
  }

  /** It holds secrets, of a sandbox only: readable by its owner alone all the same. */
  synchronized void write() throws IOException {
    Path fresh = file.resolveSibling("sandbox.json.new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, json());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private String json() {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n";
  }

  private static String hex(SecureRandom random, int bytes) {
    byte[] value = new byte[bytes];
    random.nextBytes(value);
    return HexFormat.of().formatHex(value);
  }
}

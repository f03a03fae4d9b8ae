package dev.throughline.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
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
    return new SandboxFile(file, content);
  }

  String get(String name) {
    return find(name).orElseThrow(() -> new IllegalStateException(file + " lacks " + name));
  }

  Optional<String> find(String name) {
    JsonNode value = content.path(name);
    return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
  }

  void put(String name, String value) {
    content.put(name, value);
  }

  /** What programs may rely on; empty until this start is ready. */
  Optional<String> published() {
    return Optional.ofNullable(published);
  }

  /** Writes it whole, and lets programs have it. */
  void publish() throws IOException {
    write();
    published = json();
  }

  /** It holds secrets, of a sandbox only: readable by its owner alone all the same. */
  void write() throws IOException {
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

package dev.throughline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** This node's own id, kept in its data directory: a node that starts again knows its lease. */
final class NodeId {
  private NodeId() {}

  static UUID of(Path data) throws IOException {
    Path file = data.resolve("node");
    if (!Files.exists(file)) {
      Path fresh = Files.createTempFile(data, "node", ".new");
      Files.writeString(fresh, UUID.randomUUID() + "\n");
      Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
    return UUID.fromString(Files.readString(file).strip());
  }
}

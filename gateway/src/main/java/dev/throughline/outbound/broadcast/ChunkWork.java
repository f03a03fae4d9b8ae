package dev.throughline.outbound.broadcast;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ulids;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a task of a broadcast does: one chunk. Each of {@code slots} goes on with the chunk that
 * many further on, so that nobody has to count.
 *
 * @param step written as a UUID it is the retry key of every request for this chunk
 * @param repeats the attempt whose request may have been taken, and is to be made again as it was
 */
record ChunkWork(
    Ulid broadcast, int chunk, int slots, int stage, Ulid step, Optional<Ulid> repeats) {
  String retryKey() {
    return step.toUuid().toString();
  }

  ChunkWork repeating(Ulid attempt) {
    return new ChunkWork(broadcast, chunk, slots, stage, step, Optional.of(attempt));
  }

  Bytes toBytes() {
    ObjectNode json = Json.object();
    json.put("broadcast", broadcast.toString());
    json.put("chunk", chunk);
    json.put("slots", slots);
    json.put("stage", stage);
    json.put("step", step.toString());
    repeats.ifPresent(attempt -> json.put("repeats", attempt.toString()));
    return Json.bytes(json);
  }

  static ChunkWork of(Bytes bytes) {
    ObjectNode json = Json.object(bytes);
    return new ChunkWork(
        Json.string(json, "broadcast").flatMap(Ulids::parse).orElseThrow(),
        json.path("chunk").asInt(),
        json.path("slots").asInt(),
        json.path("stage").asInt(),
        Json.string(json, "step").flatMap(Ulids::parse).orElseThrow(),
        Json.string(json, "repeats").flatMap(Ulids::parse));
  }
}

package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Blobs;
import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Multipart;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Files by their ids: 30 days, and addresses that are good for five minutes. */
final class Media {
  private static final Duration LIFE = Duration.ofDays(30);
  private static final Duration ADDRESS_LIFE = Duration.ofMinutes(5);
  private static final int FILES_LIMIT = 10_000;
  private static final int ADDRESSES_LIMIT = 10_000;
  private static final long BYTES_LIMIT = 256L << 20;
  private static final int MEGABYTE = 1 << 20;

  /** What Meta takes, and how much of it. */
  private static final Map<String, Integer> LIMITS =
      Map.ofEntries(
          Map.entry("image/jpeg", 5 * MEGABYTE),
          Map.entry("image/png", 5 * MEGABYTE),
          Map.entry("image/webp", MEGABYTE / 2),
          Map.entry("video/mp4", 16 * MEGABYTE),
          Map.entry("video/3gpp", 16 * MEGABYTE),
          Map.entry("audio/aac", 16 * MEGABYTE),
          Map.entry("audio/amr", 16 * MEGABYTE),
          Map.entry("audio/mpeg", 16 * MEGABYTE),
          Map.entry("audio/mp4", 16 * MEGABYTE),
          Map.entry("audio/ogg", 16 * MEGABYTE),
          Map.entry("text/plain", 100 * MEGABYTE),
          Map.entry("application/pdf", 100 * MEGABYTE),
          Map.entry("application/msword", 100 * MEGABYTE),
          Map.entry("application/vnd.ms-excel", 100 * MEGABYTE),
          Map.entry("application/vnd.ms-powerpoint", 100 * MEGABYTE),
          Map.entry(
              "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
              100 * MEGABYTE),
          Map.entry(
              "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 100 * MEGABYTE),
          Map.entry(
              "application/vnd.openxmlformats-officedocument.presentationml.presentation",
              100 * MEGABYTE));

  record File(String id, String type, String sha256, int size, Instant until) {}

  private record Address(String fileId, Instant until) {}

  private final Ids ids;
  private final InstantSource clock;
  private final Blobs blobs = new Blobs(Optional.empty(), BYTES_LIMIT);
  private final LinkedHashMap<String, File> files = new LinkedHashMap<>();
  private final LinkedHashMap<String, Address> addresses = new LinkedHashMap<>();

  Media(Ids ids, InstantSource clock) {
    this.ids = ids;
    this.clock = clock;
  }

  GraphAnswer upload(String contentType, Bytes body) {
    Optional<List<Multipart.Part>> parts = Multipart.parts(contentType, body);
    if (parts.isEmpty()) {
      return GraphAnswer.refused(GraphError.missing("file"));
    }
    Optional<Multipart.Part> file = part(parts.get(), "file");
    String product =
        part(parts.get(), "messaging_product").map(one -> one.body().text()).orElse("");
    if (!product.equals("whatsapp")) {
      return GraphAnswer.refused(GraphError.missing("messaging_product"));
    }
    if (file.isEmpty()) {
      return GraphAnswer.refused(GraphError.missing("file"));
    }
    String type =
        bare(
            part(parts.get(), "type")
                .map(one -> one.body().text())
                .filter(text -> !text.isEmpty())
                .orElse(file.get().type()));
    Integer limit = LIMITS.get(type);
    if (limit == null) {
      return GraphAnswer.refused(
          GraphError.parameter(
              "Param file must be a file with one of the following types: "
                  + String.join(", ", LIMITS.keySet().stream().sorted().toList())
                  + ". Received file of type '"
                  + type
                  + "'."));
    }
    if (file.get().body().length() == 0 || file.get().body().length() > limit) {
      return GraphAnswer.refused(
          GraphError.of(131053, "A file of " + type + " has 1 to " + limit + " bytes."));
    }
    return GraphAnswer.ok(Json.object().put("id", keep(type, file.get().body()).id()));
  }

  private static Optional<Multipart.Part> part(List<Multipart.Part> parts, String name) {
    return parts.stream().filter(part -> part.name().equals(name)).findFirst();
  }

  private static String bare(String type) {
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).trim().toLowerCase(Locale.ROOT);
  }

  synchronized File keep(String type, Bytes body) {
    while (files.size() >= FILES_LIMIT) {
      blobs.delete(files.pollFirstEntry().getKey());
    }
    File file =
        new File(ids.decimal(), type, sha256(body), body.length(), clock.instant().plus(LIFE));
    files.put(file.id(), file);
    blobs.put(file.id(), body);
    return file;
  }

  synchronized Optional<File> find(String id) {
    return Optional.ofNullable(files.get(id))
        .filter(file -> clock.instant().isBefore(file.until()));
  }

  /** {@code GET /{media-id}}: an address of five minutes. */
  synchronized Optional<ObjectNode> look(String id, URI base) {
    return find(id)
        .map(file -> {
          String token = ids.hex(32);
          addresses.put(token, new Address(id, clock.instant().plus(ADDRESS_LIFE)));
          if (addresses.size() > ADDRESSES_LIMIT) {
            addresses.pollFirstEntry();
          }
          return Json.object()
              .put("messaging_product", "whatsapp")
              .put("url", base + "/whatsapp_business/attachments/?mid=" + id + "&hash=" + token)
              .put("mime_type", file.type())
              .put("sha256", file.sha256())
              .put("file_size", file.size())
              .put("id", id);
        });
  }

  /** What an address leads to, while it is good. */
  synchronized Optional<GraphAnswer.Media> download(String token) {
    return Optional.ofNullable(addresses.get(token))
        .filter(address -> clock.instant().isBefore(address.until))
        .flatMap(address -> content(address.fileId));
  }

  synchronized Optional<GraphAnswer.Media> content(String id) {
    return find(id)
        .flatMap(file -> blobs.get(id).map(bytes -> new GraphAnswer.Media(file.type(), bytes)));
  }

  synchronized boolean delete(String id) {
    blobs.delete(id);
    return files.remove(id) != null;
  }

  private static String sha256(Bytes body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body.copy()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

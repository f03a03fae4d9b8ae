package dev.throughline.api;

import dev.throughline.http.Request;
import dev.throughline.ledger.Kind;
import dev.throughline.log.Draft;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.vault.Vault;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The header {@code Idempotency-Key}, and the request that it stands for. */
final class IdempotencyKeys {
  private static final String HEADER = "Idempotency-Key";
  private static final int MAX_LENGTH = 255;

  private final Vault vault;

  IdempotencyKeys(Vault vault) {
    this.vault = vault;
  }

  /** The request's key, which must be one that can be kept. */
  static Optional<String> key(Request request) {
    Optional<String> key = request.header(HEADER);
    if (key.isPresent() && (key.get().isBlank() || key.get().length() > MAX_LENGTH)) {
      throw Refusal.invalid(
          "FIELD_INVALID", HEADER, HEADER + " must have 1 to " + MAX_LENGTH + " characters.");
    }
    return key;
  }

  /** Of a call that is told by its path and query. */
  Optional<Draft.Once> of(ProjectId project, Request request) {
    return key(request)
        .map(key ->
            once(
                project + "\n" + key,
                project + "\n" + request.rawPath() + "\n" + request.query("ordinal").orElse(""),
                request.body()));
  }

  /** Of a call that is told by its entry's kind; those of sends are as they always were. */
  Optional<Draft.Once> ofEntry(Kind kind, ProjectId project, Request request) {
    String call = (kind.equals(Kind.REQUEST) ? "" : kind + "\n") + project;
    return key(request).map(key -> once(call + "\n" + key, call, request.body()));
  }

  /**
   * Of one part of a call that makes several entries: what is told of one says nothing of another.
   *
   * @param about the request as far as it is about the part
   */
  Optional<Draft.Once> ofPart(String part, ProjectId project, Request request, Bytes about) {
    String call = part + "\n" + project;
    return key(request).map(key -> once(call + "\n" + key, call, about));
  }

  /** A key of one call says nothing of another. */
  private Draft.Once once(String key, String call, Bytes body) {
    return new Draft.Once(
        vault.hash("idempotency key", key),
        vault.hash("idempotent request", call + "\n" + digest(body)));
  }

  private static String digest(Bytes body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must exist in every JDK", e);
    }
  }
}

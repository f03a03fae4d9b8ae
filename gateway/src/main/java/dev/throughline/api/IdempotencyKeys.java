package dev.throughline.api;

import dev.throughline.http.Request;
import dev.throughline.log.Draft;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.vault.Vault;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The header {@code Idempotency-Key}, and the request that it stands for: path, query and body. */
final class IdempotencyKeys {
  private static final String HEADER = "Idempotency-Key";
  private static final int MAX_LENGTH = 255;

  private final Vault vault;

  IdempotencyKeys(Vault vault) {
    this.vault = vault;
  }

  Optional<Draft.Once> of(ProjectId project, Request request) {
    Optional<String> key = request.header(HEADER);
    if (key.isPresent() && (key.get().isBlank() || key.get().length() > MAX_LENGTH)) {
      throw Refusal.invalid(
          "FIELD_INVALID", HEADER, HEADER + " must have 1 to " + MAX_LENGTH + " characters.");
    }
    return key.map(value ->
        new Draft.Once(
            vault.hash("idempotency key", project + "\n" + value),
            vault.hash(
                "idempotent request",
                project
                    + "\n"
                    + request.rawPath()
                    + "\n"
                    + request.query("ordinal").orElse("")
                    + "\n"
                    + digest(request.body()))));
  }

  private static String digest(Bytes body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must exist in every JDK", e);
    }
  }
}

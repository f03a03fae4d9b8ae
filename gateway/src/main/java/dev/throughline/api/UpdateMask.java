package dev.throughline.api;

import dev.throughline.contract.Fields;
import dev.throughline.http.Request;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which fields a PATCH is about, in all the forms that SDKs send (contract, 0, trap 8): {@code
 * update_mask=a,b}, {@code update_mask.paths=a&update_mask.paths=b}, or none, which means what is
 * in the body. Names that this version does not know are let be.
 */
final class UpdateMask {
  private final Optional<Set<String>> names;

  private UpdateMask(Optional<Set<String>> names) {
    this.names = names;
  }

  /** For a request that makes something: all fields. */
  static UpdateMask all() {
    return new UpdateMask(Optional.of(Set.of("*")));
  }

  static UpdateMask of(Request request) {
    Set<String> names = new HashSet<>();
    Stream.concat(
            request.queryAll("update_mask").stream(),
            request.queryAll("update_mask.paths").stream())
        .flatMap(value -> Stream.of(value.split(",")))
        .map(UpdateMask::field)
        .filter(name -> !name.isEmpty())
        .forEach(names::add);
    return new UpdateMask(names.isEmpty() ? Optional.empty() : Optional.of(names));
  }

  /** Whether the field is to be written: as the body has it, or else its default. */
  boolean covers(String name, Fields body) {
    return names.map(set -> set.contains(name) || set.contains("*")).orElse(body.has(name));
  }

  /** Of {@code retention_policy.ttl_days} the first name, in the JSON's own spelling. */
  private static String field(String path) {
    String name = path.strip();
    int dot = name.indexOf('.');
    return (dot < 0 ? name : name.substring(0, dot))
        .replaceAll("([A-Z])", "_$1")
        .toLowerCase(Locale.ROOT);
  }
}

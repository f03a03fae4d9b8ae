package dev.throughline.channel.line.account;

import dev.throughline.message.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One call of an operation: what varies. Ids in it may name people, so it shows none of them. */
public record LineCall(
    Operation operation,
    Map<String, String> parameters,
    List<Parameter> query,
    Bytes body,
    String contentType,
    Optional<String> retryKey) {

  /** A query parameter. */
  public record Parameter(String name, String value) {}

  public LineCall {
    parameters = Map.copyOf(parameters);
    query = List.copyOf(query);
  }

  public static LineCall of(Operation operation) {
    return new LineCall(operation, Map.of(), List.of(), Bytes.EMPTY, "", Optional.empty());
  }

  public LineCall at(String parameter, String value) {
    Map<String, String> more = new LinkedHashMap<>(parameters);
    more.put(parameter, value);
    return new LineCall(operation, more, query, body, contentType, retryKey);
  }

  public LineCall with(String name, String value) {
    List<Parameter> more = new ArrayList<>(query);
    more.add(new Parameter(name, value));
    return new LineCall(operation, parameters, more, body, contentType, retryKey);
  }

  public LineCall json(Bytes json) {
    return body(json, "application/json");
  }

  public LineCall body(Bytes bytes, String type) {
    return new LineCall(operation, parameters, query, bytes, type, retryKey);
  }

  /** Under this key LINE does it once, whatever is repeated within a day. */
  public LineCall once(String key) {
    return new LineCall(operation, parameters, query, body, contentType, Optional.of(key));
  }

  @Override
  public String toString() {
    return "LineCall[" + operation + "]";
  }
}

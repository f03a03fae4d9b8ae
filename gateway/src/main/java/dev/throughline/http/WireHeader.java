package dev.throughline.http;

import io.helidon.common.GenericType;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.mapper.Value;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A response header whose name is written letter by letter as the handler gave it. Helidon writes
 * the names that it knows in its own spelling, so for those the writing is done here and everything
 * else is left to its own header.
 */
record WireHeader(Header inner, String writtenName) implements Header {
  static Header of(String name, List<String> values) {
    HeaderName known = HeaderNames.create(name);
    Header header = HeaderValues.create(known, values.toArray(String[]::new));
    return known.defaultCase().equals(name) ? header : new WireHeader(header, name);
  }

  @Override
  public void writeHttp1Header(BufferData buffer) {
    for (String value : inner.allValues()) {
      buffer.write((writtenName + ": " + value + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Override
  public String name() {
    return writtenName;
  }

  @Override
  public HeaderName headerName() {
    return inner.headerName();
  }

  @Override
  public List<String> allValues() {
    return inner.allValues();
  }

  @Override
  public int valueCount() {
    return inner.valueCount();
  }

  @Override
  public boolean sensitive() {
    return inner.sensitive();
  }

  @Override
  public boolean changing() {
    return inner.changing();
  }

  @Override
  public String get() {
    return inner.get();
  }

  @Override
  public <N> Value<N> as(Class<N> type) {
    return inner.as(type);
  }

  @Override
  public <N> Value<N> as(GenericType<N> type) {
    return inner.as(type);
  }

  @Override
  public <N> Value<N> as(Function<? super String, ? extends N> mapper) {
    return inner.as(mapper);
  }

  @Override
  public Optional<String> asOptional() {
    return inner.asOptional();
  }

  @Override
  public Value<Boolean> asBoolean() {
    return inner.asBoolean();
  }

  @Override
  public Value<String> asString() {
    return inner.asString();
  }

  @Override
  public Value<Integer> asInt() {
    return inner.asInt();
  }

  @Override
  public Value<Long> asLong() {
    return inner.asLong();
  }

  @Override
  public Value<Double> asDouble() {
    return inner.asDouble();
  }
}

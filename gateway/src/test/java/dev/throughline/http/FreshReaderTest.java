package dev.throughline.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.common.buffers.DataReader;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Reads as Helidon's own reader does, and keeps nothing of a request that is over. */
class FreshReaderTest {
  private final ArrayDeque<String> source = new ArrayDeque<>();
  private final FreshReader reader = new FreshReader(this::next);

  @Test
  void readsOnWhereTheRequestBeforeEnded() {
    source.addAll(List.of("one\r\n", "two\r\nthr", "ee\r\n"));
    assertThat(reader.readLine()).isEqualTo("one");
    reader.renew();
    assertThat(reader.available()).isZero();
    assertThat(reader.readLine()).isEqualTo("two");
    reader.renew();
    assertThat(reader.available()).as("what came with the request before stays").isEqualTo(3);
    assertThat(reader.readLine()).isEqualTo("three");
  }

  /** A method that a newer Helidon adds would read from the part of us that is never filled. */
  @Test
  void handsOnEveryMethod() {
    assertThat(
            Stream.of(DataReader.class.getMethods())
                .filter(method -> method.getDeclaringClass() == DataReader.class)
                .filter(method -> !Modifier.isStatic(method.getModifiers())))
        .isNotEmpty()
        .allMatch(FreshReaderTest::isOverridden);
  }

  private static boolean isOverridden(Method method) {
    return Stream.of(FreshReader.class.getDeclaredMethods())
        .anyMatch(ours ->
            ours.getName().equals(method.getName())
                && List.of(ours.getParameterTypes()).equals(List.of(method.getParameterTypes())));
  }

  private byte[] next() {
    return source.removeFirst().getBytes(StandardCharsets.US_ASCII);
  }
}

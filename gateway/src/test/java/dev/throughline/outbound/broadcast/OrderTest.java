package dev.throughline.outbound.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes to more than a million is spread, and nobody is asked to do so. */
class OrderTest {
  @ParameterizedTest
  @CsvSource({"2000, 1", "2001, 5", "10000, 5"})
  void aVeryLargeAudienceHasStagesOfItsOwnAccord(int chunks, int stages) {
    Order order = order("{}", List.of());
    assertThat(order.stages(chunks)).hasSize(stages);
    if (stages > 1) {
      assertThat(order.stages(chunks))
          .allMatch(stage -> stage.pause().equals(Optional.of(Duration.ofMinutes(10))));
      assertThat(order.end(0, chunks)).isBetween(chunks / 5, chunks / 5 + 1);
    }
    assertThat(order.end(stages - 1, chunks)).isEqualTo(chunks);
    assertThat(order("{}", List.of(new Order.Stage(100, Optional.empty()))).stages(chunks))
        .hasSize(1);
  }

  @Test
  void whatDiffersOrIsPlannedIsNotTheSameForAll() {
    assertThat(order("{\"message\":\"Hi\"}", List.of()).isSame()).isTrue();
    assertThat(order("{\"message\":\"Hi ${name}\"}", List.of()).isSame()).isFalse();
    assertThat(order("{\"delivery_plan\":{}}", List.of()).isSame()).isFalse();
  }

  private static Order order(String send, List<Order.Stage> stages) {
    return new Order("", Json.object(Bytes.utf8(send)), Json.object(), OptionalInt.empty(), stages);
  }
}

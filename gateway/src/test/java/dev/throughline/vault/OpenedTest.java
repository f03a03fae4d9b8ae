package dev.throughline.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OpenedTest {
  private final List<String> asked = new ArrayList<>();
  private final Set<String> closed = new HashSet<>();
  private final Opened<String, String> opened = new Opened<>(this::open);

  private Optional<String> open(String row) {
    asked.add(row);
    return Optional.of("what " + row + " says").filter(_ -> !closed.contains(row));
  }

  private List<String> opens(String... rows) {
    asked.clear();
    assertThat(opened.all(List.of(rows)))
        .containsExactlyElementsOf(
            List.of(rows).stream()
                .filter(row -> !closed.contains(row))
                .map(row -> "what " + row + " says")
                .toList());
    return List.copyOf(asked);
  }

  @Test
  void opensWhatIsNewAndNothingElse() {
    assertThat(opens("b", "a")).containsExactly("b", "a");
    assertThat(opens("a", "c", "b")).containsExactly("c");
    assertThat(opens("a", "c", "b")).isEmpty();
  }

  @Test
  void forgetsWhatIsGone() {
    opens("a", "b");
    assertThat(opens("b")).isEmpty();
    assertThat(opens("a", "b")).containsExactly("a");
  }

  @Test
  void asksAgainForWhatCannotBeOpened() {
    closed.add("a");
    assertThat(opens("a", "b")).containsExactly("a", "b");
    assertThat(opens("a", "b")).containsExactly("a");
    closed.clear();
    assertThat(opens("a", "b")).containsExactly("a");
  }
}

package dev.throughline.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class UuidArrayTest {
  @Test
  void theServerReadsWhatWasGiven() {
    UUID one = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
    UUID other = UUID.fromString("ffffffff-ffff-ffff-ffff-ffffffffffff");

    assertThat(read(List.of(one, other))).isEqualTo(one + "," + other);
    assertThat(read(Arrays.asList(null, one, null))).isEqualTo("-," + one + ",-");
    assertThat(read(List.of())).isEmpty();
  }

  private static String read(List<? extends @Nullable UUID> ids) {
    try (TestDatabase database = TestDatabase.create()) {
      return database
          .database()
          .read(c -> {
            Array array = UuidArray.of(c, ids);
            try (PreparedStatement s =
                c.prepareStatement("select array_to_string(?::uuid[]::text[], ',', '-')")) {
              s.setArray(1, array);
              try (ResultSet row = s.executeQuery()) {
                row.next();
                return row.getString(1);
              }
            }
          });
    }
  }
}

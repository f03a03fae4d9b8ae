package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing but this machine is ever aimed at, by whatever name it is called. */
class LoopbackTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://192.0.2.1:8080/hooks/line/x",
        "http://10.0.0.1:80/",
        "http://0.0.0.0:8080/",
        "http://[2001:db8::1]:8080/",
        "http://[::ffff:192.0.2.1]:8080/",
        "http://169.254.169.254:80/",
        "http://name.invalid:8080/",
        "https://127.0.0.1:8443/",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "http://127.0.0.1@192.0.2.1:80/"
      })
  void refuses(String target) {
    assertThat(Loopback.refusal(URI.create(target))).isPresent();
    assertThatThrownBy(() -> Loopback.address(URI.create(target)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:8080/x", "http://127.9.9.9:1/", "http://[::1]:8080/x"})
  void takes(String target) {
    assertThat(Loopback.refusal(URI.create(target))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://192.0.2.1:5432/throughline",
        "jdbc:postgresql:throughline",
        "jdbc:postgresql://127.0.0.1:5432,192.0.2.1:5432/throughline",
        "jdbc:mysql://127.0.0.1:3306/x",
        "nonsense"
      })
  void refusesDatabases(String jdbcUrl) {
    assertThat(Loopback.databaseRefusal(jdbcUrl)).isPresent();
    assertThatThrownBy(() -> new GatewayDatabase(jdbcUrl))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesADatabaseHere() {
    assertThat(Loopback.databaseRefusal("jdbc:postgresql://127.0.0.1:5432/t?user=u")).isEmpty();
  }

  @Test
  void theLoadClientLooksAgain() {
    InetSocketAddress elsewhere = new InetSocketAddress("192.0.2.1", 80);
    assertThatThrownBy(() -> new LoadClient(elsewhere, 1, InstantSource.system()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("loopback");
  }

  @Test
  void theCommandRefusesAndSaysWhy() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    int code =
        BenchCommand.run(
            List.of("ingest", "--webhook", "http://192.0.2.1:8080/hooks/line/x"),
            new PrintStream(printed, true, UTF_8));
    assertThat(code).isEqualTo(BenchCommand.REFUSED);
    assertThat(printed.toString(UTF_8)).contains("loopback only").contains("192.0.2.1");
  }
}

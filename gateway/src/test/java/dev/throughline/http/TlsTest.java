package dev.throughline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The public listener speaks TLS from the PEM files that ACME clients leave behind. */
class TlsTest {
  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @BeforeAll
  static void create() throws Exception {
    certificate = TestCertificate.create(folder, "localhost");
  }

  @Test
  void servesOverTls() throws Exception {
    Listener listener =
        Listener.named("tls")
            .tls(certificate.files())
            .route(
                Route.post("/hooks/{app}", r -> Response.of(200, "text/plain", r.body())).rawBody())
            .build();
    try (HttpServer server = HttpServer.start(List.of(listener), Duration.ofSeconds(2));
        RawSocket socket =
            new RawSocket(
                certificate
                    .clientContext()
                    .getSocketFactory()
                    .createSocket("localhost", server.port("tls")))) {
      socket.write("POST /hooks/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
      assertThat(socket.answer()).endsWith("\r\n\r\nhi");
      socket.write("POST /hooks/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nho");
      assertThat(socket.answer()).endsWith("\r\n\r\nho");
      try (RawSocket plain = new RawSocket(server.port("tls"))) {
        plain.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(plain.isClosedByPeer()).isTrue();
      }
    }
  }

  @Test
  void disconnectsClientsThatNeverShakeHands() throws Exception {
    Duration brief = Duration.ofMillis(500);
    Listener listener =
        Listener.named("tls")
            .tls(certificate.files())
            .limits(new ServerLimits(brief, brief, brief, brief, 8, 8, 1 << 20))
            .build();
    try (HttpServer server = HttpServer.start(List.of(listener), brief);
        RawSocket silent = new RawSocket(server.port("tls"));
        RawSocket half = new RawSocket(server.port("tls"))) {
      half.write(new byte[] {0x16, 0x03, 0x01, 0x02, 0x00});
      assertThat(silent.isClosedByPeer()).isTrue();
      assertThat(half.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void saysWhichFileIsOfNoUse() throws Exception {
    Path old = folder.resolve("old.pem");
    Files.writeString(old, "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n");
    assertThatThrownBy(() -> new TlsFiles(certificate.files().certificateChain(), old).load())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("openssl pkcs8");
    assertThatThrownBy(() -> new TlsFiles(old, certificate.files().privateKey()).load())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("old.pem");
  }
}

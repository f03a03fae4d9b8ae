package dev.throughline.sandbox.mail;

import dev.throughline.sandbox.emulator.Certificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** The server's certificate and its own authority's, made when somebody first wants them. */
final class Identity {
  private static final char[] NO_PASSWORD = new char[0];

  private record Made(SSLContext context, String pem) {}

  private final String host;
  private Optional<Made> made = Optional.empty();

  Identity(String host) {
    this.host = host;
  }

  /** The authority's certificate, for who wants to trust the server. */
  String pem() {
    return made().pem;
  }

  /** The same connection, encrypted, with this server's certificate. */
  SSLSocket secured(Socket socket) throws IOException {
    InetSocketAddress remote = (InetSocketAddress) socket.getRemoteSocketAddress();
    SSLSocket secured =
        (SSLSocket)
            made()
                .context
                .getSocketFactory()
                .createSocket(socket, remote.getHostString(), remote.getPort(), true);
    secured.setUseClientMode(false);
    return secured;
  }

  private synchronized Made made() {
    if (made.isEmpty()) {
      made = Optional.of(make());
    }
    return made.get();
  }

  private Made make() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair authority = generator.generateKeyPair();
      KeyPair own = generator.generateKeyPair();
      String name = "Throughline sandbox mail";
      byte[] root = Certificates.authority(name, authority, BigInteger.ONE);
      byte[] leaf = Certificates.host(host, own.getPublic(), BigInteger.TWO, name, authority);
      CertificateFactory reader = CertificateFactory.getInstance("X.509");
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, NO_PASSWORD);
      store.setKeyEntry(
          "mail",
          own.getPrivate(),
          NO_PASSWORD,
          new Certificate[] {
            reader.generateCertificate(new ByteArrayInputStream(leaf)),
            reader.generateCertificate(new ByteArrayInputStream(root))
          });
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return new Made(context, Certificates.pem(root));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every Java platform has EC, X.509 and TLS", e);
    }
  }
}

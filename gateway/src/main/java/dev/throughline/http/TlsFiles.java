package dev.throughline.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate chain and its unencrypted PKCS #8 key, both PEM, as ACME clients write them ({@code
 * fullchain.pem}, {@code privkey.pem}).
 */
public record TlsFiles(Path certificateChain, Path privateKey) {
  private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String KEY_END = "-----END PRIVATE KEY-----";

  /**
   * @throws IOException with a sentence that names the file and what to do
   */
  SSLContext load() throws IOException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("tls", key(), new char[0], chain());
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the certificate "
              + certificateChain
              + " and the key "
              + privateKey
              + " do not work together",
          e);
    }
  }

  private Certificate[] chain() throws IOException {
    try (var in = new ByteArrayInputStream(Files.readAllBytes(certificateChain))) {
      Certificate[] chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(in)
              .toArray(Certificate[]::new);
      if (chain.length == 0) {
        throw new IOException(certificateChain + " holds no certificate");
      }
      return chain;
    } catch (GeneralSecurityException e) {
      throw new IOException(certificateChain + " is not a PEM certificate chain", e);
    }
  }

  private PrivateKey key() throws IOException {
    String pem = Files.readString(privateKey, StandardCharsets.US_ASCII);
    int begin = pem.indexOf(KEY_BEGIN);
    int end = pem.indexOf(KEY_END);
    if (begin < 0 || end < begin) {
      throw new IOException(
          privateKey
              + " holds no unencrypted PKCS #8 key; convert it with: openssl pkcs8 -topk8 -nocrypt"
              + " -in <key> -out "
              + privateKey.getFileName());
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(pem.substring(begin + KEY_BEGIN.length(), end));
    } catch (IllegalArgumentException e) {
      throw new IOException(privateKey + " is not valid PEM", e);
    }
    for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        // of another kind; the next one is tried
      } catch (GeneralSecurityException e) {
        throw new IOException("this JDK cannot read " + algorithm + " keys", e);
      }
    }
    throw new IOException(privateKey + " is neither an EC, an RSA nor an EdDSA key");
  }
}

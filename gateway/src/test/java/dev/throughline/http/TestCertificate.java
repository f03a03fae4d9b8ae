package dev.throughline.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A self-signed certificate for one name. */
public record TestCertificate(TlsFiles files, Certificate certificate) {
  public static TestCertificate create(Path folder, String name) throws Exception {
    TestKeys keys =
        TestKeys.of(List.of("-keyalg", "EC", "-dname", "CN=" + name, "-ext", "SAN=dns:" + name));
    Certificate certificate = keys.certificate();
    Path chain = folder.resolve(name + "-fullchain.pem");
    Path privateKey = folder.resolve(name + "-privkey.pem");
    Files.writeString(chain, pem("CERTIFICATE", certificate.getEncoded()));
    Files.writeString(privateKey, pem("PRIVATE KEY", keys.key().getEncoded()));
    return new TestCertificate(new TlsFiles(chain, privateKey), certificate);
  }

  private static String pem(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  /** Shows this certificate. */
  public SSLContext serverContext() throws IOException {
    return files.load();
  }

  /** Trusts this certificate and no other. */
  public SSLContext clientContext() throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("test", certificate);
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }
}

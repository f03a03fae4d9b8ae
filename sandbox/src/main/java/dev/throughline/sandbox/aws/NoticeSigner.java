package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Certificates;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * SNS's key, its certificate, and the authority that vouches for it; made anew by each process. A
 * second certificate of the same key is from an authority that nobody knows.
 */
final class NoticeSigner {
  private static final String AUTHORITY = "Throughline sandbox, notifications";
  private static final String PATH = "/SimpleNotificationService-";
  private static final List<String> OF_NOTIFICATION =
      List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
  private static final List<String> OF_CONFIRMATION =
      List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

  private record Certificate(String pem, String path) {}

  /**
   * One a process, made when something is first signed: making an RSA key takes longer than all the
   * rest of a start.
   */
  private static final class Key {
    static final KeyPair PAIR =
        make("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
  }

  private static final class Authorities {
    static final KeyPair OWN = elliptic();
    static final KeyPair UNKNOWN = elliptic();

    private static KeyPair elliptic() {
      return make("EC", new ECGenParameterSpec("secp256r1"));
    }
  }

  private static KeyPair make(String algorithm, AlgorithmParameterSpec parameters) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(parameters);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot make keys for " + algorithm, e);
    }
  }

  private final String region;
  private Optional<Certificate> own = Optional.empty();
  private Optional<Certificate> foreign = Optional.empty();

  NoticeSigner(String region) {
    this.region = region;
  }

  private synchronized Certificate own() {
    if (own.isEmpty()) {
      own = Optional.of(issue(region, Authorities.OWN, AUTHORITY));
    }
    return own.get();
  }

  private synchronized Certificate foreign() {
    if (foreign.isEmpty()) {
      foreign = Optional.of(issue(region, Authorities.UNKNOWN, "Nobody in particular"));
    }
    return foreign.get();
  }

  private static Certificate issue(String region, KeyPair authority, String issuer) {
    byte[] der =
        Certificates.host(
            "sns." + region + ".amazonaws.com",
            Key.PAIR.getPublic(),
            BigInteger.TWO,
            issuer,
            authority);
    String path = PATH + Signatures.sha256(der).substring(0, 32) + ".pem";
    return new Certificate(Certificates.pem(der), path);
  }

  /** The authority's certificate, as PEM: what a verifier has to trust. */
  String authority() {
    return Certificates.pem(Certificates.authority(AUTHORITY, Authorities.OWN, BigInteger.ONE));
  }

  /** What is served at a path, if it is that of a certificate. */
  synchronized Optional<String> certificate(String path) {
    if (!path.startsWith(PATH)) {
      return Optional.empty();
    }
    // The foreign one is known to nobody before something is signed by it.
    return Stream.concat(Stream.of(own()), foreign.stream())
        .filter(certificate -> certificate.path.equals(path))
        .map(Certificate::pem)
        .findFirst();
  }

  /** Completes a notice: {@code SignatureVersion}, {@code Signature}, {@code SigningCertURL}. */
  void sign(ObjectNode notice, String version, String base, Optional<Fault> fault) {
    Certificate certificate =
        fault.equals(Optional.of(Fault.FOREIGN_CERTIFICATE)) ? foreign() : own();
    String text = toSign(notice);
    if (fault.equals(Optional.of(Fault.BAD_SIGNATURE))) {
      text = text + " ";
    }
    String algorithm = version.equals("2") ? "SHA256withRSA" : "SHA1withRSA";
    notice.put("SignatureVersion", version);
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(Key.PAIR.getPrivate());
      signer.update(text.getBytes(StandardCharsets.UTF_8));
      notice.put("Signature", Base64.getEncoder().encodeToString(signer.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key of the notices does not sign", e);
    }
    notice.put("SigningCertURL", base + certificate.path);
  }

  private static String toSign(ObjectNode notice) {
    boolean notification = notice.path("Type").stringValue("").equals("Notification");
    StringBuilder text = new StringBuilder();
    for (String name : notification ? OF_NOTIFICATION : OF_CONFIRMATION) {
      if (notice.has(name)) {
        text.append(name).append('\n').append(notice.path(name).stringValue("")).append('\n');
      }
    }
    return text.toString();
  }
}

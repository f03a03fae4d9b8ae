package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Certificates;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * SNS's key, its certificate, and the authority that vouches for it; made anew by each process. A
 * second key has a certificate from an authority that nobody knows.
 */
final class NoticeSigner {
  private static final int RSA_BITS = 2048;
  private static final String PATH = "/SimpleNotificationService-";
  private static final List<String> OF_NOTIFICATION =
      List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
  private static final List<String> OF_CONFIRMATION =
      List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

  private record Identity(PrivateKey key, String pem, String path) {}

  /**
   * An authority's keys and those that it vouches for. One set a process, made when something is
   * first signed: making RSA keys takes longer than all the rest of a start.
   */
  private record Keys(KeyPair root, KeyPair leaf) {
    static Keys fresh() {
      try {
        return new Keys(elliptic(), rsa());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this JDK cannot make RSA and EC keys", e);
      }
    }

    private static KeyPair elliptic() throws GeneralSecurityException {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    }

    private static KeyPair rsa() throws GeneralSecurityException {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(RSA_BITS);
      return generator.generateKeyPair();
    }
  }

  private static final class OwnKeys {
    private static final Keys KEYS = Keys.fresh();
  }

  private static final class ForeignKeys {
    private static final Keys KEYS = Keys.fresh();
  }

  private static final String AUTHORITY = "Throughline sandbox, notifications";

  private final String region;
  private Optional<Identity> own = Optional.empty();
  private Optional<Identity> foreign = Optional.empty();

  NoticeSigner(String region) {
    this.region = region;
  }

  private synchronized Identity own() {
    if (own.isEmpty()) {
      own = Optional.of(identity(region, OwnKeys.KEYS, AUTHORITY));
    }
    return own.get();
  }

  private synchronized Identity foreign() {
    if (foreign.isEmpty()) {
      foreign = Optional.of(identity(region, ForeignKeys.KEYS, "Nobody in particular"));
    }
    return foreign.get();
  }

  private static Identity identity(String region, Keys keys, String issuer) {
    byte[] der =
        Certificates.host(
            "sns." + region + ".amazonaws.com",
            keys.leaf.getPublic(),
            BigInteger.TWO,
            issuer,
            keys.root);
    String path = PATH + Signatures.sha256(der).substring(0, 32) + ".pem";
    return new Identity(keys.leaf.getPrivate(), Certificates.pem(der), path);
  }

  /** The authority's certificate, as PEM: what a verifier has to trust. */
  String authority() {
    return Certificates.pem(Certificates.authority(AUTHORITY, OwnKeys.KEYS.root, BigInteger.ONE));
  }

  /** What is served at a path, if it is that of a certificate. */
  synchronized Optional<String> certificate(String path) {
    if (!path.startsWith(PATH)) {
      return Optional.empty();
    }
    // The foreign one is known to nobody before something is signed by it.
    return Stream.concat(Stream.of(own()), foreign.stream())
        .filter(identity -> identity.path.equals(path))
        .map(Identity::pem)
        .findFirst();
  }

  /** Completes a notice: {@code SignatureVersion}, {@code Signature}, {@code SigningCertURL}. */
  void sign(ObjectNode notice, String version, String base, Optional<Fault> fault) {
    Identity identity = fault.equals(Optional.of(Fault.FOREIGN_CERTIFICATE)) ? foreign() : own();
    String text = toSign(notice);
    if (fault.equals(Optional.of(Fault.BAD_SIGNATURE))) {
      text = text + " ";
    }
    String algorithm = version.equals("2") ? "SHA256withRSA" : "SHA1withRSA";
    notice.put("SignatureVersion", version);
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(identity.key);
      signer.update(text.getBytes(StandardCharsets.UTF_8));
      notice.put("Signature", Base64.getEncoder().encodeToString(signer.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key of the notices does not sign", e);
    }
    notice.put("SigningCertURL", base + identity.path);
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

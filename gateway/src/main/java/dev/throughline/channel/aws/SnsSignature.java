package dev.throughline.channel.aws;

import dev.throughline.channel.Channel.Authenticity;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.message.Bytes;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a notification is SNS's, and of a topic that is the account's own. SNS signs what it
 * says, not the bytes that it says it in, so the body is read before it is verified.
 */
public final class SnsSignature {
  private static final Map<String, String> ALGORITHMS =
      Map.of("1", "SHA1withRSA", "2", "SHA256withRSA");

  private final SnsCertificates certificates;

  public SnsSignature(SnsCertificates certificates) {
    this.certificates = certificates;
  }

  /** May fetch a certificate, once a region and day; the topic is looked at before. */
  public Authenticity check(Bytes body, AwsCredentials account) {
    Optional<SnsEnvelope> envelope = SnsEnvelope.of(body);
    if (envelope.isEmpty()) {
      return new Authenticity.Refused(Cause.MALFORMED);
    }
    SnsEnvelope given = envelope.get();
    Optional<byte[]> signature = given.signature().flatMap(SnsSignature::decoded);
    Optional<String> algorithm = given.signatureVersion().map(ALGORITHMS::get);
    Optional<String> url = given.signingCertUrl();
    if (given.signature().isEmpty() || url.isEmpty()) {
      return new Authenticity.Refused(Cause.MISSING);
    }
    if (signature.isEmpty() || algorithm.isEmpty()) {
      return new Authenticity.Refused(Cause.MALFORMED);
    }
    if (!account.topics().contains(given.topic())) {
      return new Authenticity.Refused(Cause.WRONG);
    }
    return switch (certificates.at(url.get())) {
      case SnsCertificates.Found.Elsewhere _ -> new Authenticity.Refused(Cause.WRONG);
      case SnsCertificates.Found.None _ -> new Authenticity.Undecided();
      case SnsCertificates.Found.Certificate(List<X509Certificate> chain) ->
          certificates.isTrusted(chain)
                  && verifies(chain.getFirst(), algorithm.get(), given.signed(), signature.get())
              ? new Authenticity.Authentic(1)
              : new Authenticity.Refused(Cause.WRONG);
    };
  }

  private static boolean verifies(
      X509Certificate certificate, String algorithm, Bytes signed, byte[] signature) {
    try {
      Signature check = Signature.getInstance(algorithm);
      check.initVerify(certificate.getPublicKey());
      check.update(signed.array());
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Optional<byte[]> decoded(String text) {
    try {
      return Optional.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

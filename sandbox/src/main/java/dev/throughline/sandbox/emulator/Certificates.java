package dev.throughline.sandbox.emulator;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;

/**
 * X.509 certificates (RFC 5280) in DER, as few fields as a chain needs. The JDK reads certificates
 * and has no public way to write one.
 */
public final class Certificates {
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int KEY_ID_BYTES = 20;
  private static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";
  private static final String COMMON_NAME = "2.5.4.3";
  private static final String ALTERNATIVE_NAMES = "2.5.29.17";
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String SUBJECT_KEY = "2.5.29.14";
  private static final String AUTHORITY_KEY = "2.5.29.35";

  /** Long enough for any clock that a sandbox is given. */
  private static final String NOT_BEFORE = "200101000000Z";

  private static final String NOT_AFTER = "491231235959Z";

  private Certificates() {}

  /** A certificate authority's own. */
  public static byte[] authority(String name, KeyPair keys, BigInteger serial) {
    byte[] constraints =
        tagged(SEQUENCE, extension(BASIC_CONSTRAINTS, true, tagged(SEQUENCE, truth())));
    byte[] usage = tagged(SEQUENCE, extension(KEY_USAGE, true, new byte[] {3, 2, 1, 6}));
    return certificate(name, name, keys.getPublic(), serial, join(constraints, usage), keys);
  }

  /** One for a host, by the authority of that name and key. */
  public static byte[] host(
      String host, PublicKey key, BigInteger serial, String issuer, KeyPair issuerKeys) {
    byte[] names = tagged(SEQUENCE, tagged(0x82, host.getBytes(StandardCharsets.US_ASCII)));
    byte[] alternative = tagged(SEQUENCE, extension(ALTERNATIVE_NAMES, false, names));
    byte[] usage = tagged(SEQUENCE, extension(KEY_USAGE, true, new byte[] {3, 2, 7, (byte) 0x80}));
    return certificate(host, issuer, key, serial, join(alternative, usage), issuerKeys);
  }

  public static String pem(byte[] der) {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END CERTIFICATE-----\n";
  }

  private static byte[] certificate(
      String subject,
      String issuer,
      PublicKey key,
      BigInteger serial,
      byte[] extensions,
      KeyPair issuerKeys) {
    byte[] identifiers =
        join(
            tagged(SEQUENCE, extension(SUBJECT_KEY, false, tagged(4, keyId(key)))),
            tagged(
                SEQUENCE,
                extension(
                    AUTHORITY_KEY,
                    false,
                    tagged(SEQUENCE, tagged(0x80, keyId(issuerKeys.getPublic()))))));
    byte[] algorithm = tagged(SEQUENCE, identifier(ECDSA_SHA256));
    byte[] validity =
        tagged(SEQUENCE, join(tagged(0x17, ascii(NOT_BEFORE)), tagged(0x17, ascii(NOT_AFTER))));
    byte[] body =
        tagged(
            SEQUENCE,
            join(
                tagged(0xa0, tagged(2, new byte[] {2})),
                tagged(2, serial.toByteArray()),
                algorithm,
                name(issuer),
                validity,
                name(subject),
                key.getEncoded(),
                tagged(0xa3, tagged(SEQUENCE, join(extensions, identifiers)))));
    byte[] signature;
    try {
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(issuerKeys.getPrivate());
      signer.update(body);
      signature = signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the authority's key does not sign", e);
    }
    return tagged(SEQUENCE, join(body, algorithm, tagged(3, join(new byte[] {0}, signature))));
  }

  private static byte[] keyId(PublicKey key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return Arrays.copyOf(hash, KEY_ID_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] name(String commonName) {
    byte[] value = tagged(0x0c, commonName.getBytes(StandardCharsets.UTF_8));
    byte[] attribute = tagged(SEQUENCE, join(identifier(COMMON_NAME), value));
    return tagged(SEQUENCE, tagged(SET, attribute));
  }

  private static byte[] extension(String id, boolean critical, byte[] value) {
    byte[] octets = tagged(4, value);
    return critical ? join(identifier(id), truth(), octets) : join(identifier(id), octets);
  }

  private static byte[] truth() {
    return new byte[] {1, 1, (byte) 0xff};
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] identifier(String dotted) {
    String[] arcs = dotted.split("\\.");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      int arc = Integer.parseInt(arcs[i]);
      for (int shift = 28; shift > 0; shift -= 7) {
        if (arc >>> shift != 0) {
          out.write(arc >>> shift & 0x7f | 0x80);
        }
      }
      out.write(arc & 0x7f);
    }
    return tagged(6, out.toByteArray());
  }

  private static byte[] tagged(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else if (content.length < 0x100) {
      out.write(0x81);
      out.write(content.length);
    } else {
      out.write(0x82);
      out.write(content.length >>> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}

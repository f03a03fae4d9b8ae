package dev.throughline.ledger;

/**
 * HMAC-SHA256 of a part's bytes under 32 random bytes r of its own. With r and the bytes anybody
 * can check it; without r nobody can test a guess, so that destroying r erases the part while the
 * ledger stays whole.
 */
public final class Commitment {
  /**
   * HMAC pads a shorter key with zeros, so that k and k||00 would commit alike: r has this length
   * and no other.
   */
  public static final int R_BYTES = 32;

  private Commitment() {}

  public static Hash of(byte[] r, byte[] bytes) {
    return of(r, bytes, 0, bytes.length);
  }

  public static Hash of(byte[] r, byte[] bytes, int offset, int length) {
    if (r.length != R_BYTES) {
      throw new RefusedException("r has exactly 32 bytes, not " + r.length + ".");
    }
    return Sha256.hmac(r, bytes, offset, length);
  }
}

package dev.throughline.ledger;

/**
 * What happened, as a token. The set is open: a kind that this version has never heard of is kept,
 * shown and verified like any other. The constants are those that the gateway writes.
 */
public record Kind(String token) {
  public static final int MAX_LENGTH = 64;

  public static final Kind WEBHOOK = new Kind("webhook");
  public static final Kind REFUSED = new Kind("refused");
  public static final Kind REQUEST = new Kind("request");
  public static final Kind ATTEMPT = new Kind("attempt");
  public static final Kind OUTCOME = new Kind("outcome");
  public static final Kind DECISION = new Kind("decision");
  public static final Kind SWITCH = new Kind("switch");
  public static final Kind ACCESS = new Kind("access");
  public static final Kind CONFIGURATION = new Kind("configuration");
  public static final Kind KEY = new Kind("key");
  public static final Kind POLICY = new Kind("policy");
  public static final Kind HOLD = new Kind("hold");
  public static final Kind EXPORT = new Kind("export");
  public static final Kind ERASURE = new Kind("erasure");
  public static final Kind LEAD = new Kind("lead");
  public static final Kind GAP = new Kind("gap");
  public static final Kind SHARD = new Kind("shard");

  public Kind {
    if (token.isEmpty() || token.length() > MAX_LENGTH || !token.chars().allMatch(Kind::allowed)) {
      throw new RefusedException("A kind is 1 to 64 of the characters a-z, 0-9, '-', '_' and '.'.");
    }
  }

  private static boolean allowed(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  }

  @Override
  public String toString() {
    return token;
  }
}

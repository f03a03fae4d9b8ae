package dev.throughline.message;

/** By what way somebody's consent became known. */
public enum ConsentSource {
  /** The app registered it. */
  API,
  /** They wrote a word that stops or starts messages. */
  KEYWORD,
  /** They pressed a button of the opt-out page. */
  PAGE,
  /** Their mail program unsubscribed them (RFC 8058). */
  ONE_CLICK;

  /** The contract's word: by the app, or by the person. */
  public String origin() {
    return this == API ? "ORIGIN_API" : "ORIGIN_MO";
  }
}

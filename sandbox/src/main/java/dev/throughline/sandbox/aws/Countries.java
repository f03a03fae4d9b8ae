package dev.throughline.sandbox.aws;

import java.util.List;

/** The country of a number by its first digits, with what one part of a text costs there. */
final class Countries {
  private Countries() {}

  /**
   * @param prefix without the plus
   * @param mcc mobile country code of the operators
   * @param partPrice in USD; Japan's is the published one of 2026-05, the others are made up
   */
  record Country(String iso, String prefix, String mcc, double partPrice) {}

  private static final Country ELSEWHERE = new Country("ZZ", "", "001", 0.05);
  private static final List<Country> KNOWN =
      List.of(
          new Country("TW", "886", "466", 0.046),
          new Country("HK", "852", "454", 0.05),
          new Country("JP", "81", "440", 0.07451),
          new Country("TH", "66", "520", 0.016),
          new Country("CN", "86", "460", 0.04),
          new Country("KR", "82", "450", 0.03),
          new Country("IN", "91", "404", 0.04),
          new Country("SG", "65", "525", 0.045),
          new Country("ID", "62", "510", 0.4),
          new Country("MY", "60", "502", 0.12),
          new Country("VN", "84", "452", 0.12),
          new Country("PH", "63", "515", 0.17),
          new Country("AU", "61", "505", 0.04),
          new Country("GB", "44", "234", 0.04),
          new Country("DE", "49", "262", 0.1),
          new Country("FR", "33", "208", 0.07),
          new Country("US", "1", "310", 0.00581));

  static Country of(String number) {
    String digits = number.startsWith("+") ? number.substring(1) : number;
    return KNOWN.stream()
        .filter(country -> digits.startsWith(country.prefix))
        .findFirst()
        .orElse(ELSEWHERE);
  }
}

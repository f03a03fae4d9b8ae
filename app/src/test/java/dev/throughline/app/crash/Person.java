package dev.throughline.app.crash;

/**
 * Somebody with a LINE account.
 *
 * @param number by which texts name this person
 */
record Person(int number, String userId) {
  static Person of(int number) {
    return new Person(number, "U" + "%032x".formatted(0xC0FFEE0000L + number));
  }
}

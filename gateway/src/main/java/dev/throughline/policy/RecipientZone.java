package dev.throughline.policy;

import java.time.ZoneId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** A person's time zone, and where that is known from. */
public record RecipientZone(ZoneId zone, Source source) {
  /** Best first. */
  public enum Source {
    GIVEN("the contact's own"),
    PHONE_COUNTRY("by the country of a phone number"),
    LANGUAGE("by the contact's language"),
    APP_DEFAULT("the app's");

    private final String words;

    Source(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** E.164 country codes are at most so long. */
  private static final int MAX_CODE = 3;

  /**
   * Calling codes (ITU-T E.164) of countries in which all clocks show the same time, by the IANA
   * time zone database; those of several zones are left out.
   */
  private static final Map<String, String> BY_CODE =
      Map.ofEntries(
          Map.entry("20", "Africa/Cairo"),
          Map.entry("27", "Africa/Johannesburg"),
          Map.entry("30", "Europe/Athens"),
          Map.entry("31", "Europe/Amsterdam"),
          Map.entry("32", "Europe/Brussels"),
          Map.entry("33", "Europe/Paris"),
          Map.entry("36", "Europe/Budapest"),
          Map.entry("39", "Europe/Rome"),
          Map.entry("40", "Europe/Bucharest"),
          Map.entry("41", "Europe/Zurich"),
          Map.entry("43", "Europe/Vienna"),
          Map.entry("44", "Europe/London"),
          Map.entry("45", "Europe/Copenhagen"),
          Map.entry("46", "Europe/Stockholm"),
          Map.entry("47", "Europe/Oslo"),
          Map.entry("48", "Europe/Warsaw"),
          Map.entry("49", "Europe/Berlin"),
          Map.entry("60", "Asia/Kuala_Lumpur"),
          Map.entry("63", "Asia/Manila"),
          Map.entry("65", "Asia/Singapore"),
          Map.entry("66", "Asia/Bangkok"),
          Map.entry("81", "Asia/Tokyo"),
          Map.entry("82", "Asia/Seoul"),
          Map.entry("84", "Asia/Ho_Chi_Minh"),
          Map.entry("86", "Asia/Shanghai"),
          Map.entry("90", "Europe/Istanbul"),
          Map.entry("91", "Asia/Kolkata"),
          Map.entry("92", "Asia/Karachi"),
          Map.entry("94", "Asia/Colombo"),
          Map.entry("95", "Asia/Yangon"),
          Map.entry("353", "Europe/Dublin"),
          Map.entry("358", "Europe/Helsinki"),
          Map.entry("359", "Europe/Sofia"),
          Map.entry("420", "Europe/Prague"),
          Map.entry("852", "Asia/Hong_Kong"),
          Map.entry("853", "Asia/Macau"),
          Map.entry("855", "Asia/Phnom_Penh"),
          Map.entry("856", "Asia/Vientiane"),
          Map.entry("880", "Asia/Dhaka"),
          Map.entry("886", "Asia/Taipei"),
          Map.entry("966", "Asia/Riyadh"),
          Map.entry("971", "Asia/Dubai"),
          Map.entry("972", "Asia/Jerusalem"),
          Map.entry("973", "Asia/Bahrain"),
          Map.entry("974", "Asia/Qatar"),
          Map.entry("977", "Asia/Kathmandu"));

  /** Languages of the contract that are hardly spoken but in one zone. */
  private static final Map<String, String> BY_LANGUAGE =
      Map.ofEntries(
          Map.entry("JA", "Asia/Tokyo"),
          Map.entry("KO", "Asia/Seoul"),
          Map.entry("TH", "Asia/Bangkok"),
          Map.entry("VI", "Asia/Ho_Chi_Minh"),
          Map.entry("LO", "Asia/Vientiane"),
          Map.entry("FIL", "Asia/Manila"),
          Map.entry("ZH_CN", "Asia/Shanghai"),
          Map.entry("ZH_TW", "Asia/Taipei"),
          Map.entry("ZH_HK", "Asia/Hong_Kong"),
          Map.entry("EN_GB", "Europe/London"));

  /**
   * @param given the contact's own zone; empty if nobody said
   * @param numbers phone numbers of theirs, digits only, the one to be sent to first
   * @param language as the contract names it
   */
  public static RecipientZone of(
      String given, Collection<String> numbers, String language, ZoneId appDefault) {
    Optional<ZoneId> own = QuietHoursForm.zone(given);
    if (own.isPresent()) {
      return new RecipientZone(own.get(), Source.GIVEN);
    }
    Optional<String> country =
        numbers.stream().flatMap(number -> ofNumber(number).stream()).findFirst();
    if (country.isPresent()) {
      return new RecipientZone(ZoneId.of(country.get()), Source.PHONE_COUNTRY);
    }
    String spoken = BY_LANGUAGE.get(language);
    return spoken == null
        ? new RecipientZone(appDefault, Source.APP_DEFAULT)
        : new RecipientZone(ZoneId.of(spoken), Source.LANGUAGE);
  }

  /** No code is the beginning of another. */
  private static Optional<String> ofNumber(String number) {
    for (int length = 1; length <= Math.min(MAX_CODE, number.length()); length++) {
      String zone = BY_CODE.get(number.substring(0, length));
      if (zone != null) {
        return Optional.of(zone);
      }
    }
    return Optional.empty();
  }
}

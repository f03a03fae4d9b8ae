package dev.throughline.contract;

import java.util.Set;

/** The contract's languages of contacts (2.3). */
public final class Languages {
  public static final String UNSPECIFIED = "UNSPECIFIED";

  private static final Set<String> ALL =
      Set.of(
          ("AF SQ AR AZ BN BG CA ZH ZH_CN ZH_HK ZH_TW HR CS DA NL EN EN_GB EN_US ET FIL FI FR DE EL"
                  + " GU HA HE HI HU ID GA IT JA KN KK KO LO LV LT MK MS ML MR NB FA PL PT PT_BR"
                  + " PT_PT PA RO RU SR SK SL ES ES_AR ES_ES ES_MX SW SV TA TE TH TR UK UR UZ VI ZU")
              .split(" "));

  private Languages() {}

  public static boolean isKnown(String language) {
    return language.equals(UNSPECIFIED) || ALL.contains(language);
  }
}

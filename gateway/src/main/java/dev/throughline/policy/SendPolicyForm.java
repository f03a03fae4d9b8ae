package dev.throughline.policy;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Identities;
import dev.throughline.message.ChannelName;
import dev.throughline.message.ConsentList;
import dev.throughline.message.MessageClass;
import dev.throughline.policy.ConsentPolicy.Need;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An app's policy as its settings have it, in {@code throughline}: {@code default_class}, {@code
 * consent_policy}, {@code quiet_hours}, {@code opt_out_words}.
 */
public final class SendPolicyForm {
  private static final String CLASS = "default_class";
  private static final String CONSENT = "consent_policy";
  private static final String QUIET = "quiet_hours";
  private static final String WORDS = "opt_out_words";
  private static final String CHANNELS = "channels";
  private static final int MAX_WORDS = 50;
  private static final Set<String> CLASSES = Set.of("MARKETING", "NOTIFICATION", "CONVERSATION");
  private static final Set<String> SETTINGS =
      Set.of("MARKETING", "NOTIFICATION", "CONVERSATION", CHANNELS);

  private SendPolicyForm() {}

  /** Takes over what the request says; what it does not name stays, null is as if never said. */
  public static void merge(ObjectNode ours, Fields given) {
    read(given);
    for (String name : new String[] {CLASS, CONSENT, QUIET, WORDS}) {
      if (given.has(name)) {
        ours.set(name, given.json().get(name));
      } else if (given.json().has(name)) {
        ours.remove(name);
      }
    }
  }

  /** What was merged once. */
  public static SendPolicy of(JsonNode ours) {
    return ours instanceof ObjectNode object ? read(Fields.of(object)) : SendPolicy.CONTRACT;
  }

  private static SendPolicy read(Fields fields) {
    return new SendPolicy(
        fields
            .oneOf(CLASS, CLASSES)
            .map(MessageClass::valueOf)
            .orElse(SendPolicy.CONTRACT.unsaid()),
        fields.object(CONSENT).map(SendPolicyForm::consent).orElse(ConsentPolicy.CONTRACT),
        fields
            .object(QUIET)
            .filter(hours -> !hours.json().isEmpty())
            .map(QuietHoursForm::read)
            .orElse(QuietHours.NONE),
        fields.object(WORDS).map(SendPolicyForm::words).orElse(OptWords.KNOWN),
        fields
            .object(WORDS)
            .flatMap(words ->
                words.oneOf(
                    "list", Set.of("OPT_OUT_ALL", "OPT_OUT_MARKETING", "OPT_OUT_NOTIFICATION")))
            .flatMap(ConsentList::of)
            .orElse(SendPolicy.CONTRACT.stopped()));
  }

  private static ConsentPolicy consent(Fields policy) {
    Map<ChannelName, Map<MessageClass, Need>> own = new HashMap<>();
    policy
        .object(CHANNELS)
        .ifPresent(channels ->
            channels
                .json()
                .propertyNames()
                .forEach(name ->
                    own.put(
                        Identities.channel(channels.path(name), name),
                        needs(channels.requiredObject(name), CLASSES))));
    return new ConsentPolicy(needs(policy, SETTINGS), own);
  }

  private static Map<MessageClass, Need> needs(Fields policy, Set<String> known) {
    Map<MessageClass, Need> needs = new EnumMap<>(MessageClass.class);
    for (MessageClass sent : MessageClass.values()) {
      policy
          .oneOf(sent.name(), Set.of("opt_in", "opt_out"))
          .ifPresent(need -> needs.put(sent, Need.valueOf(need.toUpperCase(Locale.ROOT))));
    }
    for (String name : policy.json().propertyNames()) {
      if (!known.contains(name)) {
        throw policy.wrong(name, "is no class of messages: MARKETING, NOTIFICATION, CONVERSATION.");
      }
    }
    return needs;
  }

  private static OptWords words(Fields words) {
    return new OptWords(
        words.bool("enabled").orElse(true), words(words, "stop"), words(words, "start"));
  }

  private static Set<String> words(Fields fields, String name) {
    Set<String> words = new HashSet<>();
    for (String word : fields.strings(name, MAX_WORDS)) {
      String normal = OptWords.normal(word);
      if (normal.isEmpty() || normal.length() > OptWords.MAX_LENGTH) {
        throw fields.wrong(name, "must hold words of 1 to " + OptWords.MAX_LENGTH + " characters.");
      }
      words.add(normal);
    }
    return words;
  }
}

package dev.throughline.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.ConsentList;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import dev.throughline.policy.Suppression.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message goes to whom it may: nobody who said no, nobody whose channel says that it is of no
 * use, and where the app says that it takes a yes, nobody who did not say it.
 */
final class SendPolicyTest {
  private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # policy               | out               | in                   | class        | refusal
          {}                     | ``                | ``                   | MARKETING    | ``
          {}                     | OPT_OUT_ALL       | ``                   | CONVERSATION | DELIVERY_REJECTED_DUE_TO_POLICY
          {}                     | OPT_OUT_MARKETING | ``                   | MARKETING    | DELIVERY_REJECTED_DUE_TO_POLICY
          {}                     | OPT_OUT_MARKETING | ``                   | NOTIFICATION | ``
          {'MARKETING':'opt_in'} | ``                | ``                   | MARKETING    | RECIPIENT_NOT_OPTED_IN
          {'MARKETING':'opt_in'} | ``                | ``                   | NOTIFICATION | ``
          {'MARKETING':'opt_in'} | ``                | OPT_OUT_MARKETING    | MARKETING    | ``
          {'MARKETING':'opt_in'} | ``                | OPT_OUT_ALL          | MARKETING    | ``
          {'MARKETING':'opt_in'} | ``                | OPT_OUT_NOTIFICATION | MARKETING    | RECIPIENT_NOT_OPTED_IN
          {'MARKETING':'opt_in'} | OPT_OUT_MARKETING | OPT_OUT_ALL          | MARKETING    | DELIVERY_REJECTED_DUE_TO_POLICY
          {'MARKETING':'opt_in'} | OPT_OUT_ALL       | OPT_OUT_MARKETING    | MARKETING    | DELIVERY_REJECTED_DUE_TO_POLICY
          """)
  void consentDecides(String policy, String out, String in, MessageClass sent, String code) {
    assertThat(refusal(policy, ChannelName.LINE, standing(out, in), sent)).isEqualTo(code);
  }

  @Test
  void aChannelMayHaveItsOwnRule() {
    String policy = "{'MARKETING':'opt_in','channels':{'LINE':{'MARKETING':'opt_out'}}}";

    assertThat(refusal(policy, ChannelName.LINE, Standing.UNKNOWN, MessageClass.MARKETING))
        .isEmpty();
    assertThat(refusal(policy, ChannelName.SMS, Standing.UNKNOWN, MessageClass.MARKETING))
        .isEqualTo("RECIPIENT_NOT_OPTED_IN");
  }

  @ParameterizedTest
  @CsvSource({
    "HARD_BOUNCE,  CONVERSATION, 179, DELIVERY_REJECTED_DUE_TO_POLICY",
    "HARD_BOUNCE,  MARKETING,    180, ''",
    "COMPLAINT,    MARKETING,    9999, DELIVERY_REJECTED_DUE_TO_POLICY",
    "COMPLAINT,    NOTIFICATION, 1, ''",
    "UNSUBSCRIBED, MARKETING,    9999, DELIVERY_REJECTED_DUE_TO_POLICY",
    "UNSUBSCRIBED, CONVERSATION, 1, ''"
  })
  void suppressionsHoldForTheirTime(Why why, MessageClass sent, int days, String code) {
    Suppression suppression = Suppression.of(why, NOW.minus(Duration.ofDays(days)));

    assertThat(
            refusal(
                "{}",
                ChannelName.EMAIL,
                new Standing(Set.of(), Set.of(), List.of(suppression)),
                sent))
        .isEqualTo(code);
  }

  @Test
  void advertisingIsNeverUrgent() {
    ObjectNode kept = Json.object();
    SendPolicyForm.merge(
        kept,
        fields("{'quiet_hours':{'time_zone':'UTC','windows':[{'from':'21:00','to':'08:00'}]}}"));
    SendPolicy policy = SendPolicyForm.of(kept);

    assertThat(policy.mayHold(MessageClass.NOTIFICATION, true)).isFalse();
    assertThat(policy.mayHold(MessageClass.NOTIFICATION, false)).isTrue();
    assertThat(policy.mayHold(MessageClass.MARKETING, true)).isTrue();
    assertThat(policy.mayHold(MessageClass.CONVERSATION, false)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'default_class':'ADVERT'}",
        "{'consent_policy':{'MARKETING':'double'}}",
        "{'consent_policy':{'ADVERT':'opt_in'}}",
        "{'consent_policy':{'channels':{'line':{}}}}",
        "{'consent_policy':{'channels':{'LINE':{'channels':{}}}}}",
        "{'opt_out_words':{'stop':['!!']}}",
        "{'opt_out_words':{'list':'ALL'}}"
      })
  void whatCannotBeIsRefused(String json) {
    assertThatThrownBy(() -> SendPolicyForm.merge(Json.object(), fields(json)))
        .isInstanceOf(WrongFieldException.class);
  }

  @Test
  void whatIsNotSaidStaysAndNullTakesAway() {
    ObjectNode kept = Json.object();
    SendPolicyForm.merge(kept, fields("{'default_class':'NOTIFICATION','opt_out_words':{}}"));
    SendPolicyForm.merge(kept, fields("{'opt_out_words':null}"));

    assertThat(SendPolicyForm.of(kept).unsaid()).isEqualTo(MessageClass.NOTIFICATION);
    assertThat(kept.has("opt_out_words")).isFalse();
  }

  private static Standing standing(String out, String in) {
    return new Standing(lists(out), lists(in), List.of());
  }

  private static Set<ConsentList> lists(String name) {
    return ConsentList.of(name).map(Set::of).orElse(Set.of());
  }

  private static String refusal(
      String policy, ChannelName channel, Standing standing, MessageClass sent) {
    ObjectNode kept = Json.object();
    SendPolicyForm.merge(kept, fields("{'consent_policy':" + policy + "}"));
    return SendPolicyForm.of(kept)
        .refusal(channel, sent, standing, NOW)
        .map(Reason::code)
        .map(Enum::name)
        .orElse("");
  }

  private static Fields fields(String json) {
    return Fields.of(Json.object(Bytes.utf8(json.replace('\'', '"'))));
  }
}

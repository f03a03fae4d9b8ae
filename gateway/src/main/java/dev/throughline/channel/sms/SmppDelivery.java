package dev.throughline.channel.sms;

import dev.throughline.channel.sms.SmsCredentials.Alphabet;
import dev.throughline.channel.sms.SmsCredentials.IdForm;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A deliver_sm as it is kept: every field that an SMSC can say something in, and what the account
 * says of how to read them (docs/channels/sms.md).
 *
 * @param received by our clock; SMPP has none
 * @param sequence of the PDU in its session
 * @param octets the short_message as it came
 * @param tlvs optional parameters by their tags
 */
record SmppDelivery(
    Instant received,
    int sequence,
    String source,
    String destination,
    int esmClass,
    int dataCoding,
    Bytes octets,
    Map<Integer, Bytes> tlvs,
    Alphabet alphabet,
    IdForm submitIds,
    IdForm receiptIds) {
  static final String MARK = "smpp";
  static final String KIND = "deliver_sm";

  private static final HexFormat HEX = HexFormat.of();

  SmppDelivery {
    tlvs = Map.copyOf(tlvs);
  }

  Bytes toJson() {
    ObjectNode json = Json.object();
    json.put(MARK, KIND);
    json.put("received", received.toString());
    json.put("sequence", sequence);
    json.put("source", source);
    json.put("destination", destination);
    json.put("esm_class", esmClass);
    json.put("data_coding", dataCoding);
    json.put("short_message", HEX.formatHex(octets.array()));
    ObjectNode parameters = json.putObject("parameters");
    new TreeMap<>(tlvs)
        .forEach(
            (tag, value) -> parameters.put("%04x".formatted(tag), HEX.formatHex(value.array())));
    json.put("alphabet", alphabet.name());
    json.put("submit_id", submitIds.name());
    json.put("receipt_id", receiptIds.name());
    return Json.bytes(json);
  }

  /** Empty for what {@link #toJson} never wrote. */
  static Optional<SmppDelivery> of(JsonNode json) {
    try {
      Map<Integer, Bytes> tlvs = new TreeMap<>();
      for (Map.Entry<String, JsonNode> parameter : json.path("parameters").properties()) {
        tlvs.put(
            Integer.parseInt(parameter.getKey(), 16), octets(parameter.getValue().asString("")));
      }
      return Optional.of(
          new SmppDelivery(
              Instant.parse(json.path("received").asString("")),
              json.path("sequence").asInt(),
              json.path("source").asString(""),
              json.path("destination").asString(""),
              json.path("esm_class").asInt(),
              json.path("data_coding").asInt(),
              octets(json.path("short_message").asString("")),
              tlvs,
              word(json, "alphabet", Alphabet.values()),
              word(json, "submit_id", IdForm.values()),
              word(json, "receipt_id", IdForm.values())));
    } catch (DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The text's octets: message_payload stands for a short_message that is too short. */
  Bytes payload() {
    return octets.length() > 0 ? octets : tlv(0x0424).orElse(octets);
  }

  Optional<Bytes> tlv(int tag) {
    return Optional.ofNullable(tlvs.get(tag));
  }

  /** An unsigned number of up to four octets. */
  Optional<Integer> number(int tag) {
    return tlv(tag)
        .filter(value -> value.length() >= 1 && value.length() <= 4)
        .map(value -> {
          int number = 0;
          for (byte octet : value.array()) {
            number = number << 8 | octet & 0xFF;
          }
          return number;
        });
  }

  private static Bytes octets(String hex) {
    return Bytes.wrap(HEX.parseHex(hex));
  }

  private static <E extends Enum<E>> E word(JsonNode json, String name, E[] values) {
    String word = json.path(name).asString("");
    return Arrays.stream(values)
        .filter(value -> value.name().equals(word))
        .findFirst()
        .orElse(values[0]);
  }

  /** Shows nothing of whom and what. */
  @Override
  public String toString() {
    return "SmppDelivery[" + sequence + ", " + octets + "]";
  }
}

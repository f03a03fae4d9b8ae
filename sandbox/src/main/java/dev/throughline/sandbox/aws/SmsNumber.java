package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A number of the account, as DescribePhoneNumbers shows it.
 *
 * @param twoWayTopic where what people send to it is published
 * @param selfManaged whether the account's own software handles STOP and the like
 */
record SmsNumber(
    String id,
    String arn,
    String number,
    boolean promotional,
    Optional<String> twoWayTopic,
    boolean twoWay,
    boolean selfManaged,
    String optOutList,
    boolean international,
    boolean deletionProtected,
    Instant created) {

  String messageType() {
    return promotional ? "PROMOTIONAL" : "TRANSACTIONAL";
  }

  SmsNumber twoWay(String topicArn) {
    return new SmsNumber(
        id,
        arn,
        number,
        promotional,
        Optional.of(topicArn),
        true,
        selfManaged,
        optOutList,
        international,
        deletionProtected,
        created);
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("PhoneNumberArn", arn).put("PhoneNumberId", id).put("PhoneNumber", number);
    json.put("Status", "ACTIVE").put("IsoCountryCode", Countries.of(number).iso());
    json.put("MessageType", messageType());
    json.putArray("NumberCapabilities").add("SMS");
    json.put("NumberType", "LONG_CODE").put("MonthlyLeasingPrice", "1.00");
    json.put("TwoWayEnabled", twoWay);
    twoWayTopic.ifPresent(topic -> json.put("TwoWayChannelArn", topic));
    json.put("SelfManagedOptOutsEnabled", selfManaged).put("OptOutListName", optOutList);
    json.put("InternationalSendingEnabled", international);
    json.put("DeletionProtectionEnabled", deletionProtected);
    return json.put("CreatedTimestamp", created.toEpochMilli() / 1000.0);
  }
}

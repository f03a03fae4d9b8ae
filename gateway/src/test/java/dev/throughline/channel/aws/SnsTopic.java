package dev.throughline.channel.aws;

import dev.throughline.http.TestKeys;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/** A topic of SNS with a certificate of its own, made by the JDK's keytool. */
public record SnsTopic(String arn, String certificateUrl, PrivateKey key, Certificate certificate) {
  /**
   * @param validity how keytool is told from when and how long, such as {@code -startdate -2y}
   */
  public static SnsTopic create(String arn, String url, String... validity) throws Exception {
    List<String> description =
        new ArrayList<>(List.of("-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=sns.example"));
    description.addAll(List.of(validity));
    TestKeys keys = TestKeys.of(description);
    return new SnsTopic(arn, url, keys.key(), keys.certificate());
  }

  public String pem() throws Exception {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }

  public Map<String, String> notification(String id, String message) {
    Map<String, String> fields = new TreeMap<>();
    fields.put("Type", "Notification");
    fields.put("MessageId", id);
    fields.put("TopicArn", arn);
    fields.put("Message", message);
    fields.put("Timestamp", "2026-11-21T10:00:00.000Z");
    return fields;
  }

  public Map<String, String> confirmation(String type, String subscribeUrl) {
    Map<String, String> fields = notification("c-1", "You have chosen to subscribe …");
    fields.put("Type", type);
    fields.put("Token", "2336412f37");
    fields.put("SubscribeURL", subscribeUrl);
    return fields;
  }

  /** As the guide has it: each name and value on a line of its own, in order of the names. */
  public Map<String, String> signed(Map<String, String> fields, String version) throws Exception {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(fields)
        .forEach((name, value) -> text.append(name).append('\n').append(value).append('\n'));
    Signature signature =
        Signature.getInstance(version.equals("1") ? "SHA1withRSA" : "SHA256withRSA");
    signature.initSign(key);
    signature.update(text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    Map<String, String> signed = new TreeMap<>(fields);
    signed.put("SignatureVersion", version);
    signed.put("Signature", Base64.getEncoder().encodeToString(signature.sign()));
    signed.put("SigningCertURL", certificateUrl);
    signed.put("UnsubscribeURL", "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe");
    return signed;
  }

  public static byte[] json(Map<String, String> fields) {
    return JsonMapper.shared().writeValueAsBytes(fields);
  }
}

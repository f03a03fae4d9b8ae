package dev.throughline.channel.aws;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/** A topic of SNS with a certificate of its own, made by the JDK's keytool. */
public record SnsTopic(String arn, String certificateUrl, PrivateKey key, Certificate certificate) {
  private static final String PASSWORD = "changeit";

  /**
   * @param validity how keytool is told from when and how long, such as {@code -startdate -2y}
   */
  public static SnsTopic create(Path folder, String arn, String url, String... validity)
      throws Exception {
    Path store = folder.resolve("sns" + System.nanoTime() + ".p12");
    var command =
        new java.util.ArrayList<>(
            java.util.List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "sns",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=sns.example",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
    command.addAll(java.util.List.of(validity));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new IOException("keytool failed");
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    return new SnsTopic(
        arn,
        url,
        (PrivateKey) keys.getKey("sns", PASSWORD.toCharArray()),
        keys.getCertificate("sns"));
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

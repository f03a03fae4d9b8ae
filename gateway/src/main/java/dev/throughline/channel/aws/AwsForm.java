package dev.throughline.channel.aws;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What every credential object for a channel over AWS says of AWS: {@code access_key_id}, {@code
 * secret_access_key}, {@code session_token}, {@code region}, {@code topic_arns}, {@code queue_url}.
 * Keys of the account's own only: a role, or what the machine may do, would let whoever edits an
 * app act as the installation.
 */
public final class AwsForm {
  private static final String ACCESS_KEY = "access_key_id";
  private static final String SECRET = "secret_access_key";
  private static final String SESSION = "session_token";
  private static final String REGION = "region";
  private static final String TOPICS = "topic_arns";
  private static final String QUEUE = "queue_url";

  /** AWS's own limit of an access key id. */
  private static final int MAX_KEY = 128;

  private static final int MAX_SECRET = 256;
  private static final int MAX_SESSION = 4_096;
  private static final int MAX_TOPICS = 10;

  private static final String REGION_FORM = "[a-z]{2}(-[a-z]{2,12}){1,3}-[0-9]{1,2}";
  private static final String TOPIC_FORM =
      "arn:aws(-[a-z]+)*:sns:[a-z0-9-]{3,40}:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\\.fifo)?";
  private static final String QUEUE_FORM =
      "https?://[A-Za-z0-9.:-]{1,255}/[0-9]{12}/[A-Za-z0-9_-]{1,80}(\\.fifo)?";

  private AwsForm() {}

  /**
   * What is kept of it, in the same form.
   *
   * @throws dev.throughline.contract.WrongFieldException if something is missing or cannot be so
   */
  public static ObjectNode read(Fields given) {
    ObjectNode kept = Json.object();
    kept.put(ACCESS_KEY, given.printable(ACCESS_KEY, MAX_KEY));
    kept.put(SECRET, given.printable(SECRET, MAX_SECRET));
    if (given.string(SESSION, MAX_SESSION).filter(token -> !token.isEmpty()).isPresent()) {
      kept.put(SESSION, given.printable(SESSION, MAX_SESSION));
    }
    String region = given.printable(REGION, MAX_KEY);
    if (!region.matches(REGION_FORM)) {
      throw given.wrong(REGION, "must be a region of AWS, such as ap-northeast-1.");
    }
    kept.put(REGION, region);
    List<String> topics = given.strings(TOPICS, MAX_TOPICS);
    if (!topics.isEmpty()) {
      ArrayNode named = kept.putArray(TOPICS);
      for (String topic : topics) {
        if (!topic.matches(TOPIC_FORM)) {
          throw given.wrong(
              TOPICS, "must hold ARNs of SNS topics, such as arn:aws:sns:ap-northeast-1:…:name.");
        }
        named.add(topic);
      }
    }
    given
        .string(QUEUE, MAX_SECRET * 2)
        .filter(url -> !url.isEmpty())
        .ifPresent(url -> {
          if (!url.matches(QUEUE_FORM)) {
            throw given.wrong(
                QUEUE, "must be the URL of an SQS queue, such as https://sqs.…/…/name.");
          }
          if (topics.isEmpty()) {
            throw given.wrong(TOPICS, "is required beside queue_url: what may lie in the queue.");
          }
          kept.put(QUEUE, url);
        });
    return kept;
  }

  /** What {@link #read} kept; empty for what cannot be used. */
  public static Optional<AwsCredentials> credentials(JsonNode kept) {
    Optional<String> key = Json.string(kept, ACCESS_KEY);
    Optional<String> secret = Json.string(kept, SECRET);
    Optional<String> region = Json.string(kept, REGION);
    return key.isPresent() && secret.isPresent() && region.isPresent()
        ? Optional.of(
            new AwsCredentials(
                key.get(),
                secret.get(),
                Json.string(kept, SESSION),
                region.get(),
                kept.path(TOPICS).valueStream().map(topic -> topic.asString("")).toList(),
                Json.string(kept, QUEUE)))
        : Optional.empty();
  }

  /** Whether two names mean the same thing at AWS: an ARN ends with the id after a slash. */
  public static boolean isSame(String one, String other) {
    return one.equals(other) || one.endsWith("/" + other) || other.endsWith("/" + one);
  }
}

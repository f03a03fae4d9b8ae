package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** SQS's operations. Queues are standard ones: a name that ends in {@code .fifo} is refused. */
final class SqsApi {
  private static final int MESSAGE_BYTES_LIMIT = 262_144;
  private static final int BATCH_LIMIT = 10;
  private static final int VISIBILITY_LIMIT = 43_200;
  private static final int WAIT_LIMIT = 20;
  private static final int DELAY_LIMIT = 900;
  private static final Set<String> SETTABLE =
      Set.of(
          "VisibilityTimeout",
          "DelaySeconds",
          "ReceiveMessageWaitTimeSeconds",
          "MessageRetentionPeriod",
          "MaximumMessageSize",
          "RedrivePolicy",
          "Policy");

  private final Queues queues;
  private final Account account;
  private final Supplier<String> base;

  SqsApi(Account account, Queues queues, Supplier<String> base) {
    this.account = account;
    this.queues = queues;
    this.base = base;
  }

  Reply answer(Call call) throws Refusal, InterruptedException {
    return switch (call.operation()) {
      case CREATE_QUEUE -> create(call);
      case GET_QUEUE_URL ->
          Reply.ok(Json.object().put("QueueUrl", url(queues.of(name(call)).name)));
      case LIST_QUEUES -> list(call.text("QueueNamePrefix").orElse(""));
      case DELETE_QUEUE -> {
        queues.delete(queue(call));
        yield Reply.ok();
      }
      case PURGE_QUEUE -> {
        queues.purge(queue(call));
        yield Reply.ok();
      }
      case GET_QUEUE_ATTRIBUTES -> attributes(call);
      case SET_QUEUE_ATTRIBUTES -> {
        queues.set(queue(call), settable(call));
        yield Reply.ok();
      }
      case SEND_MESSAGE -> send(call);
      case RECEIVE_MESSAGE -> receive(call);
      case DELETE_MESSAGE -> {
        queues.delete(queue(call), required(call, "ReceiptHandle"));
        yield Reply.ok();
      }
      case DELETE_MESSAGE_BATCH -> deleteBatch(call);
      case CHANGE_MESSAGE_VISIBILITY -> {
        int seconds = number(call, "VisibilityTimeout", -1, 0, VISIBILITY_LIMIT);
        queues.changeVisibility(queue(call), required(call, "ReceiptHandle"), seconds);
        yield Reply.ok();
      }
      default -> throw Refusal.unknownOperation(Service.SQS);
    };
  }

  private Queues.Queue queue(Call call) throws Refusal {
    return queues.of(required(call, "QueueUrl"));
  }

  private static String required(Call call, String name) throws Refusal {
    return call.text(name)
        .filter(text -> !text.isEmpty())
        .orElseThrow(() ->
            new Refusal(
                400, "MissingParameter", "The request must contain the parameter " + name + "."));
  }

  private static String name(Call call) throws Refusal {
    String name = required(call, "QueueName");
    if (!name.matches("[A-Za-z0-9_-]{1,80}")) {
      throw SqsErrors.badParameter(
          "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
    }
    return name;
  }

  private String url(String name) {
    return base.get() + "/" + account.config.account() + "/" + name;
  }

  private static int number(Call call, String name, int absent, int least, int most)
      throws Refusal {
    JsonNode value = call.at(name);
    if (value.isMissingNode() && absent >= 0) {
      return absent;
    }
    if (!value.isInt() || value.intValue() < least || value.intValue() > most) {
      throw SqsErrors.badParameter(
          "Value for parameter "
              + name
              + " is invalid. Reason: Must be >= "
              + least
              + " and <= "
              + most
              + ", if provided.");
    }
    return value.intValue();
  }

  private Reply create(Call call) throws Refusal {
    String name = name(call);
    Map<String, String> values = settable(call);
    Queues.Queue queue = queues.create(name);
    queues.set(queue, values);
    return Reply.ok(Json.object().put("QueueUrl", url(name)));
  }

  private static Map<String, String> settable(Call call) throws Refusal {
    Map<String, String> values = new LinkedHashMap<>();
    for (var entry : call.at("Attributes").properties()) {
      String value = entry.getValue().stringValue("");
      boolean number = !entry.getKey().endsWith("Policy");
      if (!SETTABLE.contains(entry.getKey())) {
        throw new Refusal(400, "InvalidAttributeName", "Unknown Attribute " + entry.getKey() + ".");
      }
      if (number ? !value.matches("\\d{1,9}") : !isObject(value)) {
        throw new Refusal(
            400,
            "InvalidAttributeValue",
            "Invalid value for the parameter " + entry.getKey() + ".");
      }
      values.put(entry.getKey(), value);
    }
    return values;
  }

  private static boolean isObject(String text) {
    try {
      return Json.parse(text.getBytes(StandardCharsets.UTF_8)).isObject();
    } catch (Json.Unparsable e) {
      return false;
    }
  }

  private Reply list(String prefix) {
    ObjectNode body = Json.object();
    ArrayNode urls = body.putArray("QueueUrls");
    queues.names().stream()
        .filter(name -> name.startsWith(prefix))
        .forEach(name -> urls.add(url(name)));
    return Reply.ok(body);
  }

  private Reply attributes(Call call) throws Refusal {
    Set<String> asked = new HashSet<>();
    call.at("AttributeNames").forEach(name -> asked.add(name.stringValue("")));
    ObjectNode body = Json.object();
    ObjectNode values = body.putObject("Attributes");
    queues
        .attributes(queue(call))
        .forEach((name, value) -> {
          if (asked.contains("All") || asked.contains(name)) {
            values.put(name, value);
          }
        });
    return Reply.ok(body);
  }

  private Reply send(Call call) throws Refusal {
    Queues.Queue queue = queue(call);
    String text = required(call, "MessageBody");
    if (text.getBytes(StandardCharsets.UTF_8).length > MESSAGE_BYTES_LIMIT) {
      throw SqsErrors.badParameter(
          "One or more parameters are invalid. Reason: Message must be shorter than "
              + MESSAGE_BYTES_LIMIT
              + " bytes.");
    }
    Optional<Integer> delay =
        call.json().has("DelaySeconds")
            ? Optional.of(number(call, "DelaySeconds", -1, 0, DELAY_LIMIT))
            : Optional.empty();
    ObjectNode attributes =
        call.at("MessageAttributes") instanceof ObjectNode given ? given : Json.object();
    Queues.Held held = queues.send(queue, text, attributes, delay);
    ObjectNode body = Json.object();
    body.put("MessageId", held.id).put("MD5OfMessageBody", Queues.md5(text));
    if (!attributes.isEmpty()) {
      body.put("MD5OfMessageAttributes", digest(attributes));
    }
    return Reply.ok(body);
  }

  private Reply receive(Call call) throws Refusal, InterruptedException {
    Queues.Queue queue = queue(call);
    int most = number(call, "MaxNumberOfMessages", 1, 1, BATCH_LIMIT);
    int visibility =
        number(
            call,
            "VisibilityTimeout",
            (int) queue.seconds("VisibilityTimeout"),
            0,
            VISIBILITY_LIMIT);
    int wait =
        number(
            call,
            "WaitTimeSeconds",
            (int) queue.seconds("ReceiveMessageWaitTimeSeconds"),
            0,
            WAIT_LIMIT);
    Set<String> system = new HashSet<>();
    call.at("AttributeNames").forEach(name -> system.add(name.stringValue("")));
    call.at("MessageSystemAttributeNames").forEach(name -> system.add(name.stringValue("")));
    Set<String> wanted = new HashSet<>();
    call.at("MessageAttributeNames").forEach(name -> wanted.add(name.stringValue("")));
    ObjectNode body = Json.object();
    ArrayNode messages = Json.array();
    for (Queues.Held held : queues.receive(queue, most, visibility, Duration.ofSeconds(wait))) {
      ObjectNode message = messages.addObject();
      message.put("MessageId", held.id).put("ReceiptHandle", held.handle);
      message.put("MD5OfBody", Queues.md5(held.body)).put("Body", held.body);
      ObjectNode about = systemAttributes(held, system);
      if (!about.isEmpty()) {
        message.set("Attributes", about);
      }
      ObjectNode own = Json.object();
      for (var entry : held.attributes.properties()) {
        if (wanted.contains("All") || wanted.contains(entry.getKey())) {
          own.set(entry.getKey(), entry.getValue());
        }
      }
      if (!own.isEmpty()) {
        message.set("MessageAttributes", own);
        message.put("MD5OfMessageAttributes", digest(own));
      }
    }
    if (!messages.isEmpty()) {
      body.set("Messages", messages);
    }
    return Reply.ok(body);
  }

  private ObjectNode systemAttributes(Queues.Held held, Set<String> asked) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("SenderId", account.config.account());
    all.put("SentTimestamp", Long.toString(held.sent.toEpochMilli()));
    all.put("ApproximateReceiveCount", Integer.toString(held.received));
    all.put("ApproximateFirstReceiveTimestamp", Long.toString(held.firstReceived.toEpochMilli()));
    ObjectNode json = Json.object();
    all.forEach((name, value) -> {
      if (asked.contains("All") || asked.contains(name)) {
        json.put(name, value);
      }
    });
    return json;
  }

  private Reply deleteBatch(Call call) throws Refusal {
    Queues.Queue queue = queue(call);
    List<JsonNode> entries = new ArrayList<>();
    call.at("Entries").forEach(entries::add);
    if (entries.isEmpty()) {
      throw new Refusal(
          400, "EmptyBatchRequest", "There should be at least one entry in the request.");
    }
    if (entries.size() > BATCH_LIMIT) {
      throw new Refusal(
          400, "TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10.");
    }
    Set<String> ids = new HashSet<>();
    ObjectNode body = Json.object();
    ArrayNode successful = body.putArray("Successful");
    ArrayNode failed = body.putArray("Failed");
    for (JsonNode entry : entries) {
      String id = Json.text(entry, "Id").orElse("");
      if (!ids.add(id)) {
        throw new Refusal(400, "BatchEntryIdsNotDistinct", "Id " + id + " repeated.");
      }
      try {
        queues.delete(queue, Json.text(entry, "ReceiptHandle").orElse(""));
        successful.addObject().put("Id", id);
      } catch (Refusal refusal) {
        failed
            .addObject()
            .put("Id", id)
            .put("SenderFault", true)
            .put("Code", refusal.code())
            .put("Message", refusal.message());
      }
    }
    return Reply.ok(body);
  }

  /** MD5 over the attributes as SQS counts it: by name, each part after its length. */
  private static String digest(ObjectNode attributes) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    attributes.propertyNames().stream()
        .sorted()
        .forEach(name -> {
          JsonNode value = attributes.path(name);
          String type = Json.text(value, "DataType").orElse("");
          sized(bytes, name.getBytes(StandardCharsets.UTF_8));
          sized(bytes, type.getBytes(StandardCharsets.UTF_8));
          boolean binary = type.startsWith("Binary");
          bytes.write(binary ? 2 : 1);
          sized(
              bytes,
              binary
                  ? Base64.getDecoder().decode(Json.text(value, "BinaryValue").orElse(""))
                  : Json.text(value, "StringValue").orElse("").getBytes(StandardCharsets.UTF_8));
        });
    return Queues.md5(bytes.toByteArray());
  }

  private static void sized(ByteArrayOutputStream out, byte[] bytes) {
    out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
    out.writeBytes(bytes);
  }
}

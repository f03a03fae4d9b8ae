package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What every call passes, in this order: operation, signature, injected fault, JSON, and then the
 * service itself. AWS does not publish the order; it is a choice.
 */
final class Gate {
  private static final int RECORDED_BODY_LIMIT = 64 * 1024;
  private static final int CALLS_KEPT = 20_000;
  private static final long CALL_BYTES = 64L << 20;
  private static final Duration HANG = Duration.ofSeconds(60);

  /** Answers what has passed. */
  interface Platform {
    Reply answer(Call call) throws Refusal, InterruptedException;
  }

  /** What to do with the connection. */
  sealed interface Reaction {
    record Respond(String requestId, String contentType, Reply reply) implements Reaction {}

    /** Answer nothing for this long, then close. */
    record Hang(Duration time) implements Reaction {}

    /** Close without an answer. */
    record Reset() implements Reaction {}
  }

  private final Account account;
  private final Signatures signatures;
  private final Platform platform;
  private final Journal<AwsCall> calls = new Journal<>(CALLS_KEPT, CALL_BYTES, AwsCall::weight);

  Gate(Account account, Signatures signatures, Platform platform) {
    this.account = account;
    this.signatures = signatures;
    this.platform = platform;
  }

  Journal<AwsCall> calls() {
    return calls;
  }

  Reaction pass(Incoming request) throws InterruptedException {
    String requestId = account.ids.uuid().toString();
    Optional<Operation.Match> match = Operation.find(request);
    if (match.isEmpty()) {
      Service service = addressed(request);
      Reply reply = Reply.refused(service, Refusal.unknownOperation(service));
      record(request, "unknown", requestId, reply.status(), reply, Optional.empty());
      return new Reaction.Respond(requestId, reply.contentType(service), reply);
    }
    Operation operation = match.get().operation();
    Service service = operation.service();
    Optional<Scripted<Fault>> fault = Optional.empty();
    Reply reply;
    try {
      if (request.tooLarge()) {
        throw Refusal.tooLarge();
      }
      signatures.check(request, service);
      fault = account.faults.strike(operation.label(), () -> about(request));
      Fault kind = fault.map(Scripted::fault).orElse(Fault.SLOW);
      if (fault.isPresent() && kind == Fault.SLOW) {
        Thread.sleep(fault.get().delay());
      } else if (fault.isPresent() && !kind.afterAccepting()) {
        Optional<Refusal> refusal = Refusals.of(service, fault.get());
        if (refusal.isEmpty()) {
          record(request, operation.label(), requestId, 0, Reply.ok(), fault);
          return silence(fault.get());
        }
        throw refusal.get();
      }
      reply = platform.answer(call(request, match.get(), requestId));
    } catch (Refusal refusal) {
      reply = Reply.refused(service, refusal);
    }
    if (fault.isPresent() && fault.get().fault().afterAccepting() && reply.accepted()) {
      if (fault.get().fault() != Fault.ERROR_AFTER) {
        record(request, operation.label(), requestId, 0, reply, fault);
        return silence(fault.get());
      }
      Reply error = Reply.refused(service, Refusals.internal(service));
      reply = new Reply(error.status(), error.headers(), error.body(), true);
    }
    record(request, operation.label(), requestId, reply.status(), reply, fault);
    return new Reaction.Respond(requestId, reply.contentType(service), reply);
  }

  private static Reaction silence(Scripted<Fault> rule) {
    return switch (rule.fault()) {
      case RESET_BEFORE, RESET_AFTER -> new Reaction.Reset();
      default -> new Reaction.Hang(rule.delay().isZero() ? HANG : rule.delay());
    };
  }

  /** For whom a request to nothing was meant. */
  private static Service addressed(Incoming request) {
    String target = request.header("x-amz-target");
    if (target.startsWith("AmazonSQS.")) {
      return Service.SQS;
    }
    if (!target.isEmpty()) {
      return Service.SMS;
    }
    return Signatures.service(request)
        .orElse(request.rawPath().startsWith("/v2/email") ? Service.SES : Service.SOCIAL);
  }

  private static Call call(Incoming request, Operation.Match match, String requestId)
      throws Refusal {
    ObjectNode json = Json.object();
    if (request.body().length() > 0 && match.operation().service() != Service.S3) {
      try {
        if (!(Json.parse(request.body()) instanceof ObjectNode object)) {
          throw Refusal.unparsable();
        }
        json = object;
      } catch (Json.Unparsable e) {
        throw Refusal.unparsable();
      }
    }
    return new Call(
        match.operation(),
        requestId,
        match.values(),
        query(request.rawQuery()),
        json,
        request.body(),
        request.header("content-type"));
  }

  static Map<String, String> query(String rawQuery) {
    Map<String, String> values = new HashMap<>();
    for (String pair : rawQuery.isEmpty() ? new String[0] : rawQuery.split("&", -1)) {
      int equals = pair.indexOf('=');
      values.put(
          Signatures.decode(equals < 0 ? pair : pair.substring(0, equals)),
          equals < 0 ? "" : Signatures.decode(pair.substring(equals + 1)));
    }
    return values;
  }

  /**
   * What a rule's {@code about} is looked for in: the body, and what WhatsApp's envelope hides; of
   * an object its place.
   */
  private static String about(Incoming request) {
    if (Signatures.service(request).filter(Service.S3::equals).isPresent()) {
      return request.rawPath();
    }
    String body = request.body().text();
    if (!request.rawPath().equals("/v1/whatsapp/send")) {
      return body;
    }
    try {
      JsonNode message = Json.parse(request.body()).path("message");
      return body
          + new String(Base64.getDecoder().decode(message.stringValue("")), StandardCharsets.UTF_8);
    } catch (Json.Unparsable | IllegalArgumentException e) {
      return body;
    }
  }

  private void record(
      Incoming request,
      String operation,
      String requestId,
      int status,
      Reply reply,
      Optional<Scripted<Fault>> fault) {
    boolean object = Signatures.service(request).filter(Service.S3::equals).isPresent();
    String body = object ? "" : request.body().text();
    calls.add(
        new AwsCall(
            account.now(),
            operation,
            request.method(),
            request.rawPath(),
            requestId,
            request.header("amz-sdk-request"),
            body.substring(0, Math.min(body.length(), RECORDED_BODY_LIMIT)),
            status,
            status == 0 || object && reply.accepted() ? "" : reply.body().text(),
            reply.accepted() && (status != 0 || fault.orElseThrow().fault().afterAccepting()),
            fault.map(rule -> rule.fault().label())));
  }

  static List<String> operations() {
    return List.of(Operation.values()).stream().map(Operation::label).toList();
  }
}

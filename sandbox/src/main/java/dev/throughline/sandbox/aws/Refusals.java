package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The refusals that a fault brings about, as the service in question words them. */
final class Refusals {
  private Refusals() {}

  /** Empty if the fault answers nothing. */
  static Optional<Refusal> of(Service service, Scripted<Fault> rule) {
    return switch (rule.fault()) {
      case REJECT -> Optional.of(named(service, rule.detail()));
      case THROTTLE -> Optional.of(throttled(service));
      case ERROR_BEFORE, ERROR_AFTER -> Optional.of(internal(service));
      default -> Optional.empty();
    };
  }

  /** {@code Code} or {@code Code/REASON}. */
  private static Refusal named(Service service, String detail) {
    int slash = detail.indexOf('/');
    String code = slash < 0 ? detail : detail.substring(0, slash);
    ObjectNode more = Json.object();
    if (slash >= 0) {
      more.put("Reason", detail.substring(slash + 1));
    }
    return new Refusal(
        status(service, code), code, "Refused as the sandbox was told to: " + detail, more);
  }

  static Refusal throttled(Service service) {
    return switch (service) {
      case SES -> new Refusal(429, "TooManyRequestsException", "Maximum sending rate exceeded.");
      case SMS -> new Refusal(400, "ThrottlingException", "Rate exceeded");
      case SOCIAL -> new Refusal(429, "ThrottledRequestException", "Rate exceeded");
      case SQS -> new Refusal(400, "RequestThrottled", "The request was throttled.");
      case S3 -> new Refusal(503, "SlowDown", "Please reduce your request rate.");
    };
  }

  static Refusal internal(Service service) {
    return switch (service) {
      case SES -> new Refusal(500, "InternalServiceErrorException", "An internal error occurred.");
      case SMS -> new Refusal(500, "InternalServerException", "An internal error occurred.");
      case SOCIAL -> new Refusal(500, "InternalServiceException", "An internal error occurred.");
      case SQS -> new Refusal(500, "InternalFailure", "An internal error occurred.");
      case S3 ->
          new Refusal(500, "InternalError", "We encountered an internal error. Please try again.");
    };
  }

  private static int status(Service service, String code) {
    if (code.startsWith("InternalServ")) {
      return 500;
    }
    if (service == Service.SMS || service == Service.SQS) {
      return 400;
    }
    return switch (code) {
      case "TooManyRequestsException", "ThrottledRequestException" -> 429;
      case "NotFoundException", "ResourceNotFoundException" -> 404;
      case "ConflictException" -> 409;
      case "NoSuchKey", "NoSuchBucket" -> 404;
      case "AccessDeniedException", "AccessDeniedByMetaException", "AccessDenied" -> 403;
      case "DependencyException" -> 502;
      default -> 400;
    };
  }
}

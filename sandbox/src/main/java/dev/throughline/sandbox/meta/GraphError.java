package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Json;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * One of Meta's errors, as an answer and in a status. Clients branch on the code alone.
 *
 * @param title what Meta calls it
 * @param details what is wrong this time; empty if there is nothing to add
 * @param subcode of which Meta documents few; 0 = none
 */
record GraphError(int code, int status, String title, String details, int subcode) {

  /** Meta's titles and HTTP statuses; of others than these only the number is known. */
  private static final Map<Integer, Known> KNOWN =
      Map.ofEntries(
          known(0, 401, "AuthException"),
          known(1, 400, "API Unknown"),
          known(2, 503, "API Service"),
          known(3, 500, "API Method"),
          known(4, 400, "API Too Many Calls"),
          known(10, 403, "Permission Denied"),
          known(33, 400, "Parameter value is not valid"),
          known(100, 400, "Invalid parameter"),
          known(190, 401, "Access token has expired"),
          known(200, 403, "API Permission"),
          known(368, 403, "Temporarily blocked for policies violations"),
          known(80007, 400, "Rate limit issues"),
          known(130429, 400, "Rate limit hit"),
          known(130472, 400, "User's number is part of an experiment"),
          known(130497, 403, "Business account is restricted from messaging users in this country"),
          known(131000, 500, "Something went wrong"),
          known(131005, 403, "Access denied"),
          known(131008, 400, "Required parameter is missing"),
          known(131009, 400, "Parameter value is not valid"),
          known(131016, 500, "Service unavailable"),
          known(131021, 400, "Recipient cannot be sender"),
          known(131026, 400, "Message undeliverable"),
          known(131031, 403, "Account has been locked"),
          known(131037, 400, "WhatsApp provided number needs display name approval"),
          known(131042, 400, "Business eligibility payment issue"),
          known(131045, 500, "Incorrect certificate"),
          known(131047, 400, "Re-engagement message"),
          known(131048, 400, "Spam rate limit hit"),
          known(131049, 400, "Meta chose not to deliver"),
          known(131050, 400, "User has stopped receiving marketing messages"),
          known(131051, 400, "Unsupported message type"),
          known(131052, 400, "Media download error"),
          known(131053, 400, "Media upload error"),
          known(131056, 400, "(Business Account, Consumer Account) pair rate limit hit"),
          known(131057, 500, "Account in maintenance mode"),
          known(132000, 400, "Number of parameters does not match the expected number of params"),
          known(132001, 404, "Template name does not exist in the translation"),
          known(132005, 400, "Template hydrated text too long"),
          known(132007, 400, "Template format character policy violated"),
          known(132012, 400, "Parameter format does not match format in the created template"),
          known(132015, 400, "Template is paused"),
          known(132016, 400, "Template is disabled"),
          known(132068, 400, "Flow is in blocked state"),
          known(132069, 400, "Flow is in throttled state"),
          known(133004, 503, "Server temporarily unavailable"),
          known(133010, 400, "Phone number not registered"),
          known(134101, 400, "Template is syncing"),
          known(135000, 400, "Generic user error"));

  private record Known(int status, String title) {}

  private static Map.Entry<Integer, Known> known(int code, int status, String title) {
    return Map.entry(code, new Known(status, title));
  }

  /** The error of this code, as Meta words it. */
  static GraphError of(int code, String details) {
    Known known = Optional.ofNullable(KNOWN.get(code)).orElse(new Known(400, "Error"));
    return new GraphError(code, known.status, known.title, details, 0);
  }

  /** A parameter that is not there, in the words of the Graph API. */
  static GraphError missing(String parameter) {
    return new GraphError(100, 400, "The parameter " + parameter + " is required.", "", 0);
  }

  /** A parameter that the Graph API itself refuses. */
  static GraphError parameter(String details) {
    return of(100, details);
  }

  /** A value that WhatsApp refuses. */
  static GraphError value(String details) {
    return of(131009, details);
  }

  static GraphError unknownObject(String method, String id) {
    return new GraphError(
        100,
        400,
        "Unsupported "
            + method.toLowerCase(java.util.Locale.ROOT)
            + " request. Object with ID '"
            + id
            + "' does not exist, cannot be loaded due to missing permissions, or does not support"
            + " this operation",
        "",
        33);
  }

  GraphError withSubcode(int number) {
    return new GraphError(code, status, title, details, number);
  }

  /** As the body of an answer. */
  ObjectNode answer(String traceId) {
    ObjectNode body = Json.object();
    ObjectNode error = body.putObject("error");
    error.put("message", subcode == 33 ? title : "(#" + code + ") " + title);
    error.put("type", subcode == 33 ? "GraphMethodException" : "OAuthException");
    error.put("code", code);
    if (subcode != 0) {
      error.put("error_subcode", subcode);
    }
    if (!details.isEmpty()) {
      error.putObject("error_data").put("messaging_product", "whatsapp").put("details", details);
    }
    error.put("fbtrace_id", traceId);
    return body;
  }

  /** As it stands in a status, or in an inbound message that cannot be shown. */
  ObjectNode inWebhook() {
    ObjectNode error = Json.object();
    error.put("code", code).put("title", title).put("message", title);
    error.putObject("error_data").put("details", details.isEmpty() ? title : details);
    error.put(
        "href", "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/");
    return error;
  }
}

package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be looked up about the account and its number. */
final class Profile {
  private static final int ABOUT_LIMIT = 139;
  private static final int TEXT_LIMIT = 512;
  private static final List<String> FIELDS =
      List.of("about", "address", "description", "email", "vertical");

  private final MetaConfig config;
  private final Map<String, String> texts = new ConcurrentHashMap<>();

  Profile(MetaConfig config) {
    this.config = config;
    texts.put("about", "Here for tests");
    texts.put("vertical", "OTHER");
  }

  GraphAnswer number(Optional<String> fields) {
    ObjectNode all = Json.object();
    all.put("verified_name", config.name()).put("code_verification_status", "VERIFIED");
    all.put("display_phone_number", config.number()).put("quality_rating", "GREEN");
    all.put("platform_type", "CLOUD_API").put("name_status", "APPROVED");
    all.put("messaging_limit_tier", "TIER_UNLIMITED").put("is_official_business_account", false);
    all.putObject("throughput").put("level", "STANDARD");
    all.putObject("webhook_configuration");
    return GraphAnswer.ok(chosen(all, fields, config.phoneNumberId()));
  }

  GraphAnswer numbers(Optional<String> fields) {
    ObjectNode answer = Json.object();
    if (number(fields) instanceof GraphAnswer.Ok(ObjectNode body)) {
      answer.putArray("data").add(body);
    }
    return GraphAnswer.ok(answer);
  }

  GraphAnswer account(Optional<String> fields) {
    ObjectNode all = Json.object().put("name", config.name());
    all.put("timezone_id", "1").put("currency", "USD").put("message_template_namespace", "sandbox");
    all.put("account_review_status", "APPROVED");
    return GraphAnswer.ok(chosen(all, fields, config.accountId()));
  }

  /** Only what was asked for, and always the id. */
  private static ObjectNode chosen(ObjectNode all, Optional<String> fields, String id) {
    if (fields.isPresent()) {
      all.retain(List.of(fields.get().split(",")));
    }
    return all.put("id", id);
  }

  GraphAnswer business(Optional<String> fields) {
    ObjectNode all = Json.object();
    texts.forEach(all::put);
    ObjectNode answer = Json.object();
    ObjectNode data = answer.putArray("data").addObject();
    data.setAll(fields.isPresent() ? all.retain(List.of(fields.get().split(","))) : all);
    data.put("messaging_product", "whatsapp");
    return GraphAnswer.ok(answer);
  }

  GraphAnswer business(JsonNode asked) {
    if (!Json.text(asked, "messaging_product").orElse("").equals("whatsapp")) {
      return GraphAnswer.refused(GraphError.missing("messaging_product"));
    }
    for (String field : FIELDS) {
      Optional<String> text = Json.text(asked, field);
      int limit = field.equals("about") ? ABOUT_LIMIT : TEXT_LIMIT;
      if (text.isPresent() && text.get().length() > limit) {
        return GraphAnswer.refused(
            GraphError.parameter(
                "Param " + field + " must be at most " + limit + " characters long."));
      }
      text.ifPresent(value -> texts.put(field, value));
    }
    return GraphAnswer.success();
  }
}

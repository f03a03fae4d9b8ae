package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.rules.Finding;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The channel as a module: attached accounts, and who answers in a chat. */
final class ModuleApi {
  private static final Pattern CHAT = Pattern.compile("[UCR][0-9a-f]{32}");
  private static final int TTL_DEFAULT = 3600;
  private static final int TTL_LIMIT = 31_536_000;
  private static final int PAGE_LIMIT = 100;

  private final World world;
  private final LineConfig config;

  ModuleApi(World world, LineConfig config) {
    this.world = world;
    this.config = config;
  }

  Answer answer(Call call) {
    return switch (call.endpoint()) {
      case MODULE_TOKEN -> token(call);
      case MODULE_LIST -> list(call);
      case MODULE_DETACH -> {
        String botId = Json.text(call.json(), "botId").orElse("");
        yield world.modules.detach(botId)
            ? Answer.ok()
            : Answer.invalid(List.of(new Finding("The bot is not attached", "botId")));
      }
      case CHAT_ACQUIRE -> acquire(call);
      default -> {
        if (!CHAT.matcher(call.first()).matches()) {
          yield Answer.wrongParameter("chatId");
        }
        world.modules.release(call.first());
        yield Answer.ok();
      }
    };
  }

  private Answer token(Call call) {
    boolean complete =
        call.form().getOrDefault("grant_type", "").equals("authorization_code")
            && !call.form().getOrDefault("redirect_uri", "").isEmpty();
    if (!complete) {
      return Answer.error(400, "some parameters missed or invalid");
    }
    if (!proven(call)) {
      return Answer.error(401, "invalid client_id or client_secret");
    }
    List<String> scopes =
        Arrays.asList(call.form().getOrDefault("scope", "message:send message:receive").split(" "));
    if (!world.modules.attach(call.form().getOrDefault("code", ""), scopes)) {
      return Answer.error(400, "invalid authorization code");
    }
    ObjectNode body = Json.object().put("bot_id", config.botUserId());
    ArrayNode array = body.putArray("scopes");
    scopes.forEach(array::add);
    return Answer.ok(body);
  }

  /** The channel proves itself by Basic authentication or in the form. */
  private boolean proven(Call call) {
    String given =
        call.form().getOrDefault("client_id", "")
            + ":"
            + call.form().getOrDefault("client_secret", "");
    String header = call.headers().getOrDefault("authorization", "");
    if (header.startsWith("Basic ")) {
      try {
        byte[] decoded = Base64.getDecoder().decode(header.substring("Basic ".length()));
        given = new String(decoded, StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
    String right = config.channelId() + ":" + config.channelSecret();
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
  }

  private Answer list(Call call) {
    int limit = Continuation.number(call.query("limit"), PAGE_LIMIT);
    if (limit < 1 || limit > PAGE_LIMIT) {
      return Answer.wrongParameter("limit");
    }
    return Continuation.page(
            world.modules.attached(), limit, call.query("start"), world.clock.instant())
        .map(page -> {
          ObjectNode body = Json.object();
          ArrayNode bots = body.putArray("bots");
          for (String botId : page.items()) {
            bots.addObject()
                .put("userId", botId)
                .put("basicId", "@" + botId.substring(1, 9))
                .put("displayName", config.botName());
          }
          page.next().ifPresent(next -> body.put("next", next));
          return Answer.ok(body);
        })
        .orElseGet(Continuation::invalidStart);
  }

  private Answer acquire(Call call) {
    if (!CHAT.matcher(call.first()).matches()) {
      return Answer.wrongParameter("chatId");
    }
    JsonNode ttl = call.json().path("ttl");
    int seconds = ttl.isMissingNode() ? TTL_DEFAULT : ttl.intValue(-1);
    if (seconds < 1 || seconds > TTL_LIMIT) {
      return Answer.invalid(List.of(new Finding("Must be between 1 and " + TTL_LIMIT, "ttl")));
    }
    boolean expires = call.json().path("expired").booleanValue(true);
    Optional<Duration> time = expires ? Optional.of(Duration.ofSeconds(seconds)) : Optional.empty();
    return world.modules.acquire(call.first(), time)
        ? Answer.ok()
        : Answer.error(423, "The chat control is held by another channel");
  }
}

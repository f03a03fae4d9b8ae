package dev.throughline.channel.line;

import dev.throughline.channel.Channel;
import dev.throughline.channel.OwnAudience;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.Transport;
import dev.throughline.message.Bytes;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;

/** Narrowcasts to an audience group, and broadcasts to all friends (spec line.md §2.1, §2.7). */
final class LineOwnAudience implements OwnAudience {
  private static final String NARROWCAST = "/v2/bot/message/narrowcast";
  private static final String BROADCAST = "/v2/bot/message/broadcast";
  private static final String PROGRESS = "/v2/bot/message/progress/narrowcast?requestId=";

  private final Transport transport;
  private final LineHost host;
  private final InstantSource clock;

  LineOwnAudience(Transport transport, LineHost host, InstantSource clock) {
    this.transport = transport;
    this.host = host;
    this.clock = clock;
  }

  @Override
  public Bytes request(Bytes rendered, To to) {
    String body = rendered.asUtf8();
    if (!body.startsWith("{") || !body.endsWith("}")) {
      throw new IllegalArgumentException("not rendered by this channel: " + rendered);
    }
    return switch (to) {
      case To.Everybody() -> rendered;
      case To.Group(long id) ->
          Bytes.utf8(
              body.substring(0, body.length() - 1)
                  + ",\"recipient\":{\"type\":\"audience\",\"audienceGroupId\":"
                  + id
                  + "}}");
    };
  }

  @Override
  public SendResult send(
      To to, Bytes request, String retryKey, Channel.Credentials credentials, Duration deadline) {
    String path =
        switch (to) {
          case To.Everybody() -> BROADCAST;
          case To.Group _ -> NARROWCAST;
        };
    Transport.Answer answer =
        transport.exchange(
            new Transport.Request(
                "POST",
                host.at(path),
                Map.of(
                    "authorization",
                    lines(credentials).bearer(),
                    "content-type",
                    "application/json",
                    "x-line-retry-key",
                    UUID.fromString(retryKey).toString()),
                request,
                deadline));
    return SendVerdict.of(new Channel.Via.Push(retryKey), answer, clock.instant());
  }

  /** Of broadcasts LINE counts only what was sent in a day. */
  @Override
  public boolean tells(To to) {
    return to instanceof To.Group;
  }

  /** LINE says 404 of what it has not noted yet. */
  @Override
  public Progress progress(String requestId, Channel.Credentials credentials, Duration deadline) {
    Transport.Answer answer =
        transport.exchange(
            new Transport.Request(
                "GET",
                host.at(PROGRESS + URLEncoder.encode(requestId, StandardCharsets.UTF_8)),
                Map.of("authorization", lines(credentials).bearer()),
                Bytes.EMPTY,
                deadline));
    if (!(answer instanceof Transport.Answer.Answered answered) || answered.status() != 200) {
      return new Progress.Untold();
    }
    LineAnswer told = LineAnswer.of(answered);
    return switch (told.text("phase")) {
      case "waiting", "sending" -> new Progress.Going();
      case "succeeded" ->
          new Progress.Done(told.number("successCount"), told.number("failureCount"));
      case "failed" -> new Progress.Failed(why(told));
      default -> new Progress.Untold();
    };
  }

  private static String why(LineAnswer told) {
    return switch ((int) told.number("errorCode")) {
      case 2 -> "Too few people were left to send to: LINE sends to at least 50.";
      case 4 -> "The audience has fewer than 50 people.";
      case 5 -> "Not all could have been reached within the quota.";
      default ->
          "LINE says the narrowcast failed: "
              + told.optional("failedDescription").orElse("it does not say why.");
    };
  }

  private static LineCredentials lines(Channel.Credentials credentials) {
    if (credentials instanceof LineCredentials line) {
      return line;
    }
    throw new IllegalArgumentException("not LINE credentials: " + credentials.getClass());
  }
}

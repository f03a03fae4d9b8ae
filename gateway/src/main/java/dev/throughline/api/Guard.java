package dev.throughline.api;

import dev.throughline.contract.ApiError;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.http.Handler;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.log.LogUnavailableException;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.store.DatabaseException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Stands in front of every handler of the API: knows who asks, and turns what handlers throw into
 * answers.
 */
final class Guard {
  private static final String BEARER = "bearer ";

  /** Where Amazon's API Gateway has its keys. */
  private static final String API_KEY = "x-api-key";

  private final AccessKeys keys;
  private final Tokens tokens;
  private final RequestRates rates;

  Guard(AccessKeys keys, Tokens tokens, RequestRates rates) {
    this.keys = keys;
    this.tokens = tokens;
    this.rates = rates;
  }

  /** A handler of a project's own things. */
  @FunctionalInterface
  interface ProjectHandler {
    Response handle(ProjectId project, Request request) throws Exception;
  }

  /** Lets in who has a key of the project that the path names. */
  Handler project(ProjectHandler handler) {
    return project(handler, this::caller);
  }

  /** As {@link #project}; where nothing else is given, the key may stand in {@code x-api-key}. */
  Handler projectOrApiKey(ProjectHandler handler) {
    return project(
        handler,
        request ->
            request.header("Authorization").isPresent()
                ? caller(request)
                : request.header(API_KEY).map(this::byApiKey).orElseGet(() -> caller(request)));
  }

  private Handler project(ProjectHandler handler, Function<Request, Caller> callers) {
    return open(request -> {
      switch (callers.apply(request)) {
        case Caller.Known(ProjectId project) -> {
          if (!project.value().equals(request.param("project"))) {
            throw Refusal.forbidden();
          }
          rates
              .take(project)
              .ifPresent(wait -> {
                throw Refusal.exhausted(
                    "RATE_LIMITED",
                    "The project makes more requests a second than it may"
                        + " (limits.requests_per_second).",
                    wait);
              });
          return handler.handle(project, request);
        }
        case Caller.Unknown(String challenge) -> {
          return unauthenticated(challenge);
        }
      }
    });
  }

  /** Lets in everybody. */
  static Handler open(Handler handler) {
    return request -> {
      try {
        return handler.handle(request);
      } catch (RuntimeException e) {
        return refusal(e).orElseThrow(() -> e).response();
      }
    };
  }

  /** The answer that an exception stands for; empty for what is a fault of ours. */
  static Optional<Refusal> refusal(RuntimeException thrown) {
    return switch (thrown) {
      case Refusal refusal -> Optional.of(refusal);
      case WrongFieldException e ->
          Optional.of(Refusal.invalid("FIELD_INVALID", e.field(), e.sentence()));
      case LogUnavailableException e -> Optional.of(e.isRefused() ? busy() : Refusal.uncertain());
      case DatabaseException.DatabaseUnavailable _,
          DatabaseException.Conflict _,
          DatabaseException.TimedOut _ ->
          Optional.of(busy());
      case DatabaseException.CommitUnknown _ -> Optional.of(Refusal.uncertain());
      default -> Optional.empty();
    };
  }

  /**
   * The header's name in lower case, since an SDK looks it up by that spelling alone (contract, 0,
   * trap 1).
   */
  static Response unauthenticated(String challenge) {
    return Response.json(
            401,
            ApiError.of(
                    401,
                    "UNAUTHENTICATED",
                    "CREDENTIALS_INVALID",
                    "Request had invalid credentials.")
                .bytes())
        .with("www-authenticate", challenge);
  }

  private static Refusal busy() {
    return Refusal.unavailable("Nothing was stored; try again shortly.");
  }

  private Caller caller(Request request) {
    Optional<String> header = request.header("Authorization");
    if (header.isEmpty()) {
      return new Caller.Unknown("Bearer realm=\"throughline\"");
    }
    if (BasicCredentials.isBasic(header.get())) {
      return BasicCredentials.of(header.get())
          .flatMap(given -> keys.project(given.id(), given.secret()))
          .<Caller>map(Caller.Known::new)
          .orElseGet(() -> new Caller.Unknown("Basic realm=\"throughline\""));
    }
    if (!header.get().regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return new Caller.Unknown("Bearer realm=\"throughline\"");
    }
    return switch (tokens.check(header.get().substring(BEARER.length()).strip())) {
      case Tokens.Checked.Valid(String key, ProjectId project) ->
          keys.project(key).equals(Optional.of(project))
              ? new Caller.Known(project)
              : new Caller.Unknown(
                  "Bearer error=\"invalid_token\", error_description=\"key revoked\"");
      // By this word SDKs know that a new token helps (contract, 1.2).
      case Tokens.Checked.Expired() ->
          new Caller.Unknown("Bearer error=\"invalid_token\", error_description=\"token expired\"");
      case Tokens.Checked.Invalid() ->
          new Caller.Unknown("Bearer error=\"invalid_token\", error_description=\"token unknown\"");
    };
  }

  /** A key's id and its secret with a colon between, as Basic has them before it encodes them. */
  private Caller byApiKey(String given) {
    return BasicCredentials.pair(given)
        .flatMap(key -> keys.project(key.id(), key.secret()))
        .<Caller>map(Caller.Known::new)
        .orElseGet(() -> new Caller.Unknown("Basic realm=\"throughline\""));
  }

  private sealed interface Caller {
    record Known(ProjectId project) implements Caller {}

    record Unknown(String challenge) implements Caller {}
  }
}

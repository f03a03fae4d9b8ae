package dev.throughline.api;

import dev.throughline.contract.ApiError;
import dev.throughline.http.Errors;
import dev.throughline.http.HttpFailure;
import dev.throughline.http.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures before and around handlers, in the contract's form: unknown paths as well. */
public final class ErrorForm implements Errors {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorForm.class);

  @Override
  public Response answer(HttpFailure failure) {
    ApiError error =
        switch (failure) {
          case HttpFailure.UnknownRoute _ -> error(failure, "NOT_FOUND", "PATH_UNKNOWN");
          case HttpFailure.WrongMethod _ -> error(failure, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED");
          case HttpFailure.BodyTooLarge _ -> error(failure, "INVALID_ARGUMENT", "BODY_TOO_LARGE");
          case HttpFailure.UnsupportedEncoding _ ->
              error(failure, "INVALID_ARGUMENT", "BODY_ENCODED");
          case HttpFailure.Malformed _ -> error(failure, "INVALID_ARGUMENT", "REQUEST_MALFORMED");
          case HttpFailure.Overloaded _ -> error(failure, "UNAVAILABLE", "TRY_AGAIN");
          case HttpFailure.Unexpected(Throwable cause) -> {
            LOG.error("a request failed", cause);
            yield error(failure, "INTERNAL", "INTERNAL_ERROR");
          }
        };
    Response response = Response.json(error.code(), error.bytes());
    return switch (failure) {
      case HttpFailure.WrongMethod(String allow) -> response.with("Allow", allow);
      case HttpFailure.Overloaded() -> response.with("Retry-After", "1");
      case HttpFailure.UnknownRoute _,
          HttpFailure.BodyTooLarge _,
          HttpFailure.UnsupportedEncoding _,
          HttpFailure.Malformed _,
          HttpFailure.Unexpected _ ->
          response;
    };
  }

  private static ApiError error(HttpFailure failure, String status, String reason) {
    return ApiError.of(failure.status(), status, reason, failure.message());
  }
}

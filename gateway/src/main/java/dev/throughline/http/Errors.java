package dev.throughline.http;

import dev.throughline.message.Bytes;

/** The form in which a listener answers failures. It must not throw and must not wait. */
@FunctionalInterface
public interface Errors {
  Response answer(HttpFailure failure);

  /** One line of text: for listeners that are not part of the public contract. */
  static Errors plainText() {
    return failure -> {
      Bytes line = Bytes.utf8(failure.message() + "\n");
      Response response = Response.of(failure.status(), "text/plain; charset=utf-8", line);
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
    };
  }
}

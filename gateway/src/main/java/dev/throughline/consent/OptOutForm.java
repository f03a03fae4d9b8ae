package dev.throughline.consent;

import dev.throughline.message.Bytes;
import dev.throughline.message.ConsentSource;
import java.util.Optional;

/** What a POST to the page wants. */
enum OptOutForm {
  /** As RFC 8058 has it, form-encoded or as multipart. */
  ONE_CLICK,
  /** The page's own button. */
  OUT,
  /** The page's button that takes it back. */
  IN;

  static final String FIELD = "action";

  static Optional<OptOutForm> of(Bytes body) {
    String text = body.asUtf8();
    if (text.contains("List-Unsubscribe") && text.contains("One-Click")) {
      return Optional.of(ONE_CLICK);
    }
    return switch (text.strip()) {
      case FIELD + "=out" -> Optional.of(OUT);
      case FIELD + "=in" -> Optional.of(IN);
      default -> Optional.empty();
    };
  }

  ConsentSource source() {
    return this == ONE_CLICK ? ConsentSource.ONE_CLICK : ConsentSource.PAGE;
  }
}

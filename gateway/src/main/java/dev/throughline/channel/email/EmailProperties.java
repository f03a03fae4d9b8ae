package dev.throughline.channel.email;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Quote;
import dev.throughline.channel.email.MailContent.Header;
import dev.throughline.contract.EmailAddresses;
import java.net.URI;
import java.util.ArrayList;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a request asks of e-mail besides its content: the {@code EMAIL_…} channel properties, which
 * are extensions of the contract, and what it quotes. Properties of other names are let be.
 */
final class EmailProperties {
  static final String SUBJECT = "EMAIL_SUBJECT";
  static final String PREHEADER = "EMAIL_PREHEADER";
  static final String FROM_NAME = "EMAIL_FROM_NAME";
  static final String REPLY_TO = "EMAIL_REPLY_TO";
  static final String LANGUAGE = "EMAIL_LANGUAGE";

  /**
   * The page on which whoever got the mail ends such mails: at once by a POST of {@code
   * List-Unsubscribe=One-Click} (RFC 8058), and asking first by a GET.
   */
  static final String UNSUBSCRIBE_URL = "EMAIL_UNSUBSCRIBE_URL";

  static final String LIST_UNSUBSCRIBE = "List-Unsubscribe";
  static final String LIST_UNSUBSCRIBE_POST = "List-Unsubscribe-Post";

  /** RFC 5322, 2.1.1, for a line; and what SES takes as the value of a field. */
  static final int MAX_LINE = 995;

  private static final int MAX_NAME = 200;
  private static final int MAX_PREHEADER = 500;

  private final Composed message;
  private final Map<String, String> given;

  EmailProperties(Composed message) {
    this.message = message;
    this.given = message.properties();
  }

  Optional<String> subject() {
    return line(SUBJECT, MAX_LINE);
  }

  /** What lists of mails show beside the subject. */
  Optional<String> preheader() {
    return line(PREHEADER, MAX_PREHEADER);
  }

  Optional<String> fromName() {
    return line(FROM_NAME, MAX_NAME);
  }

  Optional<String> language() {
    Optional<String> tag = value(LANGUAGE);
    tag.ifPresent(EmailProperties::checkTag);
    return tag;
  }

  private static void checkTag(String tag) {
    try {
      new Locale.Builder().setLanguageTag(tag);
    } catch (IllformedLocaleException e) {
      throw new ImpossibleMailException(LANGUAGE + " must be a BCP 47 tag, such as ja or en-GB.");
    }
  }

  List<String> replyTo() {
    return value(REPLY_TO)
        .map(address ->
            EmailAddresses.normal(address)
                .orElseThrow(
                    () -> new ImpossibleMailException(REPLY_TO + " must be one e-mail address.")))
        .stream()
        .toList();
  }

  Optional<String> unsubscribeUrl() {
    Optional<String> url = value(UNSUBSCRIBE_URL).map(EmailProperties::ascii);
    if (url.isPresent()
        && !(url.get().matches("https?://[!-;=?-~]+") && url.get().length() <= MAX_LINE - 2)) {
      throw new ImpossibleMailException(
          UNSUBSCRIBE_URL + " must be an address of a page, of at most 993 characters.");
    }
    return url;
  }

  /** What stands in the head besides subject and addresses. */
  List<Header> headers() {
    List<Header> headers = new ArrayList<>();
    if (message.quote().isPresent() && message.quote().get() instanceof Quote.By(String id)) {
      headers.add(new Header("In-Reply-To", id));
      headers.add(new Header("References", id));
    }
    unsubscribeUrl()
        .ifPresent(url -> {
          headers.add(new Header(LIST_UNSUBSCRIBE, "<" + url + ">"));
          headers.add(new Header(LIST_UNSUBSCRIBE_POST, "List-Unsubscribe=One-Click"));
        });
    return headers;
  }

  static boolean isImpossible(Quote quote) {
    return quote instanceof Quote.Impossible;
  }

  private Optional<String> line(String name, int max) {
    Optional<String> line = value(name).map(PlainText::oneLine).filter(words -> !words.isEmpty());
    if (line.isPresent() && line.get().length() > max) {
      throw new ImpossibleMailException(name + " must have at most " + max + " characters.");
    }
    return line;
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(given.get(name)).filter(value -> !value.isBlank());
  }

  private static String ascii(String url) {
    try {
      return URI.create(url).toASCIIString();
    } catch (IllegalArgumentException noUri) {
      return url;
    }
  }
}

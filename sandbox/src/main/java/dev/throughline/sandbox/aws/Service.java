package dev.throughline.sandbox.aws;

import java.util.Locale;
import java.util.Optional;

/** The services that have an API here, with the dialect in which each answers. */
enum Service {
  SES("ses", Dialect.REST_JSON),
  SMS("sms-voice", Dialect.AWS_JSON),
  SOCIAL("social-messaging", Dialect.REST_JSON),
  SQS("sqs", Dialect.QUERY_JSON),
  S3("s3", Dialect.XML);

  /** How errors are written. */
  enum Dialect {
    /** The code in {@code x-amzn-errortype}, {@code message} in the body. */
    REST_JSON,
    /** The code in {@code __type}, {@code Message} beside it. */
    AWS_JSON,
    /** The code in {@code __type} and, in its older form, in {@code x-amzn-query-error}. */
    QUERY_JSON,
    /** {@code Code} and {@code Message} in an {@code Error} of XML. */
    XML
  }

  private final String signingName;
  private final Dialect dialect;

  Service(String signingName, Dialect dialect) {
    this.signingName = signingName;
    this.dialect = dialect;
  }

  /** The service's name in the scope of a signature. */
  String signingName() {
    return signingName;
  }

  Dialect dialect() {
    return dialect;
  }

  /** What faults and records call it: {@code ses}, {@code sms}, … */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Service> signedAs(String name) {
    for (Service service : values()) {
      if (service.signingName.equals(name)) {
        return Optional.of(service);
      }
    }
    return Optional.empty();
  }
}

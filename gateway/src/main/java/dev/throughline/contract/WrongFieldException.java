package dev.throughline.contract;

/**
 * What a client sent cannot be accepted. Thrown through the readers of a request and caught where
 * the request is answered, with 400.
 */
public final class WrongFieldException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final int MAX_FIELD_LENGTH = 200;

  private final String field;
  private final String sentence;

  /**
   * @param field where, such as {@code recipient.contact_id}; empty for the body as a whole
   * @param sentence what is wrong, going on after the field's name; never what somebody wrote
   */
  public WrongFieldException(String field, String sentence) {
    super(sentence, null, false, false);
    this.field = field.length() <= MAX_FIELD_LENGTH ? field : field.substring(0, MAX_FIELD_LENGTH);
    this.sentence = sentence;
  }

  public String field() {
    return field;
  }

  /** A whole sentence for the client. */
  public String sentence() {
    return field.isEmpty() ? sentence : field + " " + sentence;
  }
}

package dev.throughline.http;

import java.util.List;
import java.util.Optional;

/** Header fields of one message, looked up without regard to case, values in order of arrival. */
public interface Headers {
  /** No fields at all. */
  Headers NONE = name -> List.of();

  /** Every value of the field, one a line of the message; empty if it is absent. */
  List<String> all(String name);

  /** The first value of the field. A field that must not be repeated is read with {@link #all}. */
  default Optional<String> first(String name) {
    List<String> values = all(name);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
  }

  /** Fields held as name and value pairs. */
  static Headers of(List<Field> fields) {
    List<Field> copy = List.copyOf(fields);
    return name ->
        copy.stream().filter(f -> f.name().equalsIgnoreCase(name)).map(Field::value).toList();
  }

  /**
   * One header line, written exactly as given. The constructor refuses whatever could end the line
   * or start another.
   */
  record Field(String name, String value) {
    public Field {
      if (!HttpToken.isToken(name)) {
        throw new IllegalArgumentException("not a header name: " + name.length() + " characters");
      }
      if (!HttpToken.isFieldValue(value)) {
        throw new IllegalArgumentException(
            "the value of header " + name + " holds a control or non-ASCII character");
      }
    }

    /** Values may be secrets, so only the name is shown. */
    @Override
    public String toString() {
      return name + ": (" + value.length() + " characters)";
    }
  }
}

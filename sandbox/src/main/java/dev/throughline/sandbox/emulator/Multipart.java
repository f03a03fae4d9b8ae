package dev.throughline.sandbox.emulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bodies of {@code multipart/form-data}. */
public final class Multipart {
  private static final Pattern BOUNDARY =
      Pattern.compile("multipart/form-data;.*boundary=\"?([^\";]{1,70})\"?.*");
  private static final Pattern NAME =
      Pattern.compile("(?i)content-disposition:[^\\r\\n]*[; ]name=\"?([^\"\\r\\n;]*)");
  private static final Pattern FILE_NAME =
      Pattern.compile("(?i)content-disposition:[^\\r\\n]*[; ]filename=\"?([^\"\\r\\n;]*)");
  private static final Pattern TYPE = Pattern.compile("(?i)content-type:\\s*([^\\r\\n]+)");

  /**
   * @param fileName and {@code type}: empty if the part does not say
   */
  public record Part(String name, String fileName, String type, Bytes body) {}

  private Multipart() {}

  /** Empty if this is no such body. */
  public static Optional<List<Part>> parts(String contentType, Bytes body) {
    Matcher boundary = BOUNDARY.matcher(contentType);
    if (!boundary.matches()) {
      return Optional.empty();
    }
    // One char a byte, so that what is found in the text is where it is in the bytes.
    String text = new String(body.copy(), StandardCharsets.ISO_8859_1);
    String mark = "--" + boundary.group(1);
    List<Part> parts = new ArrayList<>();
    int at = text.indexOf(mark);
    while (at >= 0) {
      int start = text.indexOf("\r\n", at);
      int end = text.indexOf("\r\n" + mark, start < 0 ? at : start);
      if (start < 0 || end < 0) {
        break;
      }
      int head = text.indexOf("\r\n\r\n", start);
      if (head >= 0 && head < end) {
        String headers = text.substring(start, head + 2);
        Optional<String> name = first(NAME, headers);
        if (name.isPresent()) {
          byte[] bytes = text.substring(head + 4, end).getBytes(StandardCharsets.ISO_8859_1);
          parts.add(
              new Part(
                  name.get(),
                  first(FILE_NAME, headers).orElse(""),
                  first(TYPE, headers).orElse(""),
                  Bytes.of(bytes)));
        }
      }
      at = end + 2;
    }
    return Optional.of(parts);
  }

  private static Optional<String> first(Pattern wanted, String headers) {
    Matcher found = wanted.matcher(headers);
    return found.find() ? Optional.of(found.group(1).trim()) : Optional.empty();
  }
}

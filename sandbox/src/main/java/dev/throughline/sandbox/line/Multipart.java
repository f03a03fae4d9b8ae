package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bodies of {@code multipart/form-data}. */
final class Multipart {
  private static final Pattern BOUNDARY =
      Pattern.compile("multipart/form-data;.*boundary=\"?([^\";]{1,70})\"?.*");
  private static final Pattern NAME =
      Pattern.compile("(?is).*content-disposition:[^\\r\\n]*[; ]name=\"([^\"]*)\".*");

  record Part(String name, Bytes body) {}

  private Multipart() {}

  /** Empty if this is no such body. */
  static Optional<List<Part>> parts(String contentType, Bytes body) {
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
        Matcher name = NAME.matcher(text.substring(start, head + 2));
        if (name.matches()) {
          byte[] bytes = text.substring(head + 4, end).getBytes(StandardCharsets.ISO_8859_1);
          parts.add(new Part(name.group(1), Bytes.of(bytes)));
        }
      }
      at = end + 2;
    }
    return Optional.of(parts);
  }
}

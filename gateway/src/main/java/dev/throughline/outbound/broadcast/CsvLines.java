package dev.throughline.outbound.broadcast;

import dev.throughline.contract.WrongFieldException;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Records of comma-separated values (RFC 4180); a quoted value may go over several lines, which
 * then end with a line feed, whatever they ended with.
 */
final class CsvLines {
  private static final String MARK = "\uFEFF";

  private final TextLines lines;
  private long number;

  CsvLines(InputStream in) {
    this.lines = new TextLines(in);
  }

  /** On which line the record that came last begins. */
  long number() {
    return number;
  }

  /** Empty at the end. */
  Optional<List<String>> next() throws IOException {
    Optional<Bytes> line = lines.next();
    if (line.isEmpty()) {
      return Optional.empty();
    }
    number = lines.number();
    String text = line.get().asUtf8();
    if (number == 1 && text.startsWith(MARK)) {
      text = text.substring(MARK.length());
    }
    List<String> values = new ArrayList<>();
    int at = 0;
    while (true) {
      if (at < text.length() && text.charAt(at) == '"') {
        StringBuilder value = new StringBuilder();
        at++;
        while (true) {
          int quote = text.indexOf('"', at);
          if (quote < 0) {
            value.append(text, at, text.length()).append('\n');
            text = more(value.length());
            at = 0;
          } else if (quote + 1 < text.length() && text.charAt(quote + 1) == '"') {
            value.append(text, at, quote + 1);
            at = quote + 2;
          } else {
            value.append(text, at, quote);
            at = quote + 1;
            break;
          }
        }
        if (at < text.length() && text.charAt(at) != ',') {
          throw wrong("has something between a quoted value and the comma.");
        }
        values.add(value.toString());
      } else {
        int comma = text.indexOf(',', at);
        int end = comma < 0 ? text.length() : comma;
        values.add(text.substring(at, end));
        at = end;
      }
      if (at >= text.length()) {
        return Optional.of(values);
      }
      at++;
    }
  }

  private String more(int soFar) throws IOException {
    if (soFar > TextLines.LONGEST) {
      throw wrong("has a quoted value longer than " + TextLines.LONGEST + " bytes.");
    }
    return lines
        .next()
        .map(Bytes::asUtf8)
        .orElseThrow(() -> wrong("has a quoted value that does not end."));
  }

  private WrongFieldException wrong(String sentence) {
    return new WrongFieldException("line " + number, sentence);
  }
}

package dev.throughline.outbound.broadcast;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads an audience as it comes, line by line.
 *
 * <p>CSV (RFC 4180, UTF-8, a first line with names): {@code contact_id}, or a column a channel with
 * addresses, named as the channel in any case; every other column is a variable. NDJSON: an object
 * a line, with {@code contact_id} or {@code identified_by} as a send names its recipient, and
 * {@code variables}.
 */
public final class AudienceReader {
  static final int MOST_VARIABLES = 50;
  static final int LONGEST_VARIABLE = 1_024;

  private static final String CONTACT = "contact_id";

  /** Columns of these names hold addresses; the contract's channels, and ours. */
  private static final Set<String> CHANNELS =
      Set.of(
          "LINE",
          "WHATSAPP",
          "SMS",
          "EMAIL",
          "MMS",
          "RCS",
          "MESSENGER",
          "INSTAGRAM",
          "VIBER",
          "VIBERBM",
          "TELEGRAM",
          "KAKAOTALK",
          "KAKAOTALKCHAT",
          "WECHAT",
          "APPLEBC");

  private AudienceReader() {}

  /** Takes one after another; false ends the reading. */
  @FunctionalInterface
  public interface Taker {
    boolean take(Addressee addressee);
  }

  /** How far it got. */
  public record Read(long people, boolean whole) {}

  /**
   * @throws WrongFieldException naming the line that cannot be read
   */
  public static Read csv(InputStream in, Taker taker) throws IOException {
    CsvLines lines = new CsvLines(in);
    Optional<List<String>> names = lines.next();
    if (names.isEmpty()) {
      throw wrong(1, "the first line must name the columns.");
    }
    List<Column> columns = columns(names.get());
    long people = 0;
    for (Optional<List<String>> line = lines.next(); line.isPresent(); line = lines.next()) {
      List<String> values = line.get();
      if (values.size() == 1 && values.getFirst().isEmpty()) {
        continue;
      }
      if (values.size() != columns.size()) {
        throw wrong(
            lines.number(),
            "has " + values.size() + " values, and there are " + columns.size() + " columns.");
      }
      people++;
      if (!taker.take(addressee(columns, values, lines.number()))) {
        return new Read(people, false);
      }
    }
    return new Read(people, true);
  }

  /**
   * @throws WrongFieldException naming the line that cannot be read
   */
  public static Read ndjson(InputStream in, Taker taker) throws IOException {
    TextLines lines = new TextLines(in);
    long people = 0;
    for (Optional<Bytes> line = lines.next(); line.isPresent(); line = lines.next()) {
      if (line.get().length() == 0) {
        continue;
      }
      people++;
      if (!taker.take(addressee(line.get(), lines.number()))) {
        return new Read(people, false);
      }
    }
    return new Read(people, true);
  }

  /** One as it stands in a request, or on a line. */
  public static Addressee addressee(Fields fields) {
    Map<String, String> variables = fields.stringMap("variables", LONGEST_VARIABLE);
    if (variables.size() > MOST_VARIABLES) {
      throw fields.wrong("variables", "must be at most " + MOST_VARIABLES + ".");
    }
    return new Addressee(normal(SendRequests.recipient(fields)), variables);
  }

  private static Addressee addressee(Bytes line, long number) {
    try {
      return addressee(Fields.of(Json.request(line)));
    } catch (WrongFieldException e) {
      throw wrong(number, (e.field().isEmpty() ? "" : e.field() + " ") + e.sentence());
    }
  }

  private static Recipient normal(Recipient recipient) {
    return recipient instanceof Recipient.ByIdentities(List<Identity> named)
        ? new Recipient.ByIdentities(
            named.stream().map(each -> Addressee.normal(each.channel(), each.value())).toList())
        : recipient;
  }

  private static List<Column> columns(List<String> names) {
    List<Column> columns = new ArrayList<>();
    boolean reaches = false;
    for (String name : names) {
      String channel = name.strip().toUpperCase(Locale.ROOT);
      if (name.strip().equals(CONTACT)) {
        columns.add(new Column.Contact());
        reaches = true;
      } else if (CHANNELS.contains(channel)) {
        columns.add(new Column.Address(new ChannelName(channel)));
        reaches = true;
      } else {
        columns.add(new Column.Variable(name.strip()));
      }
    }
    if (!reaches) {
      throw wrong(1, "must have a column contact_id, or one named as a channel.");
    }
    if (columns.size() > MOST_VARIABLES) {
      throw wrong(1, "must name at most " + MOST_VARIABLES + " columns.");
    }
    return columns;
  }

  private static Addressee addressee(List<Column> columns, List<String> values, long line) {
    Optional<ContactId> contact = Optional.empty();
    List<Identity> addresses = new ArrayList<>();
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      String value = values.get(i).strip();
      if (value.isEmpty()) {
        continue;
      }
      switch (columns.get(i)) {
        case Column.Contact() ->
            contact =
                Optional.of(
                    Ulids.parse(value)
                        .map(ContactId::new)
                        .orElseThrow(() -> wrong(line, "contact_id must be a ULID.")));
        case Column.Address(ChannelName channel) -> {
          if (value.length() > Identities.MAX_LENGTH) {
            throw wrong(line, "has an address longer than " + Identities.MAX_LENGTH + ".");
          }
          Identity address = Addressee.normal(channel, value);
          Identities.problem(channel, address.value())
              .ifPresent(sentence -> {
                throw wrong(line, channel + " " + sentence);
              });
          addresses.add(address);
        }
        case Column.Variable(String name) -> {
          if (value.length() > LONGEST_VARIABLE) {
            throw wrong(line, name + " is longer than " + LONGEST_VARIABLE + " characters.");
          }
          variables.put(name, value);
        }
      }
    }
    if (contact.isPresent()) {
      return new Addressee(new Recipient.ByContact(contact.get()), variables);
    }
    if (addresses.isEmpty()) {
      throw wrong(line, "names nobody.");
    }
    return new Addressee(new Recipient.ByIdentities(addresses), variables);
  }

  private static WrongFieldException wrong(long line, String sentence) {
    return new WrongFieldException("line " + line, sentence);
  }

  private sealed interface Column {
    record Contact() implements Column {}

    record Address(ChannelName channel) implements Column {}

    record Variable(String name) implements Column {}
  }
}

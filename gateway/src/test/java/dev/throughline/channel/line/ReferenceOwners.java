package dev.throughline.channel.line;

import dev.throughline.channel.Channel.OwnedRun;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rule of ownership, written as slowly and plainly as it can be: a tree with offsets, and for
 * each byte the question whose it is.
 */
final class ReferenceOwners {
  private static final Charset ISO = StandardCharsets.ISO_8859_1;

  private final byte[] body;
  private int at;

  private ReferenceOwners(byte[] body) {
    this.body = body;
  }

  /** A JSON value; of an object, also where it stands. */
  private sealed interface Node {}

  private record Members(int from, int to, List<Member> members) implements Node {
    Optional<Node> last(String name) {
      return members.stream()
          .filter(member -> member.name.equals(name))
          .reduce((first, second) -> second)
          .map(Member::value);
    }

    /** The last of that name, if it is an id. */
    @Nullable String id(String name) {
      return last(name)
          .filter(Text.class::isInstance)
          .map(node -> ((Text) node).text)
          .filter(LineIds::isUsable)
          .orElse(null);
    }
  }

  private record Member(String name, Node value) {}

  private record Elements(List<Node> elements) implements Node {}

  private record Text(String text) implements Node {}

  private record Other() implements Node {}

  private static final class NotJson extends RuntimeException {}

  static List<OwnedRun> of(byte[] body) {
    @Nullable String[] owners = new String[body.length];
    tree(body).ifPresent(root -> own(root, owners));
    List<OwnedRun> runs = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= body.length; i++) {
      if (i == body.length || !Objects.equals(owners[i], owners[from])) {
        String run = new String(body, from, i - from, StandardCharsets.ISO_8859_1);
        if (!runs.isEmpty() && run.matches("[,\\]} \\t\\n\\r]*")) {
          OwnedRun before = runs.removeLast();
          runs.add(new OwnedRun(before.from(), i, before.owner()));
        } else {
          runs.add(new OwnedRun(from, i, LineIds.identity(owners[from])));
        }
        from = i;
      }
    }
    return runs;
  }

  /** Whether it is a webhook body at all. */
  static boolean isWebhook(byte[] body) {
    return tree(body).isPresent();
  }

  private static Optional<Members> tree(byte[] body) {
    ReferenceOwners reader = new ReferenceOwners(body);
    try {
      reader.space();
      Node root = reader.value();
      reader.space();
      return reader.at == body.length && root instanceof Members members && hasEvents(members)
          ? Optional.of(members)
          : Optional.empty();
    } catch (NotJson e) {
      return Optional.empty();
    }
  }

  private static boolean hasEvents(Members root) {
    List<Node> events =
        root.members.stream()
            .filter(member -> member.name.equals("events"))
            .map(Member::value)
            .toList();
    return !events.isEmpty() && events.stream().allMatch(Elements.class::isInstance);
  }

  private static void own(Members root, @Nullable String[] owners) {
    List<Node> events = new ArrayList<>();
    for (Member member : root.members) {
      if (member.name.equals("events") && member.value instanceof Elements elements) {
        events.addAll(elements.elements);
      }
    }
    paint(root, events, root.id("destination"), owners);
  }

  /** Paints outer objects first, inner ones over them; who names nobody leaves the paint. */
  private static void paint(
      Node node, List<Node> events, @Nullable String bot, @Nullable String[] owners) {
    switch (node) {
      case Members members -> {
        String owner = members.id("userId");
        boolean isEvent = events.stream().anyMatch(event -> event == members);
        if (owner == null && isEvent) {
          owner = ownerOfEvent(members);
        }
        if (owner != null && !owner.equals(bot)) {
          Arrays.fill(owners, members.from, members.to, owner);
        }
        members.members.forEach(member -> paint(member.value, events, bot, owners));
      }
      case Elements elements -> elements.elements.forEach(each -> paint(each, events, bot, owners));
      case Text text -> {}
      case Other other -> {}
    }
  }

  private static @Nullable String ownerOfEvent(Members event) {
    if (event.last("source").orElse(null) instanceof Members source) {
      String user = source.id("userId");
      return user != null ? user : lastChat(source);
    }
    return null;
  }

  private static @Nullable String lastChat(Members source) {
    return source.members.stream()
        .filter(member -> member.name.equals("groupId") || member.name.equals("roomId"))
        .reduce((first, second) -> second)
        .map(member -> source.id(member.name))
        .orElse(null);
  }

  private Node value() {
    return switch (peek()) {
      case '{' -> members();
      case '[' -> elements();
      case '"' -> text();
      default -> other();
    };
  }

  private Node members() {
    int from = at++;
    List<Member> members = new ArrayList<>();
    space();
    while (peek() != '}') {
      if (!members.isEmpty()) {
        expect(',');
        space();
      }
      if (peek() != '"') {
        throw new NotJson();
      }
      String name = text().text;
      space();
      expect(':');
      space();
      members.add(new Member(name, value()));
      space();
    }
    at++;
    return new Members(from, at, members);
  }

  private Node elements() {
    at++;
    List<Node> elements = new ArrayList<>();
    space();
    while (peek() != ']') {
      if (!elements.isEmpty()) {
        expect(',');
        space();
      }
      elements.add(value());
      space();
    }
    at++;
    return new Elements(elements);
  }

  private Text text() {
    at++;
    StringBuilder text = new StringBuilder();
    while (peek() != '"') {
      int c = peek();
      at++;
      if (c < ' ') {
        throw new NotJson();
      }
      text.append((char) (c == '\\' ? escape() : c));
    }
    at++;
    return new Text(text.toString());
  }

  private int escape() {
    int c = peek();
    at++;
    if (c == 'u') {
      String hex = new String(body, at, Math.min(4, body.length - at), ISO);
      if (!hex.matches("[0-9a-fA-F]{4}")) {
        throw new NotJson();
      }
      at += 4;
      return Integer.parseInt(hex, 16);
    }
    int index = "\"\\/bfnrt".indexOf(c);
    if (index < 0) {
      throw new NotJson();
    }
    return "\"\\/\b\f\n\r\t".charAt(index);
  }

  private Node other() {
    int from = at;
    while (at < body.length && " \n\r\t,]}{[\":".indexOf(body[at]) < 0) {
      at++;
    }
    String word = new String(body, from, at - from, ISO);
    if (!word.matches("true|false|null|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      throw new NotJson();
    }
    return new Other();
  }

  private void expect(char c) {
    if (peek() != c) {
      throw new NotJson();
    }
    at++;
  }

  private int peek() {
    if (at >= body.length) {
      throw new NotJson();
    }
    return body[at] & 0xff;
  }

  private void space() {
    while (at < body.length && " \n\r\t".indexOf(body[at]) >= 0) {
      at++;
    }
  }
}

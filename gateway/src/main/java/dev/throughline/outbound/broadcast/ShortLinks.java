package dev.throughline.outbound.broadcast;

import dev.throughline.contract.Json;
import dev.throughline.http.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Puts our own links in the place of those of a message, one for each address wherever it stands:
 * the same for everybody, since what goes to many in one request is the same.
 *
 * @param message with our links
 * @param links the message's own, by our tokens, in their order
 */
record ShortLinks(ObjectNode message, List<Link> links) {
  /** Links of one message at most; those after them stay as they are. */
  static final int MOST = 50;

  /** Below the address of the public port. */
  static final String PATH = "/l/";

  /** Texts that people read; beside them only {@link #LINK} holds what somebody follows. */
  private static final Set<String> TEXTS = Set.of("text", "title", "description", "caption");

  private static final String LINK = "url_message";

  /** What stands in a text, up to whatever is no part of an address. */
  private static final Pattern ADDRESS = Pattern.compile("https?://[!#-;=?-Z\\[\\]_a-~]+");

  private static final String AFTER = ".,;:!?)]}'";

  ShortLinks {
    links = List.copyOf(links);
  }

  /** A link that was replaced. */
  record Link(String token, String address) {
    /** Shows where it goes to nobody. */
    @Override
    public String toString() {
      return "Link[" + token + "]";
    }
  }

  /**
   * @param base the address of the public port, without a slash at its end
   * @param tokens a new one each time
   */
  static ShortLinks of(ObjectNode message, String base, Supplier<String> tokens) {
    Map<String, String> found = new LinkedHashMap<>();
    ObjectNode replaced = (ObjectNode) new Walk(base, tokens, found).walked("", "", message);
    List<Link> links = new ArrayList<>();
    found.forEach((address, token) -> links.add(new Link(token, address)));
    return new ShortLinks(replaced, links);
  }

  private record Walk(String base, Supplier<String> tokens, Map<String, String> found) {
    JsonNode walked(String parent, String name, JsonNode node) {
      if (node.isObject()) {
        ObjectNode object = Json.object();
        node.properties()
            .forEach(
                each -> object.set(each.getKey(), walked(name, each.getKey(), each.getValue())));
        return object;
      }
      if (node.isArray()) {
        var array = Json.array();
        node.forEach(each -> array.add(walked(parent, name, each)));
        return array;
      }
      if (node.isString() && parent.equals(LINK) && name.equals("url")) {
        return StringNode.valueOf(shortened(node.stringValue()));
      }
      return node.isString() && TEXTS.contains(name)
          ? StringNode.valueOf(
              ADDRESS
                  .matcher(node.stringValue())
                  .replaceAll(match -> Matcher.quoteReplacement(inText(match.group()))))
          : node;
    }

    /** What ends a sentence is none of the address. */
    private String inText(String written) {
      int end = written.length();
      while (end > 0 && AFTER.indexOf(written.charAt(end - 1)) >= 0) {
        end--;
      }
      return shortened(written.substring(0, end)) + written.substring(end);
    }

    private String shortened(String address) {
      String known = found.get(address);
      if (known == null) {
        if (found.size() == MOST || address.contains("${") || !isAddress(address)) {
          return address;
        }
        known = tokens.get();
        found.put(address, known);
      }
      return base + PATH + known;
    }

    private static boolean isAddress(String address) {
      int fragment = address.indexOf('#');
      try {
        Target.parse(fragment < 0 ? address : address.substring(0, fragment));
        return true;
      } catch (Target.InvalidTargetException e) {
        return false;
      }
    }
  }
}

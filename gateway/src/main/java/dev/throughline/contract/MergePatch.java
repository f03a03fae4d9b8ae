package dev.throughline.contract;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** RFC 7386: members of a patch replace those of its target, and its nulls remove them. */
public final class MergePatch {
  private MergePatch() {}

  /** A new object; neither argument changes. */
  public static ObjectNode merge(ObjectNode target, ObjectNode patch) {
    ObjectNode merged = target.deepCopy();
    for (Map.Entry<String, JsonNode> member : patch.properties()) {
      JsonNode value = member.getValue();
      if (value.isNull()) {
        merged.remove(member.getKey());
      } else if (value instanceof ObjectNode inner) {
        ObjectNode before =
            merged.path(member.getKey()) instanceof ObjectNode old ? old : Json.object();
        merged.set(member.getKey(), merge(before, inner));
      } else {
        merged.set(member.getKey(), value);
      }
    }
    return merged;
  }
}

package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Selection of objects for a list, a watch or the deletion of a collection. */
final class Selector {

  /** Fields by which objects can be selected, of every kind and of some. */
  private static final Set<String> SELECTABLE = Set.of("metadata.name", "metadata.namespace");

  private static final Map<String, Set<String>> SELECTABLE_BY_KIND =
      Map.of(
          "Pod",
          Set.of(
              "spec.nodeName",
              "spec.restartPolicy",
              "spec.schedulerName",
              "spec.serviceAccountName",
              "status.phase",
              "status.podIP",
              "status.nominatedNodeName"),
          "Secret",
          Set.of("type"),
          "Namespace",
          Set.of("status.phase"),
          "ReplicaSet",
          Set.of("status.replicas"),
          "Job",
          Set.of("status.successful"),
          "Event",
          Set.of(
              "involvedObject.kind",
              "involvedObject.namespace",
              "involvedObject.name",
              "involvedObject.uid",
              "involvedObject.apiVersion",
              "involvedObject.resourceVersion",
              "involvedObject.fieldPath",
              "reason",
              "reportingComponent",
              "source",
              "type"));

  private static final Pattern SET =
      Pattern.compile("([^\\s!=,()]+)\\s+(in|notin)\\s*\\(([^)]*)\\)");
  private static final Pattern EQUALITY =
      Pattern.compile("([^\\s!=,()]+)\\s*(==|=|!=)\\s*([^\\s!=,()]*)");
  private static final Pattern EXISTENCE = Pattern.compile("(!?)\\s*([^\\s!=,()]+)");

  private Selector() {}

  /** Returns the conjunction of a request's label and field selectors. */
  static Predicate<ObjectNode> of(ApiRequest request) {
    Predicate<ObjectNode> labels =
        request.parameter("labelSelector").map(Selector::labels).orElse(o -> true);
    Predicate<ObjectNode> fields =
        request.parameter("fieldSelector").map(text -> fields(request, text)).orElse(o -> true);
    return labels.and(fields);
  }

  /**
   * Parses a label selector.
   *
   * @throws ApiException 400 if it is malformed
   */
  static Predicate<ObjectNode> labels(String text) {
    Predicate<ObjectNode> all = o -> true;
    for (String requirement : requirements(text)) {
      all = all.and(label(requirement.strip(), text));
    }
    return all;
  }

  private static List<String> requirements(String text) {
    List<String> result = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '(' -> depth++;
        case ')' -> depth--;
        case ',' -> {
          if (depth == 0) {
            result.add(text.substring(start, i));
            start = i + 1;
          }
        }
        default -> {}
      }
    }
    result.add(text.substring(start));
    return result;
  }

  private static Predicate<ObjectNode> label(String requirement, String selector) {
    Matcher set = SET.matcher(requirement);
    if (set.matches()) {
      Set<String> values = new HashSet<>();
      Arrays.stream(set.group(3).split(",", -1)).map(String::strip).forEach(values::add);
      boolean in = set.group(2).equals("in");
      return o -> {
        JsonNode value = value(o, set.group(1));
        return in == (!value.isMissingNode() && values.contains(value.asText()));
      };
    }
    Matcher equality = EQUALITY.matcher(requirement);
    if (equality.matches()) {
      boolean equal = !equality.group(2).equals("!=");
      return o -> {
        JsonNode value = value(o, equality.group(1));
        return equal == (!value.isMissingNode() && value.asText().equals(equality.group(3)));
      };
    }
    Matcher existence = EXISTENCE.matcher(requirement);
    if (existence.matches()) {
      boolean absent = existence.group(1).equals("!");
      return o -> absent == value(o, existence.group(2)).isMissingNode();
    }
    throw ApiException.badRequest(
        "unable to parse requirement: found '" + requirement + "' in selector '" + selector + "'");
  }

  private static JsonNode value(ObjectNode object, String label) {
    return object.path("metadata").path("labels").path(label);
  }

  private static Predicate<ObjectNode> fields(ApiRequest request, String text) {
    Predicate<ObjectNode> all = o -> true;
    for (String requirement : text.split(",", -1)) {
      Matcher equality = EQUALITY.matcher(requirement.strip());
      if (!equality.matches()) {
        throw ApiException.badRequest(
            "invalid selector: '" + text + "'; can't understand '" + requirement + "'");
      }
      String field = equality.group(1);
      if (!isSelectable(request.type().kind(), field)) {
        throw ApiException.badRequest(
            (request.type().isCustom()
                    ? "field label not supported: "
                    : "\""
                        + field
                        + "\" is not a known field selector: only \"metadata.name\","
                        + " \"metadata.namespace\"")
                + (request.type().isCustom() ? field : ""));
      }
      boolean equal = !equality.group(2).equals("!=");
      String[] path = field.split("\\.", -1);
      all = all.and(o -> equal == at(o, path).equals(equality.group(3)));
    }
    return all;
  }

  private static String at(JsonNode object, String[] path) {
    JsonNode node = object;
    for (String name : path) {
      node = node.path(name);
    }
    return node.asText();
  }

  private static boolean isSelectable(String kind, String field) {
    return SELECTABLE.contains(field)
        || SELECTABLE_BY_KIND.getOrDefault(kind, Set.of()).contains(field);
  }
}

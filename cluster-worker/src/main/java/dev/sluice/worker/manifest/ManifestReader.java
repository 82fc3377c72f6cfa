package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.JsonSize;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads the objects of a manifest text that are applied, with lists split into their items. Hooks
 * that never run, such as Helm's tests, are left out, and need not be valid.
 */
public final class ManifestReader {

  private static final Pattern API_VERSION =
      Pattern.compile("([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[a-z0-9]{1,63}");
  private static final Pattern KIND = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,62}");

  /** The valid path segments of the API (Kubernetes' {@code ValidatePathSegmentName}). */
  private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[^/%\\s\\p{Cntrl}]{1,253}");

  private static final Pattern NAMESPACE = Pattern.compile("([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?");

  private ManifestReader() {}

  /**
   * Reads all objects, in the order of the text; none if the text holds only comments.
   *
   * @param source names the text in messages
   * @throws ManifestException if the text cannot be read, or contains something that is not an
   *     object
   */
  public static List<Manifest> read(String text, String source) throws ManifestException {
    return readPlaces(text, source, Allowance.ofApplication()).stream()
        .map(ReadManifest::manifest)
        .toList();
  }

  /**
   * Reads all objects with their positions in the text.
   *
   * @param allowance of the application that the text belongs to
   */
  public static List<ReadManifest> readPlaces(String text, String source, Allowance allowance)
      throws ManifestException {
    List<ReadManifest> manifests = new ArrayList<>();
    for (YamlDocument document : YamlDocument.readAll(text, source, allowance)) {
      String shown =
          "%s, document %d (line %d)".formatted(source, document.index(), document.line());
      Place place = new Place(shown, document.index(), JsonPointer.empty());
      add(document.content(), place, manifests);
    }
    return manifests;
  }

  /**
   * The position of an object.
   *
   * @param shown for messages
   */
  private record Place(String shown, int document, JsonPointer pointer) {

    Place item(int index) {
      return new Place(
          "%s, item %d".formatted(shown, index + 1),
          document,
          pointer.appendProperty("items").appendIndex(index));
    }
  }

  /**
   * Refuses more objects than one application may have.
   *
   * @param place where the limit was exceeded
   */
  public static void limit(int objects, String place) throws ManifestException {
    if (objects > YamlDocument.MAX_DOCUMENTS) {
      throw YamlDocument.tooMany(place);
    }
  }

  private static void add(JsonNode content, Place at, List<ReadManifest> manifests)
      throws ManifestException {
    String place = at.shown();
    if (!(content instanceof ObjectNode object)) {
      throw invalid(place, "is not a mapping, so not a Kubernetes object");
    }
    String apiVersion = text(object, "apiVersion", API_VERSION, place);
    String kind = text(object, "kind", KIND, place);
    if (kind.endsWith("List") && (object.path("items").isArray() || kind.equals("List"))) {
      addItems(object, at, manifests);
      return;
    }
    if (Hook.isNeverApplied(object)) {
      return;
    }
    String named = "%s (%s)".formatted(place, kind);
    boolean isHook = requireDirectives(object, named);
    JsonNode metadata = object.path("metadata");
    boolean isGenerated = metadata.hasNonNull("generateName") && !metadata.hasNonNull("name");
    if (isGenerated && !isHook) {
      throw invalid(
          named,
          "has generateName and so another name each time, which only hooks may have: give it a"
              + " metadata.name");
    }
    String name =
        text(object, isGenerated ? "metadata.generateName" : "metadata.name", NAME, named);
    String namespace =
        metadata.hasNonNull("namespace")
            ? text(object, "metadata.namespace", NAMESPACE, named)
            : "";
    ObjectRef ref = new ObjectRef(apiVersion, kind, namespace, name);
    if (JsonSize.of(object) > Allowance.MAX_OBJECT) {
      throw ManifestException.refused(
          SourceFailure.TOO_LARGE,
          "%s is more than %d MiB of JSON, which no API server takes: split it"
              .formatted(named, Allowance.MAX_OBJECT >> 20),
          ref);
    }
    manifests.add(new ReadManifest(new Manifest(ref, object, place), at.document(), at.pointer()));
    limit(manifests.size(), place);
  }

  /** Checks the annotations of hooks and waves; returns whether the object is a hook. */
  private static boolean requireDirectives(ObjectNode object, String place)
      throws ManifestException {
    try {
      var unused = Waves.of(object);
      return Hook.of(object).isPresent();
    } catch (IllegalArgumentException e) {
      throw invalid(place, e.getMessage());
    }
  }

  /** Adds the items of a typed list, which may omit the kind that follows from the list's kind. */
  private static void addItems(ObjectNode list, Place at, List<ReadManifest> manifests)
      throws ManifestException {
    String kind = list.path("kind").asText();
    JsonNode items = list.path("items");
    for (int i = 0; i < items.size(); i++) {
      JsonNode item = items.get(i);
      if (!kind.equals("List")
          && item instanceof ObjectNode object
          && !object.has("kind")
          && !object.has("apiVersion")) {
        ObjectNode typed = SharedNodes.copy(object);
        typed.put("kind", kind.substring(0, kind.length() - "List".length()));
        typed.set("apiVersion", list.get("apiVersion"));
        item = typed;
      }
      add(item, at.item(i), manifests);
    }
  }

  private static String text(ObjectNode object, String path, Pattern pattern, String place)
      throws ManifestException {
    JsonNode value = object.at("/" + path.replace('.', '/'));
    if (value.isMissingNode() || value.isNull()) {
      throw invalid(place, "has no " + path);
    }
    if (!value.isTextual()) {
      throw invalid(place, "has a %s that is not text: quote it".formatted(path));
    }
    if (!pattern.matcher(value.textValue()).matches()) {
      throw invalid(place, "has a %s that cannot be one".formatted(path));
    }
    return value.textValue();
  }

  private static ManifestException invalid(String place, String problem) {
    return ManifestException.unreadable(RenderFailure.INVALID_MANIFEST, place + " " + problem);
  }
}

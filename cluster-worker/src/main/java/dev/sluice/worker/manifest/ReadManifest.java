package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonPointer;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.yaml.FieldLines;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An object with its position in the text.
 *
 * @param document counted from 1, including empty ones
 * @param place in the document: below the root if it is an item of a list
 */
public record ReadManifest(Manifest manifest, int document, JsonPointer place) {

  /**
   * Requires that the cluster knows all of the object's fields.
   *
   * @param text that it was read from
   * @param source the text's name
   * @throws ManifestException naming file, line and field; never a value, which may be secret
   */
  public void requireKnown(KnownFields fields, String text, String source)
      throws ManifestException, InterruptedException {
    ObjectRef ref = manifest.ref();
    List<JsonPointer> unknown = fields.unknownIn(ref.apiVersion(), ref.kind(), manifest.content());
    if (!unknown.isEmpty()) {
      throw ManifestException.refused(
          RenderFailure.UNKNOWN_FIELD,
          "%s: %s %s of this cluster has no such field: correct or remove it"
              .formatted(
                  unknown.stream()
                      .map(field -> at(field, text, source))
                      .collect(Collectors.joining("; ")),
                  ref.apiVersion(),
                  ref.kind()),
          ref);
    }
  }

  private String at(JsonPointer field, String text, String source) {
    String where =
        FieldLines.find(text, document, place.append(field))
            .map(line -> "%s, line %d".formatted(source, line))
            .orElse(manifest.source());
    return where + ": " + shown(field);
  }

  /** Returns the field as Kubernetes writes it: {@code spec.containers[0].image}. */
  private static String shown(JsonPointer field) {
    StringBuilder shown = new StringBuilder();
    for (JsonPointer left = field; !left.matches(); left = left.tail()) {
      if (left.mayMatchElement()) {
        shown.append('[').append(left.getMatchingIndex()).append(']');
      } else {
        shown.append(shown.isEmpty() ? "" : ".").append(left.getMatchingProperty());
      }
    }
    return shown.toString();
  }
}

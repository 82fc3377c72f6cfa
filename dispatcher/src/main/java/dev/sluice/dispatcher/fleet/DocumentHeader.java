package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.name.ApplicationName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The fields that documents of all kinds have.
 *
 * @param name empty if it is missing or invalid; the document is read for its other problems
 */
record DocumentHeader(
    FleetDocument document, String kind, Optional<String> name, Fields metadata, Fields spec) {

  private static final String API_VERSION = "sluice.dev/v1";

  /**
   * The headers of documents.
   *
   * @param isComplete whether each document has a known kind and a name; otherwise nothing that the
   *     documents define may count as removed
   */
  record All(Map<String, List<DocumentHeader>> byKind, boolean isComplete) {

    All {
      byKind = Map.copyOf(byKind);
    }

    List<DocumentHeader> of(String kind) {
      return byKind.getOrDefault(kind, List.of());
    }
  }

  /**
   * Reads the headers of documents. Errors, and names that occur twice in a kind, become problems
   * of the documents.
   *
   * @param kind returns a known kind as it is, and throws an IllegalArgumentException for another
   */
  static All read(List<FleetDocument> documents, Function<String, String> kind) {
    Map<String, List<DocumentHeader>> byKind = new HashMap<>();
    boolean isComplete = true;
    for (FleetDocument document : documents) {
      Optional<DocumentHeader> header = read(document, kind);
      header.ifPresent(one -> byKind.computeIfAbsent(one.kind(), _ -> new ArrayList<>()).add(one));
      isComplete &= header.flatMap(DocumentHeader::name).isPresent();
    }
    byKind.values().forEach(DocumentHeader::refuseDuplicates);
    return new All(byKind, isComplete);
  }

  private static Optional<DocumentHeader> read(
      FleetDocument document, Function<String, String> kinds) {
    Fields root = document.fields();
    root.required("apiVersion", FleetRule.UNKNOWN_KIND, DocumentHeader::apiVersion);
    Optional<String> kind = root.required("kind", FleetRule.UNKNOWN_KIND, kinds);
    Fields metadata = root.requiredFields("metadata");
    Optional<String> name = metadata.required("name", text -> new ApplicationName(text).value());
    boolean hasSpec = root.has("spec");
    Fields spec = hasSpec ? root.requiredFields("spec") : emptySpec(document, root, kind);
    if (kind.isPresent()) {
      root.refuseUnknown();
    }
    return kind.map(known -> new DocumentHeader(document, known, name, metadata, spec));
  }

  private static Fields emptySpec(FleetDocument document, Fields root, Optional<String> kind) {
    if (kind.filter(known -> !known.equals("Cluster")).isPresent()) {
      root.missing("spec");
    }
    return Fields.absent("spec", document);
  }

  private static void refuseDuplicates(List<DocumentHeader> headers) {
    Map<String, DocumentHeader> first = new HashMap<>();
    for (DocumentHeader header : headers) {
      header
          .name()
          .map(name -> first.putIfAbsent(name, header))
          .ifPresent(
              other -> {
                refuseDuplicate(header, other);
                refuseDuplicate(other, header);
              });
    }
  }

  private static void refuseDuplicate(DocumentHeader header, DocumentHeader other) {
    header
        .document()
        .problem(
            FleetRule.DUPLICATE_NAME,
            "metadata.name",
            "%s '%s' is defined twice: here and in %s"
                .formatted(header.kind(), header.name().orElseThrow(), other.document().place()));
  }

  private static String apiVersion(String text) {
    if (!text.equals(API_VERSION)) {
      throw new IllegalArgumentException("must be " + API_VERSION);
    }
    return text;
  }
}

package dev.sluice.inputs.propose;

import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Classification of a YAML or JSON file by its documents. */
sealed interface ManifestFile {

  /**
   * Every document is an object of Kubernetes.
   *
   * @param namespaces the namespaces that its objects name
   * @param declared the names of its Namespace objects
   */
  record Manifests(Set<String> namespaces, Set<String> declared) implements ManifestFile {}

  /** A file of something else, such as the configuration of a tool. */
  record Other() implements ManifestFile {}

  /**
   * A file that may have manifests, but cannot be applied as it is.
   *
   * @param reason why
   */
  record Doubtful(String reason) implements ManifestFile {}

  /** API groups whose documents are read by tools on a developer's machine. */
  Set<String> TOOLS =
      Set.of(
          "backstage.io",
          "k3d.io",
          "kind.x-k8s.io",
          "kubeadm.k8s.io",
          "kubelet.config.k8s.io",
          "kustomize.config.k8s.io",
          "skaffold",
          "sluice.dev");

  /** Classifies a text. */
  static ManifestFile of(String text, String path) {
    List<Object> documents;
    try {
      documents = YamlText.documents(text, path);
    } catch (YamlException e) {
      return new Doubtful(String.valueOf(e.getMessage()));
    }
    Set<String> namespaces = new TreeSet<>();
    Set<String> declared = new TreeSet<>();
    int objects = 0;
    for (Object document : documents) {
      if (document instanceof Map<?, ?> fields && isObject(fields)) {
        objects++;
        text(fields, "metadata", "namespace").ifPresent(namespaces::add);
        if (text(fields, "kind").equals(Optional.of("Namespace"))) {
          text(fields, "metadata", "name").ifPresent(declared::add);
        }
      }
    }
    if (objects == 0) {
      return new Other();
    }
    return objects == documents.size()
        ? new Manifests(namespaces, declared)
        : new Doubtful(
            "%d of its %d documents are manifests: divide the file"
                .formatted(objects, documents.size()));
  }

  private static boolean isObject(Map<?, ?> fields) {
    Optional<String> apiVersion = text(fields, "apiVersion");
    Optional<String> kind = text(fields, "kind");
    if (apiVersion.isEmpty() || kind.isEmpty()) {
      return false;
    }
    boolean isNamed =
        text(fields, "metadata", "name").isPresent()
            || text(fields, "metadata", "generateName").isPresent()
            || (kind.get().endsWith("List") && fields.get("items") instanceof List<?>);
    return isNamed && !TOOLS.contains(apiVersion.get().replaceFirst("/.*", ""));
  }

  private static Optional<String> text(Map<?, ?> fields, String name) {
    return fields.get(name) instanceof String text && !text.isEmpty()
        ? Optional.of(text)
        : Optional.empty();
  }

  private static Optional<String> text(Map<?, ?> fields, String outer, String name) {
    return fields.get(outer) instanceof Map<?, ?> inner ? text(inner, name) : Optional.empty();
  }
}

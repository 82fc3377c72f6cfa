package dev.sluice.worker.render;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.YamlDocument;
import dev.sluice.worker.sandbox.InputPaths;
import dev.sluice.worker.sandbox.RenderException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds references that kustomize would fetch: by HTTP, or from directories of this machine
 * (kustomize's load restriction covers files, and lets bases lie anywhere). A target is
 * self-contained: content that is fetched during rendering is not what was requested, and may be
 * reachable only from the worker.
 */
final class RemoteReferences {

  /**
   * Fields whose values kustomize loads, in any case. Other fields, such as literals, may contain
   * URLs.
   */
  private static final Set<String> LOADED = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  static {
    Collections.addAll(
        LOADED,
        "resources",
        "bases",
        "components",
        "crds",
        "configurations",
        "generators",
        "transformers",
        "validators",
        "patchesStrategicMerge",
        "path",
        "paths",
        "files",
        "env",
        "envs",
        "file",
        "valuesFile",
        "additionalValuesFiles",
        "chartHome",
        "configHome");
  }

  private RemoteReferences() {}

  /**
   * Requires that there are none.
   *
   * @param charts whose files kustomize does not read, except kustomizations
   * @throws RenderException naming the file
   */
  static void refuse(List<InputFile> files, KustomizeCharts charts) throws RenderException {
    KustomizationFiles kustomizations = KustomizationFiles.of(files);
    for (InputFile file : files) {
      if (file instanceof InputFile.Text text
          && (kustomizations.read(text.path())
              || (text.text().contains("builtin") && !charts.contain(text.path())))) {
        refuse(text.text(), text.path(), charts.contain(text.path()));
      }
    }
  }

  /** Returns whether kustomize loads the values of a field. */
  static boolean isLoaded(String field) {
    return LOADED.contains(field);
  }

  /**
   * Checks one file.
   *
   * @param template whether it may be a chart's template, and no YAML
   */
  private static void refuse(String text, String path, boolean template) throws RenderException {
    List<YamlDocument> documents;
    try {
      documents = YamlDocument.readAll(text, path);
    } catch (ManifestException e) {
      if (template) {
        return;
      }
      throw RenderException.permanent(e.failure().code(), e.failure().message());
    }
    for (YamlDocument document : documents) {
      walk(document.content(), false, path);
    }
  }

  private static void walk(JsonNode node, boolean loaded, String path) throws RenderException {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        walk(entry.getValue(), LOADED.contains(entry.getKey()), path);
      }
    } else if (node.isArray()) {
      for (JsonNode element : node) {
        walk(element, loaded, path);
      }
    } else if (loaded && node.isTextual()) {
      String value = node.textValue();
      if (value.contains("\n")) {
        refuse(value, path, false);
      } else if (isRemote(value)) {
        throw RenderException.permanent(
            SourceFailure.REMOTE_REFERENCE,
            "%s names a remote file or base: copy it into the repository".formatted(path));
      } else {
        InputPaths.checkReference(path, value.substring(value.indexOf('=') + 1));
      }
    }
  }

  /** Returns whether a value is remote; a generator's file may be given as {@code key=file}. */
  private static boolean isRemote(String value) {
    String lower = value.toLowerCase(Locale.ROOT).strip();
    String file = lower.substring(lower.indexOf('=') + 1);
    return isUrl(lower) || isUrl(file);
  }

  private static boolean isUrl(String value) {
    return value.startsWith("http://")
        || value.startsWith("https://")
        || value.startsWith("ssh://")
        || value.startsWith("git::")
        || value.startsWith("git@");
  }
}

package dev.sluice.worker.render;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.YamlDocument;
import dev.sluice.worker.sandbox.RenderException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses characters that kustomize does not keep. It converts objects by JSON that it reads as
 * YAML 1.1: U+0085 becomes a space, and for other control characters kustomize fails with a message
 * that contains the whole object. Secrets are base64 before that, so the files of their generators
 * may have any character.
 */
final class LostCharacters {

  private static final char NEXT_LINE = '\u0085';
  private static final Pattern LOST = Pattern.compile("[\\x7f-\\x9f\\ufffe\\uffff]");
  private static final Pattern ESCAPED =
      Pattern.compile("\\\\(N|(?i:x[789][0-9a-f]|u00[789][0-9a-f]|u(0000)?fff[ef]|u000000[789]))");
  private static final Pattern PARSED = Pattern.compile(".*(\\.ya?ml|\\.json|/?Kustomization)");

  /** Fields whose files are read as they are, and become texts of ConfigMaps. */
  private static final Set<String> TEXTS = Set.of("configMapGenerator");

  /** Fields whose files are not in the output, or only in base64. */
  private static final Set<String> HARMLESS =
      Set.of("secretGenerator", "openapi", "crds", "configurations");

  private LostCharacters() {}

  /**
   * Requires that kustomize keeps all characters of its input.
   *
   * @param fields the fields of kustomizations that name the files, by path
   * @throws RenderException naming the file
   */
  static void refuse(List<InputFile> files, Map<String, Set<String>> fields)
      throws RenderException {
    for (InputFile file : files) {
      if (file instanceof InputFile.Text text
          && losesAny(text, fields.getOrDefault(text.path(), Set.of()))) {
        throw lost(text.path());
      }
    }
  }

  private static boolean losesAny(InputFile.Text file, Set<String> fields) {
    Set<String> lossy = new HashSet<>(fields);
    lossy.removeAll(HARMLESS);
    if (lossy.isEmpty() && !fields.isEmpty()) {
      return false;
    }
    if (!fields.isEmpty() && TEXTS.containsAll(lossy)) {
      return LOST.matcher(file.text()).find();
    }
    return file.text().indexOf(NEXT_LINE) >= 0
        || (PARSED.matcher(file.path()).matches() && hasLostValue(file.text()));
  }

  /** Requires that kustomize keeps all characters of an object. */
  static void refuse(JsonNode object, String place) throws RenderException {
    if (LOST.matcher(object.toString()).find()) {
      throw lost(place);
    }
  }

  private static boolean hasLostValue(String text) {
    if (!LOST.matcher(text).find() && !ESCAPED.matcher(text).find()) {
      return false;
    }
    try {
      return YamlDocument.readAll(text, "").stream()
          .anyMatch(document -> LOST.matcher(document.content().toString()).find());
    } catch (ManifestException e) {
      return false; // kustomize says where it is not YAML
    }
  }

  private static RenderException lost(String place) {
    return RenderException.permanent(
        RenderFailure.RENDER_FAILED,
        ("%s has a character that kustomize changes or refuses (DEL, U+0080 to U+009F, U+FFFE or U+FFFF):"
                + " remove it, or encode the text in base64")
            .formatted(place));
  }
}

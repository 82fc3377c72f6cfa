package dev.sluice.standalone.install;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.YamlDocument;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The files of k8s/ that the program's jar contains. */
final class DeploymentFiles {

  private static final String ROOT = "/k8s/";

  private DeploymentFiles() {}

  /** Returns the documents of a file, which the caller may change. */
  static List<ObjectNode> documents(String file) {
    try {
      return YamlDocument.readAll(text(file), "k8s/" + file).stream()
          .map(document -> document.content().<ObjectNode>deepCopy())
          .toList();
    } catch (ManifestException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Returns the only document of a file. */
  static ObjectNode document(String file) {
    return documents(file).getFirst();
  }

  static String text(String file) {
    try (InputStream stream = DeploymentFiles.class.getResourceAsStream(ROOT + file)) {
      if (stream == null) {
        throw new IllegalStateException(
            "this program was built without the file k8s/%s: build it with Maven".formatted(file));
      }
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.sluice.benchmarks;

import dev.sluice.contract.event.InputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Lower bound of rendering times: the renderer called by a shell loop over existing directories.
 */
final class BareRenderer {

  private final Path directory;
  private final String loop;

  private BareRenderer(Path directory, String loop) {
    this.directory = directory;
    this.loop = loop;
  }

  /**
   * Writes the inputs of the applications to a directory.
   *
   * @param renderer program and version with which the worker renders the kind; empty if none
   * @return empty if no program renders the kind
   */
  static Optional<BareRenderer> of(RenderingKind kind, Optional<String> renderer, int applications)
      throws IOException {
    Optional<String> program =
        switch (kind) {
          case PLAIN -> Optional.empty();
          case KUSTOMIZE ->
              renderer.map(
                  name ->
                      (name.startsWith("kubectl") ? "kubectl kustomize" : "kustomize build")
                          + " $d/app --load-restrictor=LoadRestrictionsRootOnly");
          case HELM ->
              renderer
                  .filter(name -> name.startsWith("helm v"))
                  .map(
                      _ ->
                          "helm template $d $d/app --namespace benchmark --include-crds"
                              + " --kube-version v1.32.0 --api-versions apps/v1");
        };
    if (program.isEmpty()) {
      return Optional.empty();
    }
    Path directory = Files.createTempDirectory("sluice-bare");
    for (int i = 0; i < applications; i++) {
      for (InputFile file : kind.files(i)) {
        Path path = directory.resolve("app-" + i).resolve(file.path());
        Files.createDirectories(path.getParent());
        Files.writeString(path, ((InputFile.Text) file).text());
      }
    }
    return Optional.of(
        new BareRenderer(
            directory,
            "for d in app-*; do %s > out.yaml || exit 1; done".formatted(program.get())));
  }

  /** Renders all applications once. */
  void renderAll() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(List.of("/bin/sh", "-c", loop))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .start();
    int code = process.waitFor();
    if (code != 0) {
      throw new IllegalStateException("the renderer failed with exit code " + code);
    }
  }
}

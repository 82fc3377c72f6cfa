package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.process.NeededProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the closure with the files that kustomize and a plugin that reads everything open, by
 * strace.
 */
class PluginOpenedFilesIT {

  private static final MemoryTree TREE =
      MemoryTree.empty()
          .file("app/kustomization.yaml", "generators: [reader.yaml]\nresources: [../base]")
          .file("app/reader.yaml", "{apiVersion: e/v1, kind: Reader, metadata: {name: x}}")
          .file("app/words/deep/a.txt", "a")
          .file("app/.hidden", "b")
          .link("app/linked", "../shared")
          .link("app/one", "../single/one.txt")
          .file("shared/c.txt", "c")
          .file("single/one.txt", "d")
          .file("single/two.txt", "e")
          .file("base/kustomization.yaml", "namePrefix: a-\nresources: [map.yaml]")
          .file("base/map.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")
          .file("base/other.txt", "f");

  @TempDir Path directory;

  @Test
  void theClosureHasExactlyTheOpenedFiles() throws Exception {
    NeededProgram.check("strace");
    Rendering.checkPossible();
    Path checkout = directory.resolve("checkout");
    new Rendering(checkout).checkOut(TREE);
    Path root = checkout.toRealPath();
    ClosureResult result = new ClosureResolver(Remotes.NONE).resolve(TREE, query());
    Closure closure = assertInstanceOf(ClosureResult.Resolved.class, result).closure();

    OpenedFiles files =
        OpenedFiles.of(
            Stream.concat(
                    Stream.of("env", "KUSTOMIZE_PLUGIN_HOME=" + plugins()),
                    Rendering.kustomize("--enable-alpha-plugins", root.resolve("app").toString())
                        .stream())
                .toList(),
            root,
            directory);

    assertThat(files.missingIn(closure, root)).isEmpty();
    assertThat(files.inputs(root))
        .containsExactlyElementsOf(closure.entries().stream().map(ClosureEntry::path).toList())
        .contains("app/words/deep/a.txt", "shared/c.txt", "app/.hidden");
  }

  private Path plugins() throws Exception {
    Path plugins = directory.resolve("plugins");
    Path program = plugins.resolve("e/v1/reader/Reader");
    Files.createDirectories(program.getParent());
    Files.writeString(
        program,
        """
        #!/bin/sh
        find -L . -type f -exec cat {} + >/dev/null
        echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: read}}'
        """);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return plugins;
  }

  private static SourceQuery query() {
    return new SourceQuery(
        new RemotePolicy.Base(
            new RepositoryId("forge.example/owner/repository"),
            "https://forge.example/owner/repository",
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        GitRef.branch("main"),
        "app",
        Optional.empty(),
        PlainOptions.DEFAULT,
        List.of(),
        List.of(),
        RemotePolicy.NONE,
        true);
  }
}

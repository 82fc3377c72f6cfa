package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Optional;

/** Closures for tests. */
final class Inputs {

  private Inputs() {}

  static SourceInputs of(SourceType type, String path, InputFile... files) {
    return new SourceInputs(
        new RepositoryId("forge.example/team/shop"),
        GitRef.branch("main"),
        new CommitId("a".repeat(40)),
        path,
        type,
        Optional.empty(),
        RenderOptions.DEFAULT,
        List.of(files));
  }

  static SourceInputs kustomization(InputFile... files) {
    return of(SourceType.KUSTOMIZE, "app", files);
  }

  static InputFile text(String path, String... lines) {
    return new InputFile.Text(path, false, String.join("\n", lines) + "\n");
  }

  static InputFile link(String path, String target) {
    return new InputFile.Link(path, target);
  }
}

package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.worker.api.ClusterFacts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Closures for tests. */
final class Inputs {

  private Inputs() {}

  static final ClusterFacts CLUSTER =
      new ClusterFacts("v1.32.0", new TreeSet<>(Set.of("apps/v1", "apps/v1/Deployment")));

  static RenderRequest of(SourceType type, String path, InputFile... files) {
    return of(type, path, RenderOptions.DEFAULT, files);
  }

  static RenderRequest of(SourceType type, String path, RenderOptions options, InputFile... files) {
    return request(source(type, path, Optional.empty(), options, files));
  }

  /** Returns a request for the first source, which may refer to the others. */
  static RenderRequest request(SourceInputs source, SourceInputs... others) {
    Map<String, SourceInputs> aliased = new HashMap<>();
    for (SourceInputs other : others) {
      aliased.put(other.alias().orElseThrow(), other);
    }
    return new RenderRequest(
        source, aliased, new ApplicationName("shop"), "shop-namespace", () -> CLUSTER);
  }

  static SourceInputs source(
      SourceType type,
      String path,
      Optional<String> alias,
      RenderOptions options,
      InputFile... files) {
    return new SourceInputs(
        new RepositoryId("forge.example/team/shop"),
        GitRef.branch("main"),
        new CommitId("a".repeat(40)),
        path,
        type,
        alias,
        options,
        List.of(files));
  }

  static RenderRequest kustomization(InputFile... files) {
    return of(SourceType.KUSTOMIZE, "app", files);
  }

  static InputFile text(String path, String... lines) {
    return new InputFile.Text(path, false, String.join("\n", lines) + "\n");
  }

  static InputFile link(String path, String target) {
    return new InputFile.Link(path, target);
  }
}

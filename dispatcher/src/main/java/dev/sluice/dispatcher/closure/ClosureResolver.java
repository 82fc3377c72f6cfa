package dev.sluice.dispatcher.closure;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.dispatcher.git.SourceTree;
import java.util.List;
import java.util.Optional;

/** Finds out which files of a commit the rendering of a source reads. Pure; keeps nothing. */
public final class ClosureResolver {

  private final ClosureLimits limits;

  public ClosureResolver() {
    this(ClosureLimits.DEFAULT);
  }

  public ClosureResolver(ClosureLimits limits) {
    this.limits = limits;
  }

  /** Resolves the source's path in the tree; its repository and ref are not looked at. */
  public ClosureResult resolve(SourceTree tree, SourceSpec source) {
    Walk walk = new Walk(tree, limits);
    try {
      Found start = start(walk, source);
      SourceType type = collect(walk, start, source);
      return new ClosureResult.Resolved(
          new Closure(type, source.path(), walk.entries(), walk.footprint()));
    } catch (RefusedException e) {
      return new ClosureResult.Refused(
          new Failure(e.code(), e.getMessage(), Failure.Stage.SOURCE, Optional.empty()),
          walk.footprintOfRefusal());
    }
  }

  private static Found start(Walk walk, SourceSpec source) {
    String what = "the application's path '" + source.path() + "'";
    return walk.find("", source.path(), what)
        .orElseThrow(
            () ->
                new RefusedException(
                    "MissingPath",
                    "%s is not in the repository: correct the path, or remove the application from the fleet if it is to go"
                        .formatted(what)));
  }

  private static SourceType collect(Walk walk, Found start, SourceSpec source) {
    boolean directory = start.isDirectory();
    SourceType type =
        source
            .type()
            .orElseGet(
                () ->
                    directory && !Kustomizations.in(walk, start.path()).isEmpty()
                        ? SourceType.KUSTOMIZE
                        : SourceType.PLAIN);
    switch (type) {
      case KUSTOMIZE -> kustomize(walk, start);
      case PLAIN -> plain(walk, start, source.type().isPresent());
      case HELM, VALUES ->
          throw new RefusedException(
              "Unsupported", "charts are not rendered yet: commit the rendered manifests");
    }
    return type;
  }

  private static void kustomize(Walk walk, Found start) {
    if (!start.isDirectory()) {
      throw new RefusedException(
          "NotADirectory",
          "'%s' is a file: a kustomization is given by its directory".formatted(start.path()));
    }
    walk.addLinks(start);
    new Kustomizations(walk).collect(start.path());
  }

  private static void plain(Walk walk, Found start, boolean saidToBePlain) {
    PlainFiles files = new PlainFiles(walk, saidToBePlain);
    if (!start.isDirectory()) {
      files.collectFile(start);
      return;
    }
    if (!saidToBePlain && walk.find(start.path(), "Chart.yaml", "the chart").isPresent()) {
      throw new RefusedException(
          "Unsupported",
          "'%s' is a Helm chart (it has a Chart.yaml): commit its rendered manifests, or set the source's type to plain"
              .formatted(start.path()));
    }
    walk.addLinks(start);
    files.collectDirectory(start.path(), List.of());
  }
}

package dev.sluice.inputs.closure;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.helm.Charts;
import dev.sluice.inputs.helm.TemplateScan;
import dev.sluice.inputs.kustomize.Kustomizations;
import dev.sluice.inputs.plain.PlainFiles;
import dev.sluice.inputs.walk.ClosureLimits;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.RemoteAccess;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.List;
import java.util.Optional;

/** Determines the files of a commit that the rendering of a source reads. Stateless. */
public final class ClosureResolver {

  private final ClosureLimits limits;
  private final Remotes remotes;

  /**
   * Creates a resolver with the default limits.
   *
   * @param remotes provides remote bases and charts that the applications' policies allow
   */
  public ClosureResolver(Remotes remotes) {
    this(ClosureLimits.DEFAULT, remotes);
  }

  public ClosureResolver(ClosureLimits limits, Remotes remotes) {
    this.limits = limits;
    this.remotes = remotes;
  }

  /** Resolves the only source of an application; it must not have placeholders. */
  public ClosureResult resolve(SourceTree tree, SourceSpec source) {
    return resolve(tree, SourceQuery.of(source, List.of(source)));
  }

  /** Resolves the source's path in the tree; its repository and ref are ignored. */
  public ClosureResult resolve(SourceTree tree, SourceQuery source) {
    Walk walk =
        new Walk(
            tree,
            limits,
            new RemoteAccess(
                Optional.of(source.repository()), source.remote(), source.plugins(), remotes));
    TemplateScan scan = new TemplateScan();
    try {
      ResolvedPath start = start(walk, source);
      SourceType type = source.type().orElseGet(() -> detectType(walk, start));
      collect(walk, start, source, type, scan);
      return new ClosureResult.Resolved(
          new Closure(
              type,
              source.path(),
              walk.collector().entries(),
              walk.footprint(),
              walk.bases(),
              scan.warnings()),
          walk.tree());
    } catch (RefusedException e) {
      return refused(e.code(), e, walk);
    } catch (YamlException e) {
      return refused(e.code(), e, walk);
    }
  }

  private static ClosureResult refused(FailureCode code, RuntimeException e, Walk walk) {
    return new ClosureResult.Refused(
        new Failure(code, String.valueOf(e.getMessage()), Failure.Stage.SOURCE, Optional.empty()),
        walk.footprintOfRefusal());
  }

  /** Refuses a path that renderers, which get it as an argument, would take for an option. */
  private static void requireNoOption(SourceQuery source) {
    if (source.path().startsWith("-")) {
      throw new RefusedException(
          SourceFailure.INVALID_ARGUMENT,
          "the application's path '%s' begins with '-', as options do: rename the directory"
              .formatted(source.path()));
    }
  }

  private static ResolvedPath start(Walk walk, SourceQuery source) {
    String what = "the application's path '" + source.path() + "'";
    return walk.find("", source.path(), what)
        .orElseThrow(
            () ->
                new RefusedException(
                    SourceFailure.MISSING_PATH,
                    "%s is not in the repository: correct the path, or remove the application from the fleet if it is to go"
                        .formatted(what)));
  }

  /**
   * Detects the type of a source. A directory with a kustomization and a chart is a kustomization,
   * because that renders the chart.
   */
  private static SourceType detectType(Walk walk, ResolvedPath start) {
    if (!start.isDirectory()) {
      return SourceType.PLAIN;
    }
    if (!Kustomizations.in(walk, start.path()).isEmpty()) {
      return SourceType.KUSTOMIZE;
    }
    return Charts.isAt(walk, start.path()) ? SourceType.HELM : SourceType.PLAIN;
  }

  private static void collect(
      Walk walk, ResolvedPath start, SourceQuery source, SourceType type, TemplateScan scan) {
    switch (type) {
      case KUSTOMIZE -> {
        requireNoOption(source);
        kustomize(walk, start, scan);
      }
      case PLAIN -> plain(walk, start, source);
      case HELM -> {
        requireNoOption(source);
        helm(walk, start, source, scan);
      }
      case VALUES -> walk.addLinks(start);
    }
    Charts charts = new Charts(walk, scan);
    source
        .sharedValuesFiles()
        .forEach(file -> charts.collectValues(start.path(), file, "of another source"));
  }

  private static void helm(Walk walk, ResolvedPath start, SourceQuery source, TemplateScan scan) {
    if (!start.isDirectory()) {
      throw new RefusedException(
          SourceFailure.NOT_A_DIRECTORY,
          "'%s' is a file: a chart is given by its directory".formatted(start.path()));
    }
    walk.addLinks(start);
    Charts charts = new Charts(walk, scan);
    charts.collect(start.path());
    source
        .valuesFiles()
        .forEach(
            file ->
                charts.collectValues(
                    start.path(), file, "of the chart '%s'".formatted(start.path())));
  }

  private static void kustomize(Walk walk, ResolvedPath start, TemplateScan scan) {
    if (!start.isDirectory()) {
      throw new RefusedException(
          SourceFailure.NOT_A_DIRECTORY,
          "'%s' is a file: a kustomization is given by its directory".formatted(start.path()));
    }
    walk.addLinks(start);
    new Kustomizations(walk, scan).collect(start.path());
  }

  private static void plain(Walk walk, ResolvedPath start, SourceQuery source) {
    PlainFiles files = new PlainFiles(walk, source.plain(), source.type().isPresent());
    if (start.isDirectory()) {
      walk.addLinks(start);
      files.collectDirectory(start.path());
    } else {
      files.collectFile(start);
    }
  }
}

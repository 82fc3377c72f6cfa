package dev.sluice.benchmarks.comparison;

import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.ClosureResult;
import dev.sluice.inputs.closure.SourceQuery;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.RenderResult;
import dev.sluice.worker.render.Renderers;
import dev.sluice.worker.sandbox.RenderException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Renders every kustomization and chart of checkouts as Sluice does, from the closure to the
 * manifests, and with bare kustomize and helm, and compares the objects.
 */
public final class RenderingComparison {

  private static final Setting<List<Path>> CHECKOUT =
      Setting.list(
          "checkout", "DIR", "directory whose kustomizations and charts are rendered", Path::of);
  private static final String NAME = "comparison";
  private static final ClusterFacts CLUSTER = new ClusterFacts("", new TreeSet<>());

  private final Path root;
  private final Renderers renderers;
  private final BareProgram bare;
  private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);

  private RenderingComparison(Path root, Renderers renderers, BareProgram bare) {
    this.root = root;
    this.renderers = renderers;
    this.bare = bare;
  }

  /** Outcomes for one directory. */
  private enum Outcome {
    SAME("same objects"),
    DIFFERENT("different objects"),
    REFUSED("only Sluice refuses it"),
    UNREADABLE("both render a manifest that Sluice refuses"),
    MORE("only the bare program fails"),
    NONE("both fail");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }

    boolean isFault() {
      return this == DIFFERENT || this == REFUSED;
    }
  }

  public static Command command() {
    return new Command(
        "comparison",
        "Compares renderings of all kustomizations and charts of checkouts with those of bare"
            + " kustomize and helm. Fails if any differs or is refused.",
        List.of(CHECKOUT, RenderConfig.ISOLATION),
        RenderingComparison::run);
  }

  private static int run(SettingValues values) throws Exception {
    RenderConfig config =
        values
            .get(RenderConfig.ISOLATION)
            .map(RenderConfig.DEFAULT::with)
            .orElse(RenderConfig.DEFAULT);
    Map<Outcome, Integer> total = new EnumMap<>(Outcome.class);
    try (Renderers renderers = Renderers.onThisMachine(config);
        BareProgram bare = new BareProgram()) {
      for (Path checkout : values.get(CHECKOUT)) {
        RenderingComparison comparison =
            new RenderingComparison(checkout.toRealPath(), renderers, bare);
        comparison.compareAll();
        System.out.println(checkout + ": " + shown(comparison.counts));
        comparison.counts.forEach((outcome, count) -> total.merge(outcome, count, Integer::sum));
      }
    }
    System.out.println("all: " + shown(total));
    return total.keySet().stream().anyMatch(Outcome::isFault) ? 1 : 0;
  }

  private static String shown(Map<Outcome, Integer> counts) {
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey().text)
        .collect(Collectors.joining(", "));
  }

  private void compareAll() throws Exception {
    for (Map.Entry<String, Set<SourceType>> source : sources().entrySet()) {
      for (SourceType type : source.getValue()) {
        compare(source.getKey(), type);
      }
    }
  }

  /** Returns the directories with a kustomization or chart, relative to the root. */
  private Map<String, Set<SourceType>> sources() throws IOException {
    Map<String, Set<SourceType>> sources = new TreeMap<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return directory.endsWith(".git")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = String.valueOf(file.getFileName());
            Optional<SourceType> type =
                Kustomization.isAt(name)
                    ? Optional.of(SourceType.KUSTOMIZE)
                    : Optional.of(SourceType.HELM).filter(_ -> name.equals("Chart.yaml"));
            type.ifPresent(
                found ->
                    sources
                        .computeIfAbsent(
                            root.relativize(file.getParent()).toString(), _ -> new TreeSet<>())
                        .add(found));
            return FileVisitResult.CONTINUE;
          }
        });
    return sources;
  }

  private void compare(String directory, SourceType type) throws Exception {
    Rendering ours = ours(directory, type);
    Rendering theirs = theirs(directory, type);
    Outcome outcome;
    String detail;
    if (ours instanceof Rendering.Failed(String reason)) {
      outcome = theirs instanceof Rendering.Failed ? Outcome.NONE : Outcome.REFUSED;
      detail = reason;
    } else if (theirs instanceof Rendering.Failed(String reason)) {
      outcome = Outcome.MORE;
      detail = reason;
    } else {
      Rendering.Printed text = (Rendering.Printed) ours;
      Rendering.Printed expected = (Rendering.Printed) theirs;
      try {
        Set<String> differences = differences(text, expected, directory, type);
        outcome = differences.isEmpty() ? Outcome.SAME : Outcome.DIFFERENT;
        detail = differences.stream().limit(3).collect(Collectors.joining(", "));
      } catch (ManifestException e) {
        outcome = expected.isReadable() ? Outcome.DIFFERENT : Outcome.UNREADABLE;
        detail = e.failure().code() + ": " + e.failure().message();
      }
    }
    counts.merge(outcome, 1, Integer::sum);
    if (outcome != Outcome.SAME) {
      System.out.printf(
          "%s: %s of %s: %s%n", outcome.text, type, root.resolve(directory), detail.strip());
    }
  }

  /** Returns the differences, without values that differ between two bare renderings too. */
  private Set<String> differences(
      Rendering.Printed ours, Rendering.Printed theirs, String directory, SourceType type)
      throws Exception {
    Set<String> differences = ours.differences(theirs);
    if (!differences.isEmpty() && theirs(directory, type) instanceof Rendering.Printed again) {
      differences.removeAll(theirs.differences(again));
    }
    return differences;
  }

  private Rendering theirs(String directory, SourceType type) throws Exception {
    return type == SourceType.HELM
        ? bare.helm(root, directory, NAME)
        : bare.kustomize(root, directory);
  }

  private Rendering ours(String directory, SourceType type) throws InterruptedException {
    SourceQuery query =
        new SourceQuery(
            new RemotePolicy.Base(
                new RepositoryId("forge.example/compared/checkout"),
                "https://forge.example/compared/checkout",
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            GitRef.branch("main"),
            directory,
            Optional.of(type),
            PlainOptions.DEFAULT,
            List.of(),
            List.of(),
            RemotePolicy.NONE,
            false);
    return switch (new ClosureResolver(Remotes.NONE).resolve(new DirectoryTree(root), query)) {
      case ClosureResult.Refused refused ->
          new Rendering.Failed(refused.failure().code() + ": " + refused.failure().message());
      case ClosureResult.Resolved resolved -> rendered(query, resolved);
    };
  }

  private Rendering rendered(SourceQuery query, ClosureResult.Resolved resolved)
      throws InterruptedException {
    SourceInputs source =
        new SourceInputs(
            query.repository().repository(),
            query.ref(),
            new CommitId("a".repeat(40)),
            query.path(),
            resolved.closure().type(),
            Optional.empty(),
            RenderOptions.DEFAULT,
            resolved.closure().load(resolved.tree()));
    SyncEvent.Target target =
        new SyncEvent.Target(
            new ApplicationName(NAME),
            new ClusterName(NAME),
            new Generation(1),
            new ApplicationSpec(NAME, Policy.DEFAULT),
            List.of(source),
            false,
            resolved.closure().digest(),
            new Provenance(List.of(), Optional.empty(), Instant.EPOCH, Instant.EPOCH, NAME, 1));
    try {
      return new Rendering.Printed(
          renderers.render(target, () -> CLUSTER).parts().stream()
              .map(RenderResult.Part::text)
              .collect(Collectors.joining("\n---\n")));
    } catch (RenderException e) {
      return new Rendering.Failed(e.failure().code() + ": " + e.failure().message());
    }
  }
}

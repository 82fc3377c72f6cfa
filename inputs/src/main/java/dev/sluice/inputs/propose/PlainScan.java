package dev.sluice.inputs.propose;

import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.PlainSelection;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.inputs.git.TreeEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The directories of plain manifests that no kustomization and no chart has. */
final class PlainScan {

  private static final int MAX_EXCLUDED = 50;

  private final Texts texts;
  private final RepositoryScan scan;
  private final KustomizationScan kustomizations;
  private final NavigableSet<String> rendered = new TreeSet<>();
  private final NavigableMap<String, Contents> contents = new TreeMap<>();
  private final List<Group> groups = new ArrayList<>();
  private final List<LeftOut> leftOut = new ArrayList<>();
  private final Set<String> declared = new TreeSet<>();

  /**
   * The manifests of an application.
   *
   * @param namespaces the namespaces that they name
   * @param files their number
   */
  record Group(String path, PlainOptions options, Set<String> namespaces, int files) {}

  /**
   * The files of a directory that end as manifests do, by path.
   *
   * @param others the files that are none, or that a kustomization has
   */
  private record Contents(Set<String> manifests, Set<String> others, Set<String> namespaces) {

    static Contents empty() {
      return new Contents(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
    }

    void add(Contents more) {
      manifests.addAll(more.manifests());
      others.addAll(more.others());
      namespaces.addAll(more.namespaces());
    }
  }

  private PlainScan(Texts texts, RepositoryScan scan, KustomizationScan kustomizations) {
    this.texts = texts;
    this.scan = scan;
    this.kustomizations = kustomizations;
  }

  static PlainScan of(
      Texts texts, RepositoryScan scan, KustomizationScan kustomizations, ChartScan charts) {
    PlainScan found = new PlainScan(texts, scan, kustomizations);
    found.rendered.addAll(kustomizations.directories());
    found.rendered.addAll(charts.directories());
    for (RepositoryScan.Directory directory : scan.directories().values()) {
      if (!charts.isWithinOne(directory.path())) {
        found.read(directory);
      }
    }
    found.group();
    return found;
  }

  List<Group> groups() {
    return groups;
  }

  List<LeftOut> leftOut() {
    return leftOut;
  }

  /** Returns the names of the Namespace objects of the repository, also of kustomizations. */
  Set<String> declared() {
    return declared;
  }

  private void read(RepositoryScan.Directory directory) {
    Contents found = Contents.empty();
    for (TreeEntry file : directory.files()) {
      if (PlainSelection.isManifest(file.name()) && !Kustomization.isAt(file.name())) {
        read(file, found);
      }
    }
    directory.links().stream()
        .filter(link -> PlainSelection.isManifest(link.name()))
        .forEach(link -> found.others().add(link.path()));
    if (kustomizations.isAt(directory.path())) {
      leaveOut(found, "the kustomization beside it does not name it");
    } else if (!found.manifests().isEmpty() || !found.others().isEmpty()) {
      contents.put(directory.path(), found);
    }
  }

  private void read(TreeEntry file, Contents found) {
    ManifestFile read =
        texts
            .read(file)
            .map(text -> ManifestFile.of(text, file.path()))
            .orElseGet(
                () ->
                    new ManifestFile.Doubtful(
                        "not UTF-8, or larger than %d MiB".formatted(Texts.MAX_FILE >> 20)));
    boolean isNamed = kustomizations.names(file.path());
    if (read instanceof ManifestFile.Manifests manifests) {
      declared.addAll(manifests.declared());
      (isNamed ? found.others() : found.manifests()).add(file.path());
      found.namespaces().addAll(isNamed ? Set.of() : manifests.namespaces());
      return;
    }
    found.others().add(file.path());
    if (read instanceof ManifestFile.Doubtful doubtful && !isNamed) {
      leftOut.add(new LeftOut(file.path(), doubtful.reason()));
    }
  }

  private void leaveOut(Contents found, String reason) {
    found.manifests().forEach(file -> leftOut.add(new LeftOut(file, reason)));
  }

  private void group() {
    Set<String> grouped = new TreeSet<>();
    for (Map.Entry<String, Contents> entry : contents.entrySet()) {
      String directory = entry.getKey();
      if (entry.getValue().manifests().isEmpty()
          || RepositoryScan.isWithinAny(directory, grouped)) {
        continue;
      }
      Optional<String> above = above(directory);
      if (above.isPresent()) {
        leaveOut(
            entry.getValue(),
            "the kustomization in %s does not name it"
                .formatted(RepositoryScan.shown(above.get())));
        continue;
      }
      Contents all = below(directory);
      boolean recurse =
          !directory.isEmpty()
              && !scan.isObstructed(directory)
              && !RepositoryScan.anyWithin(rendered, directory)
              && (all.others().size() == entry.getValue().others().size()
                  || all.manifests().size() > entry.getValue().manifests().size());
      if (recurse) {
        grouped.add(directory);
      }
      add(directory, recurse ? all : entry.getValue(), recurse);
    }
  }

  private Optional<String> above(String directory) {
    String here = directory;
    while (!here.isEmpty()) {
      here = RepositoryScan.parent(here);
      if (kustomizations.isAt(here)) {
        return Optional.of(here);
      }
    }
    return Optional.empty();
  }

  /** Returns the contents of a directory and of all below it. */
  private Contents below(String directory) {
    Contents all = Contents.empty();
    String prefix = directory.isEmpty() ? "" : directory + "/";
    Optional.ofNullable(contents.get(directory)).ifPresent(all::add);
    for (Map.Entry<String, Contents> entry : contents.tailMap(prefix, false).entrySet()) {
      if (!entry.getKey().startsWith(prefix)) {
        break;
      }
      all.add(entry.getValue());
    }
    return all;
  }

  private void add(String directory, Contents all, boolean recurse) {
    int from = directory.isEmpty() ? 0 : directory.length() + 1;
    List<String> excluded = all.others().stream().map(path -> path.substring(from)).toList();
    PlainOptions options = new PlainOptions(List.of(), excluded, recurse);
    PlainSelection selection = new PlainSelection(options);
    boolean isExact =
        all.manifests().stream().allMatch(path -> selection.selects(path.substring(from)))
            && excluded.stream().noneMatch(name -> selection.selects(name) || name.contains(".."));
    if (excluded.size() > MAX_EXCLUDED) {
      leftOut.add(
          new LeftOut(
              directory,
              "%d manifests among %d other files: move the manifests to a directory of their own"
                  .formatted(all.manifests().size(), excluded.size())));
    } else if (!isExact) {
      leftOut.add(
          new LeftOut(
              directory, "names of its files have characters of globs: rename them, or move them"));
    } else {
      groups.add(new Group(directory, options, all.namespaces(), all.manifests().size()));
    }
  }
}

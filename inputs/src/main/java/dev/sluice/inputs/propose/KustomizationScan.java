package dev.sluice.inputs.propose;

import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.contract.kustomize.Reference;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlFields;
import dev.sluice.contract.yaml.YamlText;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.ClosureLimits;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.RemoteAccess;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The kustomizations of a repository, and what each of them names. */
final class KustomizationScan {

  private static final int MAX_REFERENCES = 200_000;
  private static final int MAX_DEPTH = 100;

  private final SourceTree tree;
  private final Texts texts;
  private final Map<String, Found> kustomizations = new TreeMap<>();
  private final List<LeftOut> leftOut = new ArrayList<>();

  /** By directory, the kustomizations that name it as a base or a component, or for its chart. */
  private final Map<String, Set<String>> users = new HashMap<>();

  private final Set<String> files = new HashSet<>();
  private int references;

  /**
   * A kustomization.
   *
   * @param namespace empty if it sets none
   * @param bases the directories that it names
   */
  private record Found(
      boolean component, boolean invalid, Optional<String> namespace, List<String> bases) {}

  private KustomizationScan(SourceTree tree, Texts texts) {
    this.tree = tree;
    this.texts = texts;
  }

  static KustomizationScan of(SourceTree tree, Texts texts, RepositoryScan scan) {
    KustomizationScan found = new KustomizationScan(tree, texts);
    scan.directories().values().forEach(found::read);
    return found;
  }

  /** Returns whether a directory has a kustomization, a valid one or not. */
  boolean isAt(String directory) {
    return kustomizations.containsKey(directory);
  }

  /** Returns all directories with a kustomization. */
  Set<String> directories() {
    return kustomizations.keySet();
  }

  /** Returns whether a kustomization names a file. */
  boolean names(String file) {
    return files.contains(file);
  }

  /** Returns a kustomization that names a directory, or the chart in it. */
  Optional<String> user(String directory) {
    return users.getOrDefault(directory, Set.of()).stream()
        .filter(user -> !user.equals(directory))
        .findFirst();
  }

  /** Returns the directories that a kustomization includes by any number of steps. */
  Set<String> bases(String directory) {
    Set<String> bases = new TreeSet<>();
    collectBases(directory, bases);
    bases.remove(directory);
    return bases;
  }

  /** Returns the namespace that a kustomization sets, itself or by a base; empty if none does. */
  Optional<String> namespace(String directory) {
    return namespace(directory, new HashSet<>());
  }

  /** Returns why there is no application for a kustomization; empty if there can be one. */
  Optional<String> objection(String directory) {
    Found found = kustomizations.get(directory);
    if (found == null || found.invalid()) {
      return Optional.of("it is not valid"); // listed with the cause
    }
    if (found.component()) {
      return Optional.of("a component, which other kustomizations include");
    }
    return user(directory)
        .map(user -> "a base of " + RepositoryScan.shown(user) + ", which includes it");
  }

  List<LeftOut> leftOut() {
    return leftOut;
  }

  private void collectBases(String directory, Set<String> bases) {
    Found found = kustomizations.get(directory);
    if (found != null && bases.size() < MAX_DEPTH) {
      found.bases().stream().filter(bases::add).forEach(base -> collectBases(base, bases));
    }
  }

  private Optional<String> namespace(String directory, Set<String> visited) {
    Found found = kustomizations.get(directory);
    if (found == null || visited.size() > MAX_DEPTH || !visited.add(directory)) {
      return Optional.empty();
    }
    return found
        .namespace()
        .or(
            () ->
                found.bases().stream()
                    .flatMap(base -> namespace(base, visited).stream())
                    .findFirst());
  }

  private void read(RepositoryScan.Directory directory) {
    List<TreeEntry> named =
        directory.files().stream().filter(file -> Kustomization.isAt(file.name())).toList();
    if (named.isEmpty()) {
      return;
    }
    if (named.size() > 1) {
      unreadable(directory.path(), "it has more than one kustomization: remove all but one");
      return;
    }
    Optional<String> text = texts.read(named.getFirst());
    if (text.isEmpty()) {
      unreadable(directory.path(), "its kustomization is too large or not UTF-8");
      return;
    }
    try {
      read(directory.path(), text.get(), named.getFirst().path());
    } catch (YamlException e) {
      unreadable(directory.path(), String.valueOf(e.getMessage()));
    }
  }

  private void read(String directory, String text, String file) {
    List<Object> documents = YamlText.documents(text, file);
    if (documents.size() != 1) {
      unreadable(directory, "'%s' has %d documents, not one".formatted(file, documents.size()));
      return;
    }
    YamlFields fields = YamlFields.of(documents.getFirst(), file);
    Kustomization kustomization = new Kustomization(fields);
    Walk walk = new Walk(tree, ClosureLimits.DEFAULT, RemoteAccess.NONE);
    List<String> bases = new ArrayList<>();
    for (Reference reference : kustomization.references()) {
      if (reference.role() != Reference.Role.INLINE_PLUGIN && !reference.isUrl()) {
        find(walk, directory, reference.text()).ifPresent(path -> use(directory, path, bases));
      }
    }
    for (Kustomization.Chart chart : kustomization.charts()) {
      find(walk, directory, chart.place())
          .ifPresent(
              path -> users.computeIfAbsent(path.path(), _ -> new TreeSet<>()).add(directory));
    }
    kustomizations.put(
        directory,
        new Found(
            fields.first("kind").equals("Component"),
            /* invalid= */ false,
            fields.text("namespace").stream().findFirst(),
            bases));
  }

  private void use(String directory, ResolvedPath path, List<String> bases) {
    if (path.isDirectory()) {
      bases.add(path.path());
      users.computeIfAbsent(path.path(), _ -> new TreeSet<>()).add(directory);
    } else {
      files.add(path.path());
    }
  }

  private Optional<ResolvedPath> find(Walk walk, String directory, String path) {
    if (++references > MAX_REFERENCES) {
      throw new ProposalException(
          "the kustomizations of the repository name more than %d files: name a directory of it with --path"
              .formatted(MAX_REFERENCES));
    }
    try {
      return walk.find(directory, path, "a reference");
    } catch (RefusedException e) {
      return Optional.empty(); // the check of the whole application says why
    }
  }

  private void unreadable(String directory, String reason) {
    leftOut.add(new LeftOut(directory, reason));
    kustomizations.put(
        directory,
        new Found(/* component= */ false, /* invalid= */ true, Optional.empty(), List.of()));
  }
}

package dev.sluice.inputs.plain;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.PlainSelection;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the manifests of a plain source: a file, or the files under a directory that the options
 * select. Hidden files and directories are excluded, because they configure forges and editors.
 */
public final class PlainFiles {

  private static final int MAX_DEPTH = 100;

  private final Walk walk;
  private final PlainOptions options;
  private final PlainSelection selection;
  private final boolean declaredPlain;

  /**
   * Creates a collector for a walk.
   *
   * @param declaredPlain whether the definition gives the type plain: then kustomizations in the
   *     directory are ignored; otherwise a kustomization refuses the source, because it is probably
   *     meant to be built
   */
  public PlainFiles(Walk walk, PlainOptions options, boolean declaredPlain) {
    this.walk = walk;
    this.options = options;
    this.selection = new PlainSelection(options);
    this.declaredPlain = declaredPlain;
  }

  /**
   * A directory of the walk.
   *
   * @param shown the path to the directory, relative to the source's path, with unresolved symbolic
   *     links and a trailing '/'
   * @param chain the real paths of the directories above and of this one
   */
  private record Place(String shown, List<String> chain) {

    String directory() {
      return chain.getLast();
    }

    Place below(String name, String directory) {
      List<String> longer = new ArrayList<>(chain);
      longer.add(directory);
      return new Place(shown + name + "/", longer);
    }
  }

  public void collectFile(ResolvedPath file) {
    if (!PlainSelection.isManifest(file.entry().name())) {
      throw new RefusedException(
          SourceFailure.NOT_A_MANIFEST,
          "'%s' is not a manifest: its name ends in neither .yaml, .yml nor .json"
              .formatted(file.path()));
    }
    walk.addFile(file);
  }

  public void collectDirectory(String directory) {
    int before = walk.collector().size();
    collectUnder(new Place("", List.of(directory)));
    if (walk.collector().size() == before) {
      throw new RefusedException(
          SourceFailure.NO_MANIFESTS,
          "there is no %s under '%s': correct the path, or remove the application from the fleet if its objects are to go"
              .formatted(
                  options.equals(PlainOptions.DEFAULT)
                      ? ".yaml, .yml or .json file"
                      : "file that the source's plain options select",
                  directory));
    }
  }

  private void collectUnder(Place place) {
    if (place.chain().indexOf(place.directory()) < place.chain().size() - 1) {
      throw new RefusedException(
          SourceFailure.SYMLINK_LOOP,
          "'%s' contains itself by a symbolic link: remove the link".formatted(place.directory()));
    }
    if (place.chain().size() > MAX_DEPTH) {
      throw new RefusedException(
          SourceFailure.TOO_COMPLEX,
          "'%s' is more than %d directories deep".formatted(place.directory(), MAX_DEPTH));
    }
    for (TreeEntry entry : walk.list(place.directory())) {
      if (!entry.name().startsWith(".")) {
        collect(entry, place);
      }
    }
  }

  private void collect(TreeEntry entry, Place place) {
    switch (entry.kind()) {
      case FILE, EXECUTABLE -> take(entry, new ResolvedPath(entry, List.of()), place);
      case DIRECTORY -> {
        if (options.recurse()) {
          collectUnder(place.below(entry.name(), entry.path()));
        }
      }
      case SYMLINK -> follow(entry, place);
      case GITLINK -> {
        if (options.recurse()) {
          collectUnder(place.below(entry.name(), walk.enter(entry).path()));
        }
      }
      case MISNAMED -> throw Walk.misnamed(entry);
    }
  }

  /** Follows a symbolic link, which is selected by its own name, as in rendering. */
  private void follow(TreeEntry link, Place place) {
    Optional<ResolvedPath> target =
        walk.find(place.directory(), link.name(), "the symbolic link '" + link.path() + "'");
    if (target.isEmpty()) {
      if (selection.selects(place.shown() + link.name())) {
        throw new RefusedException(
            SourceFailure.MISSING_FILE,
            "the symbolic link '%s' leads nowhere: correct or remove it".formatted(link.path()));
      }
    } else if (!target.get().isDirectory()) {
      take(link, target.get(), place);
    } else if (options.recurse()) {
      walk.addLinks(target.get());
      collectUnder(place.below(link.name(), target.get().path()));
    }
  }

  private void take(TreeEntry named, ResolvedPath file, Place place) {
    if (selection.selects(place.shown() + named.name())) {
      walk.addFile(file);
    } else if (!declaredPlain && Kustomization.isAt(named.name())) {
      throw new RefusedException(
          SourceFailure.NESTED_KUSTOMIZATION,
          "'%s' is a kustomization inside a plain directory: give the application the path of that directory, or set its type to plain to leave kustomizations out"
              .formatted(named.path()));
    }
  }
}

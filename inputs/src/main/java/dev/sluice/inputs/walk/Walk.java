package dev.sluice.inputs.walk;

import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.RemoteBase;
import dev.sluice.inputs.git.FileTooLargeException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The traversal of a tree by one resolution: follows paths and symbolic links without leaving the
 * tree, records all paths that it looks up, and collects the entries of the closure within its
 * limits.
 */
public final class Walk {

  private static final int MAX_LINKS = 40;
  private static final int MAX_STEPS = 200_000;
  private static final int MAX_CHARTS = 200;
  private static final long MAX_CHART_BYTES = 128 << 20;

  private final GraftedTree tree;
  private final RemoteAccess remoteAccess;
  private final EntryCollector collector;
  private final LookupLog lookups = new LookupLog();
  private final Submodules submodules;
  private final Map<String, BaseCommit> repositories = new TreeMap<>();
  private final Set<String> charts = new HashSet<>();
  private long chartBytes;
  private int steps;

  public Walk(SourceTree tree, ClosureLimits limits, RemoteAccess remoteAccess) {
    this.tree = new GraftedTree(remoteAccess.withLargeFiles(tree));
    this.collector = new EntryCollector(limits);
    this.remoteAccess = remoteAccess;
    this.submodules = new Submodules(this.tree, remoteAccess, lookups);
  }

  /** Returns the access to remote bases, charts and plugins. */
  public RemoteAccess remoteAccess() {
    return remoteAccess;
  }

  /**
   * Mounts another repository's files. Paths cannot lead from one repository's files to another's.
   */
  public void graft(RemoteBase reference, Remotes.Base base) {
    tree.graft(reference.directory(), base.tree());
    repositories.put(
        reference.directory(),
        new BaseCommit(reference.repository(), reference.ref().orElse(""), base.commit()));
    remoteAccess
        .allowedBase(reference.repository())
        .ifPresent(repository -> submodules.mounted(reference.directory(), repository));
  }

  /**
   * Mounts the files of a submodule at its path, as in a checkout. Refuses the inputs if its
   * repository is not allowed.
   *
   * @return the directory
   */
  public TreeEntry enter(TreeEntry submodule) {
    submodules.mount(submodule);
    return new TreeEntry(submodule.path(), TreeEntry.Kind.DIRECTORY, "");
  }

  /** Returns the other repositories that have files in the closure. */
  public List<BaseCommit> bases() {
    return Stream.concat(repositories.values().stream(), submodules.commits().stream()).toList();
  }

  /**
   * Mounts a downloaded chart at a free path, as if it were committed there.
   *
   * @param directory the directory that {@code within} is relative to
   * @param within the directory to mount it in
   * @param path the chart's path, relative to {@code within}
   * @param what a description of the chart, for refusals
   */
  public ResolvedPath graftChart(
      String directory, String within, String path, SourceTree chart, String what) {
    Optional<ResolvedPath> parent = find(directory, within, what);
    parent.ifPresent(there -> lookups.watch(there.path())); // its last file may be deleted
    String base =
        parent
            .map(ResolvedPath::path)
            .orElseGet(() -> String.join("/", TreePaths.written(directory, within, what)));
    String place = TreePaths.join(base, path);
    if (lookUp(place).isEmpty()) {
      charts.add(place);
      if (charts.size() > MAX_CHARTS) {
        throw new RefusedException(
            SourceFailure.TOO_COMPLEX,
            "%s is one chart too many to download: commit some".formatted(what));
      }
      chartBytes += chart.sizeBelow("");
      if (chartBytes > MAX_CHART_BYTES) {
        throw new RefusedException(
            SourceFailure.TOO_LARGE,
            "with %s, the downloaded charts unpack to more than %d MiB: commit some, without what they do not need"
                .formatted(what, MAX_CHART_BYTES >> 20));
      }
      tree.graft(place, chart);
    }
    return find(directory, within + "/" + path, what)
        .filter(resolved -> resolved.path().equals(place) && charts.contains(place))
        .orElseThrow(
            () ->
                new RefusedException(
                    SourceFailure.REMOTE_CHART,
                    "%s cannot be put to '%s': something else is there or above, move it away"
                        .formatted(what, place)));
  }

  /** Returns whether a directory is that of a downloaded chart. */
  public boolean isDownloaded(String directory) {
    return charts.contains(directory);
  }

  /** Returns the entries of the closure so far. */
  public EntryCollector collector() {
    return collector;
  }

  /** Returns the tree with everything that was mounted. */
  public SourceTree tree() {
    return tree;
  }

  /**
   * Looks up a path relative to a directory. As usual, '..' is resolved in the written path before
   * symbolic links are followed.
   *
   * @param directory the directory's real path
   * @param what a description of the path, for refusals
   * @return empty if there is nothing, or a symbolic link without target
   */
  public Optional<ResolvedPath> find(String directory, String path, String what) {
    List<String> written = TreePaths.written(directory, path, what);
    requireWithin(directory, String.join("/", written), what);
    Optional<ResolvedPath> resolved = follow(written, what);
    resolved.ifPresent(there -> requireWithin(directory, there.path(), what));
    return resolved;
  }

  private void requireWithin(String directory, String path, String what) {
    if (!repositoryOf(directory).equals(repositoryOf(path))) {
      throw TreePaths.outside(what);
    }
  }

  /** Returns the mount path of the repository that a path is in; empty for the tree itself. */
  private String repositoryOf(String path) {
    return repositories.keySet().stream()
        .filter(place -> (path + "/").startsWith(place + "/"))
        .findFirst()
        .orElse("");
  }

  private Optional<ResolvedPath> follow(List<String> written, String what) {
    Deque<String> ahead = new ArrayDeque<>(written);
    List<ClosureEntry.Link> links = new ArrayList<>();
    String here = "";
    while (!ahead.isEmpty()) {
      String name = ahead.pop();
      if (name.equals("..")) {
        lookups.watch(here); // only its existence matters, and its last file may be deleted
        here = TreePaths.parent(here, what);
        continue;
      }
      Optional<TreeEntry> next = lookUp(TreePaths.join(here, name));
      if (next.isEmpty()) {
        return Optional.empty();
      }
      TreeEntry entry = next.get();
      switch (entry.kind()) {
        case DIRECTORY -> here = entry.path();
        case FILE, EXECUTABLE -> {
          lookups.found(entry.path());
          return ahead.isEmpty() ? Optional.of(new ResolvedPath(entry, links)) : Optional.empty();
        }
        case SYMLINK -> {
          lookups.found(entry.path());
          ClosureEntry.Link link = link(entry, what);
          links.add(link);
          if (links.size() > MAX_LINKS) {
            throw new RefusedException(
                SourceFailure.SYMLINK_LOOP,
                "%s goes round through the symbolic link '%s': remove the link"
                    .formatted(what, entry.path()));
          }
          TreePaths.components(link.target()).reversed().forEach(ahead::push);
        }
        case GITLINK -> here = enter(entry).path();
        case MISNAMED -> throw misnamed(entry);
      }
    }
    lookups.foundDirectory(here);
    return lookUp(here).map(entry -> new ResolvedPath(entry, links));
  }

  /** Looks up a path like {@link #find}; refuses the inputs if there is nothing. */
  public ResolvedPath require(String directory, String path, String what) {
    return find(directory, path, what)
        .orElseThrow(
            () ->
                new RefusedException(
                    SourceFailure.MISSING_FILE,
                    "%s is not in the repository: add it, or take it out".formatted(what)));
  }

  /** Returns the entries of a directory and records that everything under it matters. */
  public List<TreeEntry> list(String directory) {
    step();
    lookups.watch(directory);
    return tree.list(directory);
  }

  /** Adds the symbolic links that were followed to the closure. */
  public void addLinks(ResolvedPath resolved) {
    resolved.links().forEach(link -> collector.put(link, link.target().length()));
  }

  /** Adds a file to the closure, with the symbolic links that were followed. */
  public void addFile(ResolvedPath resolved) {
    addLinks(resolved);
    TreeEntry file = resolved.entry();
    if (!collector.has(file.path())) {
      long size = tree.size(file);
      boolean executable = file.kind() == TreeEntry.Kind.EXECUTABLE;
      lookups.found(file.path());
      collector.put(new ClosureEntry.File(file.path(), executable, file.objectId(), size), size);
    }
  }

  /** Returns the text of a file that refers to other files. */
  public String text(TreeEntry file, int maxBytes) {
    try {
      return utf8(tree.read(file, maxBytes));
    } catch (FileTooLargeException e) {
      throw new RefusedException(SourceFailure.TOO_LARGE, e.getMessage() + ": split it");
    } catch (CharacterCodingException e) {
      throw new RefusedException(
          SourceFailure.NOT_TEXT, "'%s' is not UTF-8: save it as UTF-8".formatted(file.path()));
    }
  }

  /** Returns the text of any file; empty if it is too large or not UTF-8. */
  public Optional<String> optionalText(TreeEntry file, int maxBytes) {
    try {
      return Optional.of(utf8(tree.read(file, maxBytes)));
    } catch (FileTooLargeException | CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Returns the footprint of the closure. */
  public Footprint footprint() {
    return lookups.footprint(tree::isInGraft);
  }

  /** Returns the footprint of a refusal. */
  public Footprint footprintOfRefusal() {
    return lookups.footprintOfRefusal(tree::isInGraft);
  }

  /** Returns the refusal of an entry whose name no file may have. */
  public static RefusedException misnamed(TreeEntry entry) {
    return new RefusedException(
        SourceFailure.BAD_NAME,
        "'%s' has a name that no file may have (not UTF-8, control characters, or reserved by Git): rename it"
            .formatted(entry.path()));
  }

  private Optional<TreeEntry> lookUp(String path) {
    step();
    Optional<TreeEntry> entry = tree.entry(path);
    if (entry.isEmpty()) {
      lookups.missed(path);
    }
    return entry;
  }

  private void step() {
    if (++steps > MAX_STEPS) {
      throw new RefusedException(
          SourceFailure.TOO_COMPLEX,
          "finding the inputs takes more than %d steps: split the application"
              .formatted(MAX_STEPS));
    }
  }

  private ClosureEntry.Link link(TreeEntry entry, String what) {
    try {
      String target = utf8(tree.read(entry, TreePaths.MAX_LENGTH));
      if (target.startsWith("/")) {
        throw TreePaths.outside(what + ", a symbolic link to '" + target + "',");
      }
      return new ClosureEntry.Link(entry.path(), target);
    } catch (FileTooLargeException | CharacterCodingException e) {
      throw new RefusedException(
          SourceFailure.BAD_LINK,
          "the symbolic link '%s' leads to no path: remove it".formatted(entry.path()));
    }
  }

  private static String utf8(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}

package dev.sluice.inputs.walk;

import dev.sluice.contract.event.BaseCommit;
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

/**
 * One resolution on its way through a tree: follows paths and symbolic links without ever leaving
 * it, notes all it looks at, and gathers the entries of the closure within its limits.
 */
public final class Walk {

  private static final int MAX_LINKS = 40;
  private static final int MAX_STEPS = 200_000;
  private static final int MAX_CHARTS = 200;

  private final GraftedTree tree;
  private final RemoteAccess remoteAccess;
  private final EntryCollector collector;
  private final LookupLog lookups = new LookupLog();
  private final Map<String, BaseCommit> repositories = new TreeMap<>();
  private final Set<String> charts = new HashSet<>();
  private int steps;

  public Walk(SourceTree tree, ClosureLimits limits, RemoteAccess remoteAccess) {
    this.tree = new GraftedTree(tree);
    this.collector = new EntryCollector(limits);
    this.remoteAccess = remoteAccess;
  }

  /** What may be taken from outside of the tree. */
  public RemoteAccess remoteAccess() {
    return remoteAccess;
  }

  /** Puts another repository's files somewhere: no path leads from there to this one's. */
  public void graft(RemoteBase reference, Remotes.Base base) {
    tree.graft(reference.place(), base.tree());
    repositories.put(
        reference.place(),
        new BaseCommit(reference.repository(), reference.ref().orElse(""), base.commit()));
  }

  /** The other repositories of which something is in the closure. */
  public List<BaseCommit> bases() {
    return List.copyOf(repositories.values());
  }

  /**
   * Puts a downloaded chart where nothing is, as if it were committed there.
   *
   * @param directory that the place is seen from
   * @param within the directory to put it into
   * @param path from there
   * @param what names the chart in refusals
   */
  public ResolvedPath graftChart(
      String directory, String within, String path, SourceTree chart, String what) {
    Optional<ResolvedPath> home = find(directory, within, what);
    home.ifPresent(there -> lookups.watch(there.path())); // its last file may go
    String base =
        home.map(ResolvedPath::path)
            .orElseGet(() -> String.join("/", TreePaths.written(directory, within, what)));
    String place = TreePaths.join(base, path);
    if (look(place).isEmpty()) {
      charts.add(place);
      if (charts.size() > MAX_CHARTS) {
        throw new RefusedException(
            "TooComplex", "%s is one chart too many to download: commit some".formatted(what));
      }
      tree.graft(place, chart);
    }
    return find(directory, within + "/" + path, what)
        .filter(resolved -> resolved.path().equals(place) && charts.contains(place))
        .orElseThrow(
            () ->
                new RefusedException(
                    "RemoteChart",
                    "%s cannot be put to '%s': something else is there or above, move it away"
                        .formatted(what, place)));
  }

  /** Whether a directory is that of a downloaded chart. */
  public boolean isDownloaded(String directory) {
    return charts.contains(directory);
  }

  /** What is part of the closure so far. */
  public EntryCollector collector() {
    return collector;
  }

  /** The tree with all that was put into it. */
  public SourceTree tree() {
    return tree;
  }

  /**
   * What is at {@code path}, seen from a directory: as everywhere, '..' is taken off the written
   * path first, and symbolic links are followed then.
   *
   * @param directory where it really is
   * @param what names the path in refusals
   * @return empty if there is nothing, or only the dead end of a link
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

  /** Where the repository is that a path is in; empty for the tree itself. */
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
        lookups.watch(here); // that it is there is all that matters, and its last file may go
        here = TreePaths.parent(here, what);
        continue;
      }
      Optional<TreeEntry> next = look(TreePaths.join(here, name));
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
                "SymlinkLoop",
                "%s goes round through the symbolic link '%s': remove the link"
                    .formatted(what, entry.path()));
          }
          TreePaths.components(link.target()).reversed().forEach(ahead::push);
        }
        case GITLINK, MISNAMED -> throw unreadable(entry);
      }
    }
    lookups.foundDirectory(here);
    return look(here).map(entry -> new ResolvedPath(entry, links));
  }

  /** The same, where nothing is a refusal. */
  public ResolvedPath require(String directory, String path, String what) {
    return find(directory, path, what)
        .orElseThrow(
            () ->
                new RefusedException(
                    "MissingFile",
                    "%s is not in the repository: add it, or take it out".formatted(what)));
  }

  /** All that is in a directory; from now on everything under it matters. */
  public List<TreeEntry> list(String directory) {
    step();
    lookups.watch(directory);
    return tree.list(directory);
  }

  /** Makes the links that lead to something part of the closure. */
  public void addLinks(ResolvedPath resolved) {
    resolved.links().forEach(link -> collector.put(link, link.target().length()));
  }

  /** Makes a file part of the closure, with the links that lead to it. */
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

  /** The text of a file that says what else is read. */
  public String text(TreeEntry file, int maxBytes) {
    try {
      return utf8(tree.read(file, maxBytes));
    } catch (FileTooLargeException e) {
      throw new RefusedException("TooLarge", e.getMessage() + ": split it");
    } catch (CharacterCodingException e) {
      throw new RefusedException(
          "NotText", "'%s' is not UTF-8: save it as UTF-8".formatted(file.path()));
    }
  }

  /** The same of a file that may be anything; empty if it is large or not UTF-8. */
  public Optional<String> textIfAny(TreeEntry file, int maxBytes) {
    try {
      return Optional.of(utf8(tree.read(file, maxBytes)));
    } catch (FileTooLargeException | CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** What was looked at on the way to a closure. */
  public Footprint footprint() {
    return lookups.footprint(tree::isInGraft);
  }

  /** What was looked at on the way to a refusal. */
  public Footprint footprintOfRefusal() {
    return lookups.footprintOfRefusal(tree::isInGraft);
  }

  public static RefusedException unreadable(TreeEntry entry) {
    return entry.kind() == TreeEntry.Kind.GITLINK
        ? new RefusedException(
            "Submodule",
            "'%s' is a submodule, which is not followed: commit its files, or give them an application of their own"
                .formatted(entry.path()))
        : new RefusedException(
            "BadName",
            "'%s' has a name that no file may have (not UTF-8, control characters, or reserved by Git): rename it"
                .formatted(entry.path()));
  }

  private Optional<TreeEntry> look(String path) {
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
          "TooComplex",
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
          "BadLink", "the symbolic link '%s' leads to no path: remove it".formatted(entry.path()));
    }
  }

  private static String utf8(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}

package dev.sluice.inputs.closure;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.PossibleObjectsReader;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.inputs.git.LargeFile;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.ClosureLimits;
import dev.sluice.inputs.walk.Footprint;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.TreePaths;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Estimates the objects that the refused sources of an application may render to once they are
 * fixed, over all clusters. The estimate is based on the words of all files below the sources'
 * paths, of the files that the resolution read before it failed, and of the files and directories
 * that a kustomization or chart among them refers to. Too many or too large files, or too many
 * references, may render to any object.
 */
public final class RefusedSources {

  private static final Logger log = LoggerFactory.getLogger(RefusedSources.class);
  private static final ClosureLimits LIMITS = ClosureLimits.DEFAULT;
  private static final Set<String> NAMING =
      Set.of("kustomization.yaml", "kustomization.yml", "Kustomization", "Chart.yaml");
  private static final Pattern NAME = Pattern.compile("(?:file://)?([^\\s,\\[\\]{}\"':#]+)");

  /** Memory of the queued paths, which a few files can name without end. */
  private static final long MAX_QUEUED_BYTES = 64L << 20;

  private static final int BYTES_PER_PATH = 100; // besides its characters

  private final PossibleObjectsReader reader;
  private final Set<String> seen = new HashSet<>();
  private final Queue<String> queue = new ArrayDeque<>();
  private int files;
  private long bytes;
  private long queuedBytes;
  private boolean full;

  private RefusedSources(String namespace) {
    this.reader = new PossibleObjectsReader(namespace);
  }

  /**
   * Returns the objects that the sources may render to.
   *
   * @param closures the result of the resolution, some of it refused; empty if there is none
   * @param trees returns the files of a source of the definition; empty if they are not available
   */
  public static PossibleObjects possible(
      Definition definition,
      Optional<ApplicationClosures> closures,
      Function<SourceSpec, Optional<SourceTree>> trees) {
    String namespace = definition.spec().namespace();
    try {
      return read(definition, closures, trees);
    } catch (MirrorException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      // whatever these files do to the reader must not affect other applications
      log.atWarn()
          .addKeyValue("application", definition.application())
          .setCause(e)
          .log("cannot read what refused sources may render to: anything is assumed");
      return PossibleObjects.any(namespace);
    }
  }

  private static PossibleObjects read(
      Definition definition,
      Optional<ApplicationClosures> closures,
      Function<SourceSpec, Optional<SourceTree>> trees) {
    RefusedSources sources = new RefusedSources(definition.spec().namespace());
    sources.reader.read(definition.application().value());
    definition.clusters().forEach(cluster -> sources.reader.read(cluster.name().value()));
    for (int i = 0; i < definition.sources().size(); i++) {
      SourceSpec source = definition.sources().get(i);
      List<Footprint> footprints = closures.map(ApplicationClosures::footprints).orElse(List.of());
      Set<String> lookedUp = footprints.isEmpty() ? Set.of() : footprints.get(i).present();
      sources.read(definition, source, lookedUp, trees.apply(source));
    }
    return sources.full
        ? PossibleObjects.any(definition.spec().namespace())
        : sources.reader.result();
  }

  private void read(
      Definition definition, SourceSpec source, Set<String> lookedUp, Optional<SourceTree> tree) {
    seen.clear();
    queue.clear();
    for (ClusterTarget cluster : definition.clusters()) {
      SourceSpec here = source.in(cluster);
      reader.read(here.path());
      reader.read(here.options());
      if (!here.type().equals(Optional.of(SourceType.VALUES))) {
        queue(here.path());
      }
    }
    source.alias().ifPresent(reader::read);
    tree.ifPresent(
        there -> {
          lookedUp.stream().filter(path -> isFile(there, path)).forEach(this::queue);
          readQueued(there);
        });
    if (definition.spec().policy().allowsPlugins()) {
      reader.anything();
    }
  }

  /** Reads everything that is queued, and queues everything that it refers to. */
  private void readQueued(SourceTree tree) {
    while (!full && !queue.isEmpty()) {
      String path = queue.poll();
      if (path.isEmpty()) {
        queueAll(tree, path);
        continue;
      }
      Optional<TreeEntry> entry = tree.entry(path);
      if (entry.isPresent()) {
        switch (entry.get().kind()) {
          case DIRECTORY -> queueAll(tree, path);
          case FILE, EXECUTABLE, SYMLINK -> read(tree, entry.get());
          case GITLINK -> full = true; // its files may be allowed later, without a new commit
          case MISNAMED -> {}
        }
      }
    }
  }

  private static boolean isFile(SourceTree tree, String path) {
    return tree.entry(path).filter(one -> one.kind() != TreeEntry.Kind.DIRECTORY).isPresent();
  }

  private void queue(String path) {
    if (!full && seen.add(path)) {
      queue.add(path);
      queuedBytes += path.length() + BYTES_PER_PATH;
      full = queuedBytes > MAX_QUEUED_BYTES;
    }
  }

  private void queueAll(SourceTree tree, String directory) {
    tree.list(directory).forEach(entry -> queue(entry.path()));
  }

  private void read(SourceTree tree, TreeEntry entry) {
    files++;
    bytes += tree.size(entry); // checked first, so that no file exceeds the tree's limit
    if (files > LIMITS.maxFiles() || bytes > LIMITS.maxBytes()) {
      full = true;
      return;
    }
    InputFile file = load(tree, entry);
    if (isPointer(file)) {
      full = true; // its content may be anything
      return;
    }
    reader.read(file);
    if (entry.name().equals("Chart.yaml")) {
      reader.templated();
    }
    if (file instanceof InputFile.Text text && NAMING.contains(entry.name())) {
      queueNamed(entry, text.text());
    }
  }

  private static boolean isPointer(InputFile file) {
    return file instanceof InputFile.Text text
        && text.text().length() < LargeFile.MAX_POINTER_BYTES
        && LargeFile.isPointer(text.text().getBytes(StandardCharsets.UTF_8));
  }

  /** Queues all files and directories that a file refers to, in any field. */
  private void queueNamed(TreeEntry by, String text) {
    String directory = by.path().substring(0, by.path().length() - by.name().length());
    NAME.matcher(text)
        .results()
        .map(name -> path(directory, name.group(1)))
        .flatMap(Optional::stream)
        .forEach(this::queue);
  }

  private static Optional<String> path(String directory, String name) {
    try {
      return Optional.of(String.join("/", TreePaths.written(directory, name, name)));
    } catch (RefusedException e) {
      return Optional.empty(); // outside of the repository, so not read
    }
  }

  private static InputFile load(SourceTree tree, TreeEntry entry) {
    if (entry.kind() == TreeEntry.Kind.SYMLINK) {
      byte[] target = tree.read(entry, LIMITS.maxBytes());
      return new InputFile.Link(entry.path(), new String(target, StandardCharsets.UTF_8));
    }
    boolean executable = entry.kind() == TreeEntry.Kind.EXECUTABLE;
    return Closure.load(
        tree, new ClosureEntry.File(entry.path(), executable, entry.objectId(), tree.size(entry)));
  }
}

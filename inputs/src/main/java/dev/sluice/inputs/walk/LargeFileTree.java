package dev.sluice.inputs.walk;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.LfsAccess;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.inputs.git.FileTooLargeException;
import dev.sluice.inputs.git.LargeFile;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A repository's tree in which pointers of Git LFS have the content that they point to. A pointer
 * is recognised by its content, whatever {@code .gitattributes} says: nobody means its text as an
 * input. Refuses it unless the fleet allows Git LFS for the repository.
 */
final class LargeFileTree implements SourceTree {

  /** Size in bytes that every pointer exceeds: a version, a digest and a size. */
  private static final int MIN_POINTER_BYTES = 120;

  private final SourceTree tree;
  private final RemotePolicy.Base repository;
  private final Remotes remotes;
  private final Map<String, Optional<LargeFile>> pointers = new ConcurrentHashMap<>();

  LargeFileTree(SourceTree tree, RemotePolicy.Base repository, Remotes remotes) {
    this.tree = tree;
    this.repository = repository;
    this.remotes = remotes;
  }

  @Override
  public Optional<TreeEntry> entry(String path) {
    return tree.entry(path);
  }

  @Override
  public List<TreeEntry> list(String path) {
    return tree.list(path);
  }

  /** Returns the size; fetches a large file, so that it can be read later. */
  @Override
  public long size(TreeEntry entry) {
    Optional<LargeFile> pointer = pointer(entry);
    if (pointer.isEmpty()) {
      return tree.size(entry);
    }
    requireAllowed(entry, pointer.get());
    try {
      remotes.requireLargeFile(repository, pointer.get());
      return pointer.get().size();
    } catch (RemoteException e) {
      throw refused(entry, e);
    }
  }

  @Override
  public byte[] read(TreeEntry entry, int maxBytes) {
    Optional<LargeFile> pointer = pointer(entry);
    if (pointer.isEmpty()) {
      return tree.read(entry, maxBytes);
    }
    if (pointer.get().size() > maxBytes) {
      throw new FileTooLargeException(entry.path(), pointer.get().size(), maxBytes);
    }
    return content(entry, pointer.get());
  }

  private Optional<LargeFile> pointer(TreeEntry entry) {
    return entry.kind() == TreeEntry.Kind.FILE || entry.kind() == TreeEntry.Kind.EXECUTABLE
        ? pointers.computeIfAbsent(entry.objectId(), _ -> read(entry))
        : Optional.empty();
  }

  private Optional<LargeFile> read(TreeEntry entry) {
    long size = tree.size(entry);
    if (size < MIN_POINTER_BYTES || size >= LargeFile.MAX_POINTER_BYTES) {
      return Optional.empty();
    }
    byte[] content = tree.read(entry, LargeFile.MAX_POINTER_BYTES);
    if (!LargeFile.isPointer(content)) {
      return Optional.empty();
    }
    return Optional.of(
        LargeFile.parse(content)
            .orElseThrow(
                () ->
                    new RefusedException(
                        SourceFailure.LARGE_FILE,
                        "'%s' is a pointer of Git LFS in a form that is not supported (damaged, or with extensions): commit the file itself"
                            .formatted(entry.path()))));
  }

  private byte[] content(TreeEntry entry, LargeFile file) {
    requireAllowed(entry, file);
    try {
      return remotes.largeFile(repository, file);
    } catch (RemoteException e) {
      throw refused(entry, e);
    }
  }

  private static RefusedException refused(TreeEntry entry, RemoteException e) {
    return new RefusedException(
        e.code(), "'%s', a file of Git LFS: %s".formatted(entry.path(), e.getMessage()));
  }

  private void requireAllowed(TreeEntry entry, LargeFile file) {
    LfsAccess allowed =
        repository
            .https()
            .flatMap(HttpsAccess::lfs)
            .orElseThrow(
                () ->
                    new RefusedException(
                        SourceFailure.LARGE_FILE,
                        "'%s' is a pointer of Git LFS to %d bytes: commit the file itself, or set spec.lfs of the Repository %s, which needs a URL of https"
                            .formatted(entry.path(), file.size(), repository.repository())));
    if (file.size() > allowed.maxBytes()) {
      throw new RefusedException(
          SourceFailure.TOO_LARGE,
          "'%s' is a file of Git LFS with %d bytes, and %d are allowed: raise spec.lfs.maxBytes of the Repository %s"
              .formatted(entry.path(), file.size(), allowed.maxBytes(), repository.repository()));
    }
  }
}

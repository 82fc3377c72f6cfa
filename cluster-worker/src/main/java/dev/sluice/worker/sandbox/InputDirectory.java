package dev.sluice.worker.sandbox;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A private directory (mode 0700) that contains only the files of one closure, until it is closed.
 *
 * <p>Links are created last, so that no file is written through a link.
 */
public final class InputDirectory implements AutoCloseable {

  private static final String OWNER_ONLY = "rwx------";

  private final Path root;
  private final Optional<ReadyShell> shell;

  private InputDirectory(Path root, Optional<ReadyShell> shell) {
    this.root = root;
    this.shell = shell;
  }

  /**
   * Creates a directory without any files.
   *
   * @param parent an existing directory on a local file system
   */
  static InputDirectory in(Path parent) throws RenderException {
    try {
      return create(place(parent), Optional.empty());
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Creates a directory in the place of a waiting shell. */
  static InputDirectory of(ReadyShells.Placed shell) throws RenderException {
    try {
      return create(shell.place(), Optional.of(shell.shell()));
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Creates a directory that only its owner may enter. */
  static Path place(Path parent) throws IOException {
    return Files.createTempDirectory(
            parent,
            "sluice-render-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)))
        .toRealPath();
  }

  private static InputDirectory create(Path root, Optional<ReadyShell> shell) throws IOException {
    Files.createDirectory(root.resolve("home"));
    Files.createDirectory(root.resolve("tree"));
    return new InputDirectory(root, shell);
  }

  /** Writes the files of one source. */
  public static InputDirectory of(SourceInputs inputs, InputDirectory empty)
      throws RenderException {
    return of(inputs, Map.of(), empty);
  }

  /**
   * Writes the files of a source and of those that it may refer to.
   *
   * @param directory without any files; it is closed if it cannot be filled
   * @throws RenderException if a path would leave the directory, or the files cannot be written
   */
  public static InputDirectory of(
      SourceInputs inputs, Map<String, SourceInputs> aliased, InputDirectory directory)
      throws RenderException {
    try {
      write(directory.tree(), inputs.files());
      for (Map.Entry<String, SourceInputs> other : aliased.entrySet()) {
        Path tree = directory.aliased(InputPaths.checked(other.getKey()));
        Files.createDirectories(tree);
        write(tree, other.getValue().files());
      }
      return directory;
    } catch (RenderException | RuntimeException e) {
      directory.close();
      throw e;
    } catch (FileAlreadyExistsException e) {
      directory.close();
      throw RenderException.permanent(
          SourceFailure.UNSAFE_PATH,
          "%s is there twice, or as file and as directory"
              .formatted(directory.root().relativize(Path.of(e.getFile()))));
    } catch (IOException e) {
      directory.close();
      throw unwritable(e);
    }
  }

  public static RenderException unwritable(IOException e) {
    return RenderException.temporary(
        RenderFailure.NO_DISK,
        "the worker cannot write rendering inputs (%s): check its temporary directory"
            .formatted(e.getClass().getSimpleName()),
        e);
  }

  public Path root() {
    return root;
  }

  /** Returns the shell that sees only this directory; empty if any will do. */
  Optional<ReadyShell> shell() {
    return shell;
  }

  /** Returns the root of the repository. */
  public Path tree() {
    return root.resolve("tree");
  }

  /** Returns the root of the repository of another source. */
  public Path aliased(String alias) {
    return root.resolve("aliased").resolve(alias);
  }

  /** Returns an empty directory. */
  public Path home() {
    return root.resolve("home");
  }

  /** Adds a file of the worker's own, outside the tree. */
  public Path add(String name, String text) throws RenderException {
    try {
      Path path = root.resolve(name);
      Files.createDirectories(path.getParent());
      return Files.writeString(path, text, StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private static void write(Path tree, List<InputFile> files) throws IOException, RenderException {
    for (InputFile file : files) {
      switch (file) {
        case InputFile.Text text ->
            put(tree, text.path(), text.text().getBytes(StandardCharsets.UTF_8), text.executable());
        case InputFile.Binary binary ->
            put(tree, binary.path(), binary.bytes(), binary.executable());
        case InputFile.Link _ -> {}
      }
    }
    List<Path> links = new ArrayList<>();
    for (InputFile file : files) {
      if (file instanceof InputFile.Link link) {
        InputPaths.linkTarget(link);
        Path path = place(tree, link.path());
        Files.createSymbolicLink(path, path.getFileSystem().getPath(link.target()));
        links.add(path);
      }
    }
    for (Path link : links) {
      requireInside(tree, link);
    }
  }

  /** Requires that a link stays in the tree, also through other links. */
  private static void requireInside(Path tree, Path link) throws RenderException {
    String name = tree.relativize(link).toString();
    try {
      if (!link.toRealPath().startsWith(tree)) {
        throw InputPaths.unsafe(name, "is a link out of the repository");
      }
    } catch (NoSuchFileException e) {
      // the target is not among the inputs: there is nothing to read
    } catch (IOException e) {
      throw InputPaths.unsafe(name, "is a link that comes to no end");
    }
  }

  private static void put(Path tree, String name, byte[] bytes, boolean executable)
      throws IOException, RenderException {
    Path path = place(tree, name);
    Files.write(path, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    Files.setPosixFilePermissions(
        path, PosixFilePermissions.fromString(executable ? OWNER_ONLY : "rw-------"));
  }

  /**
   * Returns the path to write at, after creating real directories above it: never one reached
   * through a link.
   */
  private static Path place(Path tree, String name) throws IOException, RenderException {
    Path path = tree.resolve(InputPaths.checked(name));
    Path above = path.getParent();
    Files.createDirectories(above);
    if (!above.toRealPath().equals(above)) {
      throw InputPaths.unsafe(name, "lies behind a link");
    }
    return path;
  }

  @Override
  public void close() {
    shell.ifPresent(ReadyShell::close);
    remove(root);
  }

  /** Deletes a directory that a renderer worked in. */
  public static void remove(Path directory) {
    try {
      delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("rendering inputs are left behind in " + directory, e);
    }
  }

  /** Deletes a directory with everything that renderers left in it. */
  static void delete(Path tree) throws IOException {
    Files.walkFileTree(tree, new Deletion());
  }

  /** Deletes directories even if a plugin removed their permissions. */
  private static final class Deletion extends SimpleFileVisitor<Path> {

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (!Files.isWritable(directory) || !Files.isExecutable(directory)) {
        open(directory);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) || Files.isReadable(file)) {
        throw e;
      }
      open(file);
      Files.walkFileTree(file, this);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }

    private static void open(Path directory) throws IOException {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(OWNER_ONLY));
    }
  }
}

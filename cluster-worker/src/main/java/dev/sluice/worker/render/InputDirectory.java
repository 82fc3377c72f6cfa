package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A private directory (mode 0700) that holds the files of one closure and nothing else, for as long
 * as it is open.
 *
 * <p>Links are made last, so that no file is written through one.
 */
final class InputDirectory implements AutoCloseable {

  private static final String OWNER_ONLY = "rwx------";

  private final Path root;

  private InputDirectory(Path root) {
    this.root = root;
  }

  /**
   * Writes the files.
   *
   * @param parent an existing directory on a local file system
   * @throws RenderException if a path would leave the directory, or the disk does not take them
   */
  static InputDirectory of(SourceInputs inputs, Path parent) throws RenderException {
    InputDirectory directory = create(parent);
    try {
      directory.write(inputs.files());
      return directory;
    } catch (RenderException | RuntimeException e) {
      directory.close();
      throw e;
    } catch (FileAlreadyExistsException e) {
      directory.close();
      throw RenderException.permanent(
          "UnsafePath",
          "%s is there twice, or as file and as directory"
              .formatted(directory.tree().relativize(Path.of(e.getFile()))));
    } catch (IOException e) {
      directory.close();
      throw unwritable(e);
    }
  }

  private static InputDirectory create(Path parent) throws RenderException {
    try {
      Path root =
          Files.createTempDirectory(
              parent,
              "sluice-render-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
      Files.createDirectory(root.resolve("home"));
      Files.createDirectory(root.resolve("tree"));
      return new InputDirectory(root.toRealPath());
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private static RenderException unwritable(IOException e) {
    return RenderException.temporary(
        "NoDisk",
        "the worker cannot write rendering inputs (%s): check its temporary directory"
            .formatted(e.getClass().getSimpleName()),
        e);
  }

  /** Where the repository's root is. */
  Path tree() {
    return root.resolve("tree");
  }

  /** An empty directory. */
  Path home() {
    return root.resolve("home");
  }

  private void write(List<InputFile> files) throws IOException, RenderException {
    for (InputFile file : files) {
      switch (file) {
        case InputFile.Text text ->
            put(text.path(), text.text().getBytes(StandardCharsets.UTF_8), text.executable());
        case InputFile.Binary binary -> put(binary.path(), binary.bytes(), binary.executable());
        case InputFile.Link _ -> {}
      }
    }
    for (InputFile file : files) {
      if (file instanceof InputFile.Link link) {
        InputPaths.linkTarget(link);
        Path path = place(link.path());
        Files.createSymbolicLink(path, path.getFileSystem().getPath(link.target()));
      }
    }
  }

  private void put(String name, byte[] bytes, boolean executable)
      throws IOException, RenderException {
    Path path = place(name);
    Files.write(path, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    Files.setPosixFilePermissions(
        path, PosixFilePermissions.fromString(executable ? OWNER_ONLY : "rw-------"));
  }

  /** The path to write at, with real directories above it: never one reached through a link. */
  private Path place(String name) throws IOException, RenderException {
    Path path = tree().resolve(InputPaths.checked(name));
    Path above = path.getParent();
    Files.createDirectories(above);
    if (!above.toRealPath().equals(above)) {
      throw InputPaths.unsafe(name, "lies behind a link");
    }
    return path;
  }

  @Override
  public void close() {
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e)
                throws IOException {
              Files.delete(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("rendering inputs are left behind in " + root, e);
    }
  }
}

package dev.sluice.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;

/** Bare repository of many applications with a ConfigMap each, and a clone that pushes to it. */
final class BenchmarkRepository implements AutoCloseable {

  private final Path bare;
  private final Git clone;
  private final String namespace;
  private final IntPredicate invalid;

  private BenchmarkRepository(Path bare, Git clone, String namespace, IntPredicate invalid) {
    this.bare = bare;
    this.clone = clone;
    this.namespace = namespace;
    this.invalid = invalid;
  }

  static BenchmarkRepository create(Path directory, int applications, String namespace)
      throws GitAPIException, IOException {
    return create(directory, "apps", IntStream.range(0, applications), namespace, _ -> false);
  }

  /**
   * Creates a repository.
   *
   * @param name of its directory
   * @param applications their indices
   * @param invalid whether the API server refuses the object of an application
   */
  static BenchmarkRepository create(
      Path directory, String name, IntStream applications, String namespace, IntPredicate invalid)
      throws GitAPIException, IOException {
    Path bare = directory.resolve(name + ".git");
    Git.init().setBare(true).setDirectory(bare.toFile()).setInitialBranch("main").call().close();
    Git clone =
        Git.init().setDirectory(directory.resolve(name).toFile()).setInitialBranch("main").call();
    BenchmarkRepository repository = new BenchmarkRepository(bare, clone, namespace, invalid);
    for (int index : applications.toArray()) {
      repository.write(index, "initial");
    }
    repository.push("all");
    return repository;
  }

  String url() {
    return "file://" + bare.toAbsolutePath();
  }

  /** Returns the name of its directory. */
  String directory() {
    return bare.getFileName().toString();
  }

  static String application(int index) {
    return "app-%05d".formatted(index);
  }

  /** Changes one application and pushes; returns the previous commit and the new one. */
  ObjectId[] change(int index, String version) throws GitAPIException, IOException {
    return change(index, index + 1, version);
  }

  /**
   * Changes applications in one commit and pushes; returns the previous commit and the new one.
   *
   * @param from index of the first application
   * @param to index after the last application
   */
  ObjectId[] change(int from, int to, String version) throws GitAPIException, IOException {
    ObjectId before = clone.getRepository().resolve("HEAD");
    for (int index = from; index < to; index++) {
      write(index, version);
    }
    return new ObjectId[] {before, push(version)};
  }

  /**
   * Replaces the content of directories in one commit and pushes; returns the previous commit and
   * the new one.
   *
   * @param directories file contents by path within the directory, by directory
   */
  ObjectId[] replace(Map<String, Map<String, String>> directories)
      throws GitAPIException, IOException {
    ObjectId before = clone.getRepository().resolve("HEAD");
    for (Map.Entry<String, Map<String, String>> directory : directories.entrySet()) {
      Path root = clone.getRepository().getWorkTree().toPath().resolve(directory.getKey());
      if (Files.isDirectory(root)) {
        clone.rm().addFilepattern(directory.getKey()).call();
      }
      for (Map.Entry<String, String> file : directory.getValue().entrySet()) {
        Path path = root.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.getValue());
      }
    }
    return new ObjectId[] {before, push("replace " + directories.keySet())};
  }

  /**
   * Copies files into a directory in one commit and pushes; returns the previous commit and the new
   * one.
   */
  ObjectId[] copy(String directory, Path files) throws GitAPIException, IOException {
    ObjectId before = clone.getRepository().resolve("HEAD");
    Path root = clone.getRepository().getWorkTree().toPath().resolve(directory);
    try (Stream<Path> all = Files.walk(files)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Path copy = root.resolve(files.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    return new ObjectId[] {before, push("copy " + directory)};
  }

  /**
   * Appends a comment to each YAML file of a directory in one commit and pushes; returns the
   * previous commit and the new one.
   */
  ObjectId[] comment(String directory) throws GitAPIException, IOException {
    ObjectId before = clone.getRepository().resolve("HEAD");
    Path root = clone.getRepository().getWorkTree().toPath().resolve(directory);
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(one -> one.toString().matches(".*\\.ya?ml")).toList()) {
        String text = Files.readString(file);
        Files.writeString(file, text + (text.endsWith("\n") ? "" : "\n") + "# comment\n");
      }
    }
    return new ObjectId[] {before, push("comment " + directory)};
  }

  private void write(int index, String version) throws IOException {
    Path file =
        clone
            .getRepository()
            .getWorkTree()
            .toPath()
            .resolve(application(index))
            .resolve("configmap.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: %s
          namespace: %s
          labels: {example.org/index: "%s"}
        data:
          version: "%s"
        """
            .formatted(
                application(index),
                namespace,
                invalid.test(index) ? "not a value!" : index,
                version));
  }

  private RevCommit push(String message) throws GitAPIException {
    clone.add().addFilepattern(".").call();
    RevCommit commit =
        clone
            .commit()
            .setMessage(message)
            .setAuthor("benchmark", "benchmark@localhost")
            .setCommitter("benchmark", "benchmark@localhost")
            .setSign(false)
            .call();
    clone.push().setRemote(bare.toUri().toString()).add("main").call();
    return commit;
  }

  @Override
  public void close() {
    clone.close();
  }
}

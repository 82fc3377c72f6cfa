package dev.sluice.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.name.CommitId;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A bare repository of many files, which git-fast-import(1) writes. The manifests have random text,
 * so that they do not compress.
 */
public final class ImportedRepository {

  private static final int FILES_IN_DIRECTORY = 100;

  private final Path directory;
  private final int fileBytes;
  private final SplittableRandom random = new SplittableRandom(1);
  private int commits;

  private ImportedRepository(Path directory, int fileBytes) {
    this.directory = directory;
    this.fileBytes = fileBytes;
  }

  /** Creates a repository with this many files of this size. */
  public static ImportedRepository create(Path directory, int files, int fileBytes)
      throws Exception {
    Files.createDirectories(directory);
    ImportedRepository repository = new ImportedRepository(directory, fileBytes);
    repository.git(List.of("init", "--quiet", "--bare", "--initial-branch=main"), _ -> {});
    repository.imports(0, files);
    return repository;
  }

  /** Returns the path of a file. */
  public String path(int file) {
    return "apps/%04d/file-%02d.yaml"
        .formatted(file / FILES_IN_DIRECTORY, file % FILES_IN_DIRECTORY);
  }

  /** Changes a file; returns the new head of the branch. */
  public CommitId change(int file) throws Exception {
    imports(file, file + 1);
    return new CommitId(git(List.of("rev-parse", "main"), _ -> {}));
  }

  /** Writes to the standard input of git. */
  private interface Input {
    void write(OutputStream to) throws IOException;
  }

  private void imports(int from, int to) throws Exception {
    boolean first = commits++ == 0;
    git(
        List.of("-c", "core.compression=1", "fast-import", "--quiet"),
        input -> {
          print(input, "commit refs/heads/main\n");
          print(input, "committer Author <author@example.com> %d +0000\n".formatted(commits));
          print(input, "data 6\nchange\n");
          if (!first) {
            print(input, "from refs/heads/main^0\n");
          }
          for (int file = from; file < to; file++) {
            byte[] content = content();
            print(input, "M 100644 inline %s\ndata %d\n".formatted(path(file), content.length));
            input.write(content);
            input.write('\n');
          }
        });
  }

  private byte[] content() {
    byte[] noise = new byte[fileBytes * 3 / 4];
    random.nextBytes(noise);
    return ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: large}\ndata:\n  noise: "
            + Base64.getEncoder().encodeToString(noise)
            + "\n")
        .getBytes(UTF_8);
  }

  private static void print(OutputStream to, String text) throws IOException {
    to.write(text.getBytes(UTF_8));
  }

  private String git(List<String> arguments, Input input) throws Exception {
    List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (OutputStream stdin = new BufferedOutputStream(process.getOutputStream(), 1 << 16)) {
      input.write(stdin);
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException("git %s failed".formatted(arguments));
    }
    return output;
  }
}

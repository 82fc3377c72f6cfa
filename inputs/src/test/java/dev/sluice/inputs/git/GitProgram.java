package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A repository that is written by Git's own program. */
public final class GitProgram {

  private final Path directory;

  private GitProgram(Path directory) {
    this.directory = directory;
  }

  /** Creates a repository; options are those of git-init(1). */
  public static GitProgram init(Path directory, String... options) throws Exception {
    NeededProgram.check("git");
    Files.createDirectories(directory);
    GitProgram git = new GitProgram(directory);
    List<String> command = new ArrayList<>(List.of("init", "--quiet", "--bare"));
    command.addAll(List.of(options));
    command.add("--initial-branch=main");
    git.run("", command);
    return git;
  }

  /** Creates a repository with a work tree. */
  public static GitProgram workTree(Path directory) throws Exception {
    NeededProgram.check("git");
    GitProgram git = new GitProgram(Files.createDirectories(directory));
    git.run("init", "--quiet", "--initial-branch=main");
    return git;
  }

  /** Commits one file to the branch {@code main}; returns the commit's id. */
  public String commit(String path, String text) throws Exception {
    String blob = run(text, List.of("hash-object", "-w", "--stdin"));
    String tree = run("100644 blob %s\t%s\n".formatted(blob, path), List.of("mktree"));
    String commit = run("", List.of("commit-tree", "-m", "change", tree));
    run("", List.of("update-ref", "refs/heads/main", commit));
    return commit;
  }

  /** Runs git in the repository; returns what it prints. */
  public String run(String... arguments) throws Exception {
    return run("", List.of(arguments));
  }

  private String run(String input, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "GIT_CONFIG_GLOBAL", "/dev/null",
                "GIT_AUTHOR_NAME", "Author",
                "GIT_AUTHOR_EMAIL", "author@example.com",
                "GIT_COMMITTER_NAME", "Author",
                "GIT_COMMITTER_EMAIL", "author@example.com"));
    Process process = builder.start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException("git %s: %s".formatted(arguments, output));
    }
    return output;
  }
}

package dev.sluice.inputs.signature;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Repository of the program git, whose commits and tags ssh-keygen signs. */
public final class SignedRepository {

  private final Path directory;
  private final Path work;
  private Instant time = Instant.parse("2026-05-01T12:00:00Z");

  /** Creates an empty repository with the branch main below a directory. */
  public SignedRepository(Path directory) throws IOException {
    NeededProgram.check("git");
    NeededProgram.check("ssh-keygen");
    this.directory = directory;
    this.work = Files.createDirectories(directory.resolve("work"));
    git("init", "-q", "-b", "main");
    git("config", "gpg.format", "ssh");
    git("config", "user.name", "Ada");
    git("config", "user.email", "ada@example.org");
  }

  /** Returns the clone URL. */
  public String url() {
    return "file://" + work.resolve(".git");
  }

  /** Generates a key, such as of the type {@code ed25519}; returns its public line. */
  public String key(String name, String type, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("ssh-keygen", "-q", "-t", type, "-N", "", "-C", name, "-f", "" + file(name)));
    command.addAll(List.of(more));
    run(command);
    return Files.readString(directory.resolve(name + ".pub")).strip();
  }

  /** Returns the file of a private key; that of the public one ends in {@code .pub}. */
  public Path file(String name) {
    return directory.resolve(name);
  }

  /** Sets the time of the following commits. */
  public void at(Instant now) {
    time = now;
  }

  /** Commits a file on the branch main, without a signature. */
  public CommitId commit(String path, String content) throws IOException {
    return commit(path, content, "--no-gpg-sign");
  }

  /** Commits a file on the branch main with a signature by a key. */
  public CommitId signed(String key, String path, String content) throws IOException {
    git("config", "user.signingKey", "" + file(key));
    return commit(path, content, "-S");
  }

  private CommitId commit(String path, String content, String sign) throws IOException {
    Path file = work.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    git("add", ".");
    git("commit", "-q", sign, "-m", "Change " + path);
    return head();
  }

  /** Adds commits without signatures to the branch main, which change nothing. */
  void commits(int count) throws IOException {
    StringBuilder stream = new StringBuilder();
    for (int i = 0; i < count; i++) {
      stream
          .append("commit refs/heads/main\n")
          .append("committer Ada <ada@example.org> %d +0000\n".formatted(1_700_000_000 + i))
          .append("data 0\n")
          .append(i == 0 ? "from %s\n".formatted(head()) : "");
    }
    Path file = Files.writeString(work.resolveSibling("stream"), stream);
    run("sh", "-c", "git fast-import --quiet --force < " + file);
  }

  /** Moves the branch main to a commit. */
  public void reset(CommitId commit) throws IOException {
    git("reset", "-q", "--hard", commit.value());
  }

  /** Creates an annotated tag of the branch's commit; without a key, it is not signed. */
  public void tag(String name, Optional<String> key) throws IOException {
    if (key.isPresent()) {
      git("config", "user.signingKey", "" + file(key.get()));
    }
    git("tag", "-f", key.isPresent() ? "-s" : "-a", "-m", "Release", name);
  }

  public CommitId head() throws IOException {
    return new CommitId(git("rev-parse", "HEAD"));
  }

  /** Writes an object and returns its id. */
  public String object(String type, byte[] content) throws IOException {
    Path file = Files.write(directory.resolve("object"), content);
    return git("hash-object", "-t", type, "-w", "--literally", "" + file);
  }

  /** Moves the branch main to a commit that is given by its bytes. */
  public CommitId rawCommit(byte[] content) throws IOException {
    CommitId commit = new CommitId(object("commit", content));
    git("update-ref", "refs/heads/main", commit.value());
    return commit;
  }

  /** Returns the bytes of a commit or tag. */
  public byte[] raw(String type, String object) throws IOException {
    return start(List.of("git", "cat-file", type, object)).output();
  }

  /** Returns whether git itself accepts the signature of a commit. */
  public boolean verifies(CommitId commit, Path allowedSigners) throws IOException {
    return start(
                List.of(
                    "git",
                    "-c",
                    "gpg.ssh.allowedSignersFile=" + allowedSigners,
                    "verify-commit",
                    commit.value()))
            .status()
        == 0;
  }

  /** Returns the branch main as the source of an application. */
  public SourceSpec source(Verification.Mode mode, Path allowedSigners) {
    return source(
        new Verification(
            mode, Optional.of(new SecretReference("file:" + allowedSigners)), Optional.empty()),
        GitRef.branch("main"));
  }

  /** Returns a ref as the source of an application. */
  public SourceSpec source(Verification verification, GitRef ref) {
    return new SourceSpec(
        RepositoryId.fromUrl(url()),
        url(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(verification),
        Optional.empty(),
        Optional.empty(),
        ref,
        "",
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  /** Runs git in the repository and returns its output. */
  public String git(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(Arrays.asList(arguments));
    return run(command);
  }

  /** Runs a program and returns its output. */
  String run(String... command) throws IOException {
    return run(List.of(command));
  }

  private String run(List<String> command) throws IOException {
    Result result = start(command);
    String output = new String(result.output(), UTF_8).strip();
    if (result.status() != 0) {
      throw new IllegalStateException(command + " failed: " + output);
    }
    return output;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Result(int status, byte[] output) {}

  private Result start(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "GIT_CONFIG_GLOBAL",
                "/dev/null",
                "GIT_CONFIG_NOSYSTEM",
                "1",
                "GIT_AUTHOR_DATE",
                time.toString(),
                "GIT_COMMITTER_DATE",
                time.toString()));
    Process process = builder.start();
    byte[] output = process.getInputStream().readAllBytes();
    try {
      return new Result(process.waitFor(), output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}

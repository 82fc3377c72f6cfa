package dev.sluice.dispatcher.fleet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.Origin.Content;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile and unusual trees of a fleet's repository. */
class GitInputIT {

  private static final GitRef MAIN = GitRef.branch("main");
  private static final String CLUSTER =
      "apiVersion: sluice.dev/v1\nkind: Cluster\nmetadata: {name: %s}\n";

  private Origin origin;
  private Mirrors mirrors;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    origin = new Origin(directory.resolve("fleet.git"));
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    mirrors.close();
    origin.close();
  }

  @Test
  void documentsOfThePathAreReadAtTheirCommit() throws IOException {
    CommitId commit =
        origin.commit(
            Map.of(
                "fleet/a.yaml", cluster("a"),
                "fleet/sub/b.yml", cluster("b"),
                "fleet/notes.txt", Content.file("x"),
                "fleet/.hidden/c.yaml", cluster("c"),
                "fleet/sub/.d.yaml", cluster("d"),
                "fleet-2/e.yaml", cluster("e"),
                "f.yaml", cluster("f")));
    FleetReading reading = read(commit, "fleet");

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.clusters()).extracting(Object::toString).containsExactly("a", "b");
    assertThat(reading.commit()).contains(commit);
    assertThat(reading.acceptedAs()).isEqualTo(commit.value());
    assertThat(read(commit, "").clusters())
        .extracting(Object::toString)
        .containsExactly("a", "b", "e", "f");
  }

  @Test
  void theContentAndNotTheCommitMakesTheRevision() throws IOException {
    CommitId first = origin.commit(Map.of("a.yaml", cluster("a")));
    CommitId second =
        origin.commit(Map.of("b/c.yaml", cluster("a"), "x", Content.file("x")), first);
    assertThat(read(second, "").revision()).isEqualTo(read(first, "").revision());
  }

  @Test
  void linksAndSubmodulesAreProblems() throws IOException {
    CommitId commit =
        origin.commit(
            Map.of(
                "a.yaml", cluster("a"),
                "b.yaml", Content.link("a.yaml"),
                "c.yaml", Content.link("/etc/passwd"),
                "directory", Content.link(".."),
                "module", Content.submodule("1234567890".repeat(4))));
    assertThat(read(commit, "").problems())
        .extracting(FleetProblem::toString)
        .containsExactly(
            "b.yaml: is a symbolic link, which is not followed: commit the file",
            "c.yaml: is a symbolic link, which is not followed: commit the file",
            "module: is a submodule, which is not followed: commit its files, or keep the documents"
                + " in a directory without it");
    assertThat(read(commit, "").complete()).isFalse();
  }

  @Test
  void aPathThatIsALinkOrAFileOrMissingIsNoFleet() throws IOException {
    CommitId commit =
        origin.commit(
            Map.of(
                "real/a.yaml", cluster("a"),
                "link", Content.link("real"),
                "file", Content.file("x")));
    assertThat(listing(commit, "link")).contains("'link' is no directory in commit");
    assertThat(listing(commit, "file")).contains("'file' is no directory in commit");
    assertThat(listing(commit, "link/sub")).contains("has no directory 'link/sub'");
    assertThat(listing(commit, "none")).contains("has no directory 'none'");
  }

  @Test
  void aNameThatIsNotTextIsAProblem() throws IOException {
    CommitId commit = origin.commitRaw("x\u00ff.yaml".getBytes(ISO_8859_1), "x");
    assertThat(read(commit, "").problems())
        .singleElement()
        .asString()
        .startsWith("x\\xff.yaml: has a name that is not UTF-8");
  }

  @Test
  void filesThatAreTooLargeOrTooDeepAreProblems() throws IOException {
    CommitId commit =
        origin.commit(
            Map.of(
                "a.yaml",
                cluster("a"),
                "large.yaml",
                Content.file("#".repeat((3 << 20) + 1)),
                "d/".repeat(16) + "deep.yaml",
                cluster("deep")));
    assertThat(read(commit, "").problems())
        .extracting(FleetProblem::toString)
        .containsExactly(
            "d/".repeat(16).replaceFirst("/$", "")
                + ": is more than 16 directories deep: move it up",
            "large.yaml: is larger than 3 MiB");
  }

  @Test
  void aTreeThatFewObjectsMakeEndlessIsRefusedSoon() throws IOException {
    Map<String, Content> files = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      files.put("a" + i, Content.file("x"));
    }
    CommitId commit = origin.commit(files);
    for (int level = 0; level < 8; level++) {
      commit = origin.commitCopies(origin.tree(commit), 40);
    }
    assertThat(listing(commit, "")).contains("more than 100000 files and directories");
  }

  @Test
  void aFileOfAliasesThatManyPathsHaveIsRefusedForTheWholeFleet() throws IOException {
    StringBuilder text = new StringBuilder("a: &a [" + "x,".repeat(600) + "]\nb: [");
    text.append("*a,".repeat(600)).append("]\n");
    Map<String, Content> files = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      files.put("f%02d.yaml".formatted(i), Content.file(text.toString()));
    }

    assertThat(listing(origin.commit(files), ""))
        .contains("is too large", "2000000 values", "64 MiB of JSON");
  }

  private String listing(CommitId commit, String path) throws IOException {
    FleetReading reading = read(commit, path);
    assertThat(reading.complete()).isFalse();
    assertThat(reading.problems()).hasSize(1);
    FleetProblem problem = reading.problems().getFirst();
    assertThat(problem.file()).isEqualTo(location(path).toString());
    return problem.message();
  }

  private FleetReading read(CommitId commit, String path) throws IOException {
    origin.set(MAIN, commit);
    return FleetReader.read(FleetConfig.at(location(path)), mirrors, GeneratorTrees.NONE);
  }

  private FleetLocation.InGit location(String path) {
    return new FleetLocation.InGit(origin.url(), path, Optional.of(MAIN));
  }

  private static Content cluster(String name) {
    return Content.file(CLUSTER.formatted(name));
  }
}

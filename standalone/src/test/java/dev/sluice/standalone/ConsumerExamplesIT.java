package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of consumers in Python and Go read the topics of an installation. */
class ConsumerExamplesIT {

  private static final Path EXAMPLES = Path.of("../examples/consumers").toAbsolutePath();
  private static final String PUSHER = System.getProperty("user.name");
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Map<String, String> QUIET =
      Map.of(
          "PYTHONDONTWRITEBYTECODE",
          "1",
          "PIP_DISABLE_PIP_VERSION_CHECK",
          "1",
          "GOTOOLCHAIN",
          "local",
          "GOFLAGS",
          "-mod=readonly -buildvcs=false");

  @TempDir private Path directory;
  private Scenario scenario;
  private OneProcess sluice;

  @BeforeEach
  void aGoodAndABadApplication() throws Exception {
    scenario = Scenario.in(Files.createDirectory(directory.resolve("scenario")), PRODUCTION);
    scenario.fleet().application("good", "good", scenario.namespace(), PRODUCTION);
    scenario.fleet().application("bad", "bad", scenario.namespace(), PRODUCTION);
    scenario.commit(
        Map.of(
            "good/configmap.yaml",
            configMap("good", "one"),
            "bad/configmap.yaml",
            configMap("bad", "one")));
    sluice = scenario.start();
    patiently().until(() -> applied() == 2);
  }

  @AfterEach
  void end() throws Exception {
    sluice.close();
    scenario.close();
  }

  @Test
  void thePythonExamplePrintsWhatReachedTheClusterAndWhatFailed() throws Exception {
    NeededProgram.check("python3");
    ProgramRun pip =
        run(
            directory,
            Map.of(),
            "python3",
            "-m",
            "pip",
            "install",
            "--no-input",
            "--target",
            directory.resolve("packages").toString(),
            "--requirement",
            EXAMPLES.resolve("python/requirements.txt").toString());
    assumeTrue(pip.code() == 0, "pip cannot install the example's packages: " + pip.output());
    CommitId commit = breakOne();

    ProgramRun audit = audit(scenario.kafka().topics().prefix());

    assertThat(audit.code()).as(audit.output()).isZero();
    assertThat(audit.output().lines())
        .filteredOn(line -> !line.contains(" unchanged "))
        .hasSize(4)
        .anyMatch(line -> line.matches("\\S+Z production/good generation 1 applied .* by \"-\""))
        .anyMatch(
            line ->
                line.endsWith(
                    "production/good generation 2 applied %s by \"%s\"".formatted(commit, PUSHER)))
        .anyMatch(
            line ->
                line.contains(
                        "production/bad generation 2 parked %s by \"%s\" "
                            .formatted(commit, PUSHER))
                    && line.matches(".* Invalid: \".*\""));

    ProgramRun elsewhere = audit("nowhere");
    assertThat(elsewhere.code()).isEqualTo(1);
    assertThat(elsewhere.output()).contains("has no topic nowhere.results").doesNotContain("File");
  }

  private ProgramRun audit(String prefix) throws IOException, InterruptedException {
    return run(
        directory,
        Map.of("PYTHONPATH", directory.resolve("packages").toString()),
        "python3",
        EXAMPLES.resolve("python/audit.py").toString(),
        "--kafka",
        scenario.kafka().bootstrapServers(),
        "--prefix",
        prefix);
  }

  @Test
  void theGoExamplePrintsTheOpenDeadLetters() throws Exception {
    NeededProgram.check("go");
    Path module = EXAMPLES.resolve("go");
    ProgramRun download = run(module, Map.of(), "go", "mod", "download");
    assumeTrue(download.code() == 0, "go cannot load the example's modules: " + download.output());
    String program = directory.resolve("deadletters").toString();
    ProgramRun build = run(module, Map.of(), "go", "build", "-o", program, ".");
    assertThat(build.code()).as(build.output()).isZero();
    String[] command = {
      program,
      "-kafka",
      scenario.kafka().bootstrapServers(),
      "-prefix",
      scenario.kafka().topics().prefix()
    };
    assertThat(run(directory, Map.of(), command)).isEqualTo(new ProgramRun(0, ""));

    breakOne();

    ProgramRun open = run(directory, Map.of(), command);
    assertThat(open.code()).as(open.output()).isZero();
    assertThat(open.output()).startsWith("production/bad/2 attempts 1 Invalid: \"");

    scenario.push(sluice, Map.of("bad/service.yaml", ""));
    patiently()
        .untilAsserted(
            () -> assertThat(run(directory, Map.of(), command)).isEqualTo(new ProgramRun(0, "")));
  }

  /**
   * Pushes a good change and one that the API server refuses; returns when both have an outcome.
   */
  private CommitId breakOne() throws Exception {
    CommitId commit =
        scenario.push(
            sluice,
            Map.of(
                "good/configmap.yaml",
                configMap("good", "two"),
                "bad/service.yaml",
                """
                apiVersion: v1
                kind: Service
                metadata: {name: bad}
                spec:
                  ports: [{port: 123456}]
                """));
    patiently().until(() -> applied() == 3 && !scenario.deadLetters().isEmpty());
    return commit;
  }

  private int applied() {
    return scenario.read(scenario.kafka().topics().results(), ResultEvent.Applied.class).size();
  }

  private static ProgramRun run(Path where, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    Map<String, String> all = new HashMap<>(QUIET);
    all.putAll(environment);
    return ProgramRun.of(where, all, LONG, command);
  }
}

package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.patiently;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.process.ChildProcess;
import dev.sluice.platform.process.FreePort;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.simulated.ClusterFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/quickstart.md, executed as a new user does: each block of commands with only the documented
 * placeholders replaced. The block of output after it must match what was printed; {@code ...}
 * stands for any text.
 */
class QuickstartIT {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final long LIMIT_SECONDS = 300;

  /** What the user replaces; the longest first, since some are part of others. */
  private final Map<String, String> placeholders = new LinkedHashMap<>();

  private final Map<String, String> environment = new HashMap<>();
  @TempDir private Path directory;

  /** A block of commands with the output that the page shows for it. */
  private record Step(String commands, List<String> output) {}

  @Test
  void everyCommandOfThePageDoesWhatThePageSays() throws Exception {
    List.of("bash", "git", "kubectl", "curl", "perl").forEach(NeededProgram::check);
    List<Step> steps = steps(Files.readString(ROOT.resolve("docs/quickstart.md")));
    assertThat(steps).hasSizeGreaterThan(6);
    try (ClusterFixture cluster = ClusterFixture.open()) {
      prepare(cluster);
      Process up = null;
      try {
        for (Step step : steps) {
          if (step.commands().startsWith("./sluice up ")) {
            up = start(step);
          } else {
            String printed = run(step.commands());
            assertShown(step.output(), printed);
            readPlaceholders(printed);
          }
        }
        assertThat(up).isNotNull();
        assertThat(up.isAlive()).isTrue();
      } finally {
        if (up != null) {
          up.destroy();
          assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
      }
    }
  }

  /** Creates what the page requires: Sluice's directory, a repository, a clone, and a cluster. */
  private void prepare(ClusterFixture cluster) throws Exception {
    Path sluice = Files.createDirectories(directory.resolve("checkout")).resolve("sluice");
    Files.writeString(
        sluice,
        """
        #!/bin/sh
        exec '%s' -Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener \\
          -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m -cp '%s' %s "$@"
        """
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                Main.class.getName()));
    Files.setPosixFilePermissions(sluice, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path hooks = Files.createDirectories(sluice.resolveSibling("hooks"));
    Files.copy(ROOT.resolve("hooks/post-receive"), hooks.resolve("post-receive"));

    Path bare = directory.resolve("shop.git");
    Path clone = directory.resolve("shop");
    String installation = "q" + UUID.randomUUID().toString().substring(0, 8);
    int port = FreePort.find();
    int apiPort = FreePort.find();
    environment.putAll(
        Map.of(
            "HOME",
            directory.toString(),
            "KUBECONFIG",
            cluster.writeKubeconfig(directory).toString(),
            "SLUICE_WEBHOOK_HOST",
            "127.0.0.1",
            "SLUICE_WEBHOOK_PORT",
            Integer.toString(port),
            "SLUICE_PUBLIC_URL",
            "http://127.0.0.1:" + port,
            "SLUICE_API_PORT",
            Integer.toString(apiPort),
            "SLUICE_SERVER",
            "http://127.0.0.1:" + apiPort,
            "SLUICE_KAFKA_PORT",
            "0",
            "SLUICE_INSTALLATION",
            installation,
            "SLUICE_SYSTEM_NAMESPACE",
            "sluice-" + installation));
    for (String who : List.of("AUTHOR", "COMMITTER")) {
      environment.put("GIT_" + who + "_NAME", "you");
      environment.put("GIT_" + who + "_EMAIL", "you@localhost");
    }
    for (String namespace : List.of("website", "sluice-" + installation)) {
      cluster.cleanUp(() -> cluster.client().namespaces().withName(namespace).delete());
    }
    placeholders.put("REPOSITORY_URL", "file://" + bare);
    placeholders.put("GIT_DIRECTORY", bare.toString());
    placeholders.put("CLONE", clone.toString());
    placeholders.put("CONTEXT", cluster.client().getConfiguration().getCurrentContext().getName());
    run("git init --quiet --bare --initial-branch main " + bare);
    run("git clone --quiet %s %s".formatted(bare, clone));
    Files.createDirectories(clone.resolve("website"));
    Files.writeString(
        clone.resolve("website/deployment.yaml"),
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: website
        spec:
          replicas: 1
          selector: {matchLabels: {app: website}}
          template:
            metadata: {labels: {app: website}}
            spec:
              containers: [{name: website, image: "nginx:1.29"}]
        """);
    run(
        "cd %s && git add . && git commit --quiet --message One && git push --quiet origin HEAD:main"
            .formatted(clone));
  }

  /** Takes the values that the page tells the user to take from the output of init. */
  private void readPlaceholders(String printed) {
    Map.of(
            "ENDPOINT", "--webhook-endpoint (\\S+)",
            "WEBHOOK_URL", "sluice.url +(\\S+)",
            "REPOSITORY_PATH", "sluice.repository +(\\S+)")
        .forEach(
            (placeholder, pattern) -> {
              Matcher matcher = Pattern.compile(pattern).matcher(printed);
              if (matcher.find()) {
                placeholders.put(placeholder, matcher.group(1));
              }
            });
  }

  private Process start(Step step) throws IOException {
    Path log = directory.resolve("up.log");
    ProcessBuilder builder = bash("exec " + filled(step.commands()));
    builder.redirectOutput(log.toFile());
    Process process = ChildProcess.start(builder);
    patiently()
        .untilAsserted(
            () -> {
              assertThat(process.isAlive()).as(() -> read(log)).isTrue();
              assertShown(step.output(), read(log));
            });
    return process;
  }

  /** Runs commands in Sluice's directory, and returns what they print. */
  private String run(String commands) throws IOException, InterruptedException {
    Path log = directory.resolve("commands.log");
    ProcessBuilder builder = bash(filled(commands));
    builder.redirectOutput(log.toFile());
    Process process = ChildProcess.start(builder);
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as(() -> read(log)).isTrue();
    assertThat(process.exitValue())
        .as(() -> "%s\n%s\n%s".formatted(commands, read(log), read(directory.resolve("up.log"))))
        .isZero();
    return read(log);
  }

  private ProcessBuilder bash(String script) {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-e", "-o", "pipefail", "-c", script)
            .directory(directory.resolve("checkout").toFile())
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("SLUICE_"));
    builder.environment().putAll(environment);
    return builder;
  }

  private String filled(String commands) {
    String filled = commands;
    for (Map.Entry<String, String> placeholder : placeholders.entrySet()) {
      filled =
          filled.replaceAll(
              "\\b%s\\b".formatted(placeholder.getKey()),
              Matcher.quoteReplacement(placeholder.getValue()));
    }
    return filled;
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? new String(Files.readAllBytes(file), UTF_8) : "";
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Asserts that an output has the lines of the page in this order, among others. */
  private static void assertShown(List<String> expected, String printed) {
    List<String> left = new ArrayList<>(printed.lines().toList());
    for (String line : expected) {
      if (!line.isBlank() && !line.strip().equals("...")) {
        Pattern pattern = pattern(line);
        while (!left.isEmpty() && !pattern.matcher(left.getFirst()).matches()) {
          left.removeFirst();
        }
        assertThat(left).as("the page's line '%s' in:%n%s", line, printed).isNotEmpty();
        left.removeFirst();
      }
    }
  }

  /** Returns the pattern of a line, in which columns may have any width. */
  private static Pattern pattern(String line) {
    return Pattern.compile(
        Arrays.stream(line.strip().split("\\s+"))
            .map(word -> Pattern.quote(word).replace("...", "\\E.*\\Q"))
            .collect(Collectors.joining(" *")));
  }

  /** Returns the blocks of commands, each with the block of output that follows it. */
  private static List<Step> steps(String page) {
    List<Step> steps = new ArrayList<>();
    Matcher block = BLOCK.matcher(page);
    while (block.find()) {
      switch (block.group(1)) {
        case "sh" -> steps.add(new Step(block.group(2), List.of()));
        case "" -> {
          Step last = steps.removeLast();
          assertThat(last.output()).as("one block of output for " + last.commands()).isEmpty();
          steps.add(new Step(last.commands(), block.group(2).lines().toList()));
        }
        default -> {} // an example of what another server shows
      }
    }
    return steps;
  }
}

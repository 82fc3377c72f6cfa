package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.install.ClusterCommands;
import dev.sluice.standalone.install.InstallCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code install} and {@code cluster add} print what kustomize and helm make of k8s/. */
class InstalledObjectsIT {

  private static final String KAFKA = "--kafka=kafka.kafka.svc:9092";

  @BeforeEach
  void checkPrograms() {
    NeededProgram.check("kustomize");
    NeededProgram.check("helm");
  }

  @ParameterizedTest
  @CsvSource({
    "base, install",
    "narrow, install --rights=narrow",
    "overlays/hub, install --without-worker",
    "overlays/worker, cluster add this"
  })
  void theObjectsAreThoseOfKustomize(String directory, String command) throws Exception {
    assertThat(printed(command.split(" ")))
        .isEqualTo(RenderedObjects.of(run("kustomize", "build", "../k8s/" + directory)));
  }

  @Test
  void theSecretForKafkaIsMountedAsByTheChart() throws Exception {
    Map<String, JsonNode> printed = printed("install", "--kafka-secret=kafka-users");
    printed.remove("Namespace/sluice-system");

    assertThat(printed)
        .isEqualTo(
            RenderedObjects.of(
                run(
                    "helm",
                    "template",
                    "sluice",
                    "../k8s/chart",
                    "--namespace=sluice-system",
                    "--kube-version=1.37.0",
                    "--set=secrets.kafka=kafka-users")));
  }

  @Test
  void namesAndSettingsAreThoseOfTheOptions() throws Exception {
    Map<String, JsonNode> printed =
        printed(
            "install",
            "--namespace=gitops",
            "--installation=two",
            "--image=registry.example/sluice@sha256:" + "a".repeat(64),
            "--cluster=hub",
            "--webhook-secret=hooks",
            "--setting=homes=16",
            "--setting=deploys-sluice=sluice",
            "--fleet=git+https://git.example/fleet@main");

    JsonNode settings = printed.get("ConfigMap/sluice").at("/data/sluice.yaml");
    assertThat(settings.path("system-namespace").asText()).isEqualTo("gitops");
    assertThat(settings.path("installation").asText()).isEqualTo("two");
    assertThat(settings.path("cluster").asText()).isEqualTo("hub");
    assertThat(settings.path("homes").asInt()).isEqualTo(16);
    assertThat(settings.path("deploys-sluice").asText()).isEqualTo("sluice");
    assertThat(settings.path("fleet").asText()).isEqualTo("git+https://git.example/fleet@main");
    assertThat(printed.get("Role/sluice-worker").findValue("resourceNames"))
        .extracting(JsonNode::asText)
        .containsExactly("sluice-ledger-key.two");
    assertThat(printed.get("ClusterRoleBinding/sluice-worker").at("/subjects/0/namespace").asText())
        .isEqualTo("gitops");
    assertThat(printed.get("Deployment/sluice-receiver").findValues("secretName"))
        .extracting(JsonNode::asText)
        .containsExactly("hooks");
    assertThat(printed.values()).noneMatch(object -> object.toString().contains("sluice-system"));
  }

  @Test
  void theKafkaUserOfAClusterIsPrintedForOthers() {
    Output output = print("cluster", "add", "west", "--print-acls");

    assertThat(output.code()).as(output.err()).isZero();
    assertThat(output.out())
        .contains(
            """
            --entity-name sluice-worker-west --add-config-file /dev/stdin <<EOF
            SCRAM-SHA-512=iterations=4096,password=$PASSWORD
            EOF
            """)
        .contains(
            "--add --allow-principal User:sluice-worker-west --operation Describe --operation Read"
                + " --topic sluice.sync.west\n")
        .contains("--transactional-id sluice-worker-west\n")
        .contains("kind: KafkaUser")
        .doesNotContain("sluice.changes");
  }

  @Test
  void theFleetHasTheFilesThatADispatcherReads(@TempDir Path fleet) throws Exception {
    for (String name : List.of("a.yaml", "b.yml", ".hidden.yaml", "notes.txt")) {
      Files.writeString(fleet.resolve(name), "# " + name + "\n");
    }

    assertThat(
            printed("install", "--fleet=" + fleet)
                .get("ConfigMap/sluice-fleet")
                .path("data")
                .properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder("a.yaml", "b.yml");
    Files.createDirectories(fleet.resolve("team"));
    Files.writeString(fleet.resolve("team/c.yaml"), "# c\n");
    assertThat(print("install", "--fleet=" + fleet).err())
        .contains("team/c.yaml")
        .contains("subdirectory");
  }

  @Test
  void wrongOptionsAreRefused() {
    assertThat(print("install", "--setting=homs=3").err())
        .contains("no part has the setting 'homs'");
    assertThat(print("install", "--setting=health-port=3").err()).contains("manifests");
    assertThat(print("cluster").code()).isEqualTo(2);
    Output unnamed = execute("install", KAFKA);
    assertThat(unnamed.code()).isEqualTo(2);
    assertThat(unnamed.err()).contains("name the cluster with --context");
  }

  private static Map<String, JsonNode> printed(String... command) throws Exception {
    Output output = print(command);
    assertThat(output.code()).as(output.err()).isZero();
    return RenderedObjects.of(output.out());
  }

  private record Output(int code, String out, String err) {}

  private static Output print(String... command) {
    return execute(
        Stream.concat(
                Stream.of(command),
                command.length > 1 || command[0].equals("install")
                    ? Stream.of("--print", KAFKA)
                    : Stream.of())
            .toArray(String[]::new));
  }

  private static Output execute(String... command) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream toErr = new PrintStream(err, true, UTF_8);
    PrintStream toOut = new PrintStream(out, true, UTF_8);
    int code =
        new CommandLineInterface(
                List.of(
                    InstallCommand.command(toOut, toErr),
                    ClusterCommands.group(),
                    ClusterCommands.add(toOut, toErr)),
                Map.of())
            .run(new PrintWriter(err, true, UTF_8), command);
    return new Output(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  private static String run(String... command) throws Exception {
    ProgramRun run = ProgramRun.of(Path.of("."), Map.of(), Duration.ofMinutes(1), command);
    assertThat(run.code()).as(run.output()).isZero();
    return run.output();
  }
}

package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.codec.PublishedSchemas;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AsyncAPI's own programs accept the AsyncAPI document, and generate models from it. */
class AsyncApiIT {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final String[] PACKAGES = {
    "@asyncapi/parser@3.6.6", "@asyncapi/modelina@5.10.1", "typescript@4.9.5"
  };

  private static final List<String> CD_EVENTS =
      List.of(
          "dev.cdevents.service.deployed.0.3.0",
          "dev.cdevents.service.rolledback.0.3.0",
          "dev.cdevents.service.upgraded.0.3.0",
          "dev.cdevents.service.removed.0.3.0",
          "dev.cdevents.change.merged.0.3.0",
          "dev.cdevents.change.reviewed.0.3.0");

  @TempDir private static Path directory;

  @Test
  void theDocumentIsValidAndModelsAreGeneratedFromIt() throws Exception {
    write("asyncapi.yaml", PublishedSchemas.read("asyncapi.yaml").orElseThrow());

    ProgramRun check = run("node", "check.mjs", "asyncapi.yaml", "models.ts");

    assertThat(check.code()).as(check.output()).isZero();
    assertThat(check.output().lines())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Arrays.stream(EventType.values()).map(EventType::ceType), CD_EVENTS.stream())
                .toList());
    ProgramRun compile = run("node_modules/.bin/tsc", "--project", ".");
    assertThat(compile.code()).as(compile.output()).isZero();
  }

  @Test
  void anInvalidDocumentIsFound() throws Exception {
    write(
        "asyncapi.yaml",
        PublishedSchemas.read("asyncapi.yaml")
            .orElseThrow()
            .replace("#/components/schemas/ObjectRef'", "#/components/schemas/Nothing'"));

    ProgramRun check = run("node", "check.mjs", "asyncapi.yaml", "models.ts");

    assertThat(check.code()).isEqualTo(1);
    assertThat(check.output()).contains("Nothing");
  }

  @BeforeAll
  static void install() throws IOException, InterruptedException {
    NeededProgram.check("node");
    NeededProgram.check("npm");
    for (String file : new String[] {"check.mjs", "reader.ts"}) {
      try (InputStream source =
          Objects.requireNonNull(AsyncApiIT.class.getResourceAsStream("/asyncapi/" + file))) {
        Files.copy(source, directory.resolve(file));
      }
    }
    write("package.json", "{\"private\": true}");
    write(
        "tsconfig.json",
        """
        {"compilerOptions": {"noEmit": true, "strict": true, "target": "es2020", "types": []},
         "files": ["reader.ts"]}
        """);
    String[] command = {
      "npm",
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--no-save",
      "--fetch-retries=1"
    };
    ProgramRun npm =
        run(Stream.of(command, PACKAGES).flatMap(Arrays::stream).toArray(String[]::new));
    assumeTrue(npm.code() == 0, "npm cannot install AsyncAPI's packages: " + npm.output());
  }

  private static ProgramRun run(String... command) throws IOException, InterruptedException {
    return ProgramRun.of(directory, Map.of("npm_config_update_notifier", "false"), LONG, command);
  }

  private static void write(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text);
  }
}

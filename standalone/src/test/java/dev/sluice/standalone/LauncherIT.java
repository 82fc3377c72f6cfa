package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds and JVM options of the launchers, with programs in place of Maven and the JVM. */
@Tag("locale")
class LauncherIT {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final List<String> MEMORY =
      List.of(
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:+UseG1GC",
          "-XX:G1PeriodicGCInterval=300000",
          "-XX:MaxHeapFreeRatio=20",
          "-XX:TrimNativeHeapInterval=60000");

  /** The locale in which file names may have any character. */
  private static final String UTF_8 = "locale=C.UTF-8";

  @TempDir Path directory;

  @BeforeEach
  void createFakeJdk() throws IOException {
    script(
        "jdk/bin/java",
        """
        #!/bin/sh
        for each in "$@"; do echo "$each"; done
        echo "seen=$SLUICE_JAVA_OPTS"
        echo "locale=$LC_ALL"
        """);
    script("jdk/bin/javac", "#!/bin/sh\n");
    Files.writeString(directory.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
  }

  @Test
  void theImageLimitsTheHeapAndExitsOnOutOfMemory() throws Exception {
    List<String> options = run("container/sluice", Map.of(), "dispatcher", "--x", "a b");

    assertThat(options)
        .containsAll(MEMORY)
        .contains("-XX:MaxRAMPercentage=60")
        .endsWith("dev.sluice.standalone.Main", "dispatcher", "--x", "a b", "seen=", UTF_8);
  }

  @Test
  void theCheckoutLimitsTheHeapAndExitsOnOutOfMemory() throws Exception {
    List<String> options = run(checkout(), Map.of(), "dispatcher");

    assertThat(options)
        .containsAll(MEMORY)
        .contains("-Xmx1g")
        .endsWith("dev.sluice.standalone.Main", "dispatcher", "seen=", UTF_8);
  }

  @Test
  void allPartsInOneProcessAndWorkersHaveASmallJvm() throws Exception {
    for (String launcher : List.of("container/sluice", checkout())) {
      for (String command : List.of("up", "demo", "worker")) {
        assertThat(run(launcher, Map.of(), command))
            .contains("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:MaxNewSize=24m")
            .contains("-XX:+ExitOnOutOfMemoryError", "-XX:TrimNativeHeapInterval=60000")
            .doesNotContain("-XX:+UseG1GC");
      }
    }
    assertThat(run(checkout(), Map.of(), "worker")).contains("-Xms32m", "-Xmx1g");
    assertThat(run("container/sluice", Map.of(), "worker")).contains("-XX:MaxRAMPercentage=60");
  }

  @Test
  void receiverAndApiHaveTheSerialCollector() throws Exception {
    for (String launcher : List.of("container/sluice", checkout())) {
      for (String part : List.of("receiver", "api")) {
        assertThat(run(launcher, Map.of(), part))
            .contains("-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-XX:MaxHeapFreeRatio=20")
            .doesNotContain("-XX:+UseG1GC", "-XX:TieredStopAtLevel=1");
      }
    }
  }

  @Test
  void theClientHasASmallJvm() throws Exception {
    assertThat(run(checkout(), Map.of(), "get", "apps"))
        .contains(
            "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g", "-XX:+ExitOnOutOfMemoryError");
  }

  @Test
  void classesAreLoadedFromTheCacheOfTheClientOrTheServer() throws Exception {
    String launcher = checkout();
    Path library = directory.resolve("standalone/target/library");
    Files.writeString(library.resolve("b.jar"), "");
    Files.writeString(library.resolve("a.jar"), "");
    for (List<String> command : List.of(List.of("get", "apps"), List.of("worker"))) {
      assertThat(run(launcher, Map.of(), command.toArray(String[]::new)))
          .noneMatch(option -> option.startsWith("-XX:AOTCache"));
    }
    Files.writeString(library.resolve("client.aot"), "");
    Files.writeString(library.resolve("server.aot"), "");

    List<String> client = run(launcher, Map.of(), "get", "apps");
    List<String> server = run(launcher, Map.of(), "worker");

    assertThat(client).contains("-XX:AOTCache=" + library.resolve("client.aot"));
    assertThat(server)
        .contains("-XX:AOTCache=" + library.resolve("server.aot"), "-XX:ArchiveRelocationMode=0");
    assertThat(client.get(client.indexOf("-cp") + 1))
        .isEqualTo(server.get(server.indexOf("-cp") + 1))
        .endsWith("%s:%s".formatted(library.resolve("a.jar"), library.resolve("b.jar")));
  }

  @Test
  void theImageLoadsClassesFromTheCacheOfItsTrainingRun() throws Exception {
    Path home = Files.createDirectories(directory.resolve("image"));
    Files.createDirectories(home.resolve("lib"));
    Files.writeString(home.resolve("lib/b.jar"), "");
    Files.writeString(home.resolve("lib/a.jar"), "");
    String launcher =
        Files.readString(ROOT.resolve("container/sluice")).replace("/opt/sluice", home.toString());
    script("in-image", launcher);
    String program = directory.resolve("in-image").toString();

    List<String> training =
        run(program, Map.of("SLUICE_JAVA_OPTS", "-XX:AOTCacheOutput=x"), "training-run");
    Files.writeString(home.resolve("server.aot"), "");
    List<String> worker = run(program, Map.of(), "worker");

    assertThat(training)
        .contains("-XX:AOTCacheOutput=x")
        .noneMatch(option -> option.startsWith("-XX:AOTCache="));
    assertThat(worker)
        .contains("-XX:AOTCache=" + home.resolve("server.aot"), "-XX:ArchiveRelocationMode=0");
    assertThat(worker.get(worker.indexOf("-cp") + 1))
        .isEqualTo(training.get(training.indexOf("-cp") + 1))
        .isEqualTo("%s:%s".formatted(home.resolve("lib/a.jar"), home.resolve("lib/b.jar")));
  }

  @Test
  void aBuildPreparesTheCaches() throws Exception {
    String launcher = checkout();
    Files.delete(directory.resolve("standalone/target/library/.built"));
    maven("");
    script(
        "jdk/bin/java",
        """
        #!/bin/sh
        for each in "$@"; do echo "$each" >> %s; done
        """
            .formatted(directory.resolve("calls")));

    run(launcher, Map.of(), "up");

    assertThat(Files.readAllLines(directory.resolve("calls")))
        .containsSubsequence(
            "-XX:AOTCacheOutput=" + directory.resolve("standalone/target/library/server.aot"),
            "training-run",
            "-XX:AOTCacheOutput=" + directory.resolve("standalone/target/library/client.aot"),
            "status",
            "up");
  }

  @Test
  void settingsOfTheUserAreNotThoseOfTheTrainingRun() throws Exception {
    String launcher = checkout();
    Files.delete(directory.resolve("standalone/target/library/.built"));
    maven("");
    script(
        "jdk/bin/java",
        """
        #!/bin/sh
        echo "$(env | grep -c '^SLUICE_') settings" >> %s
        """
            .formatted(directory.resolve("calls")));

    run(
        launcher,
        Map.of("SLUICE_JAVA_OPTS", "-Xmx2g", "SLUICE_LOG_FILE", "x", "SLUICE_CONFIG", "y"),
        "up");

    assertThat(Files.readAllLines(directory.resolve("calls")))
        .containsExactly("0 settings", "0 settings", "2 settings");
  }

  @Test
  void aFileThatChangesDuringABuildIsBuiltTheNextTime() throws Exception {
    String launcher = checkout();
    Files.delete(directory.resolve("standalone/target/library/.built"));
    maven("sleep 1; touch '%s'".formatted(directory.resolve("pom.xml")));

    run(launcher, Map.of(), "up");

    assertThat(run(launcher, Map.of(), "up")).anyMatch(line -> line.startsWith("sluice: building"));
  }

  @Test
  void theJvmWritesTheCachesAndUsesThem() throws Exception {
    String launcher = checkout();
    Files.delete(directory.resolve("standalone/target/library/.built"));
    maven("");
    program(directory.resolve("standalone/target/sluice.jar"));
    Map<String, String> real = Map.of("JAVA_HOME", System.getProperty("java.home"));

    run(launcher, real, "get", "apps");

    for (String command : List.of("get", "worker", "up")) {
      assertThat(run(launcher, with(real, "SLUICE_JAVA_OPTS", "-Xlog:class+load"), command))
          .contains("ran " + command)
          .anyMatch(
              line -> line.contains("dev.sluice.standalone.Main source: shared objects file"));
    }
  }

  /** Writes a jar with a program that prints its arguments. */
  private void program(Path jar) throws IOException {
    Path source =
        Files.writeString(
            Files.createDirectories(directory.resolve("source")).resolve("Main.java"),
            """
            package dev.sluice.standalone;
            public final class Main {
              public static void main(String[] arguments) {
                System.out.println("ran " + String.join(" ", arguments));
              }
            }
            """);
    Path classes = Files.createDirectories(directory.resolve("classes"));
    int failures =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", classes.toString(), source.toString());
    assertThat(failures).isZero();
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("dev/sluice/standalone/Main.class"));
      out.write(Files.readAllBytes(classes.resolve("dev/sluice/standalone/Main.class")));
    }
  }

  private static Map<String, String> with(Map<String, String> all, String name, String value) {
    Map<String, String> more = new HashMap<>(all);
    more.put(name, value);
    return more;
  }

  @Test
  void javaOptionsOfTheOperatorTakePrecedence() throws Exception {
    Map<String, String> environment = Map.of("SLUICE_JAVA_OPTS", "-Xmx3g -XX:MaxRAMPercentage=25");
    for (String launcher : List.of("container/sluice", checkout())) {
      List<String> options = run(launcher, environment, "up");

      assertThat(options).containsSubsequence("-Xmx3g", "-XX:MaxRAMPercentage=25", "-cp");
      assertThat(options.subList(options.indexOf("-Xmx3g") + 1, options.size()))
          .noneMatch(option -> option.startsWith("-Xmx"));
      assertThat(options).endsWith("seen=", UTF_8);
    }
  }

  @Test
  void theLocaleIsOneOfUtf8() throws Exception {
    for (String launcher : List.of("container/sluice", checkout())) {
      for (String locale : List.of("", "C", "POSIX", "nowhere.ISO-8859-1")) {
        List<String> options = run(launcher, Map.of("LC_ALL", locale), "up");

        assertThat(options)
            .as(launcher + " with LC_ALL=" + locale)
            .contains(UTF_8, "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8");
      }
    }
  }

  @Test
  void aBuildNamesTheModuleThatIsBuilt() throws Exception {
    String launcher = checkout();
    Files.delete(directory.resolve("standalone/target/library/.built"));
    maven(
        """
        echo '[INFO] Building Sluice contract 0.1.0-SNAPSHOT                    [2/11]'
        echo '[INFO] compiling'
        echo '[INFO] Building Sluice platform 0.1.0-SNAPSHOT                    [3/11]'
        """);

    List<String> first = run(launcher, Map.of(), "up");
    List<String> second = run(launcher, Map.of(), "up");

    assertThat(first)
        .containsSubsequence(
            "sluice: building 2/11 Sluice contract", "sluice: building 3/11 Sluice platform")
        .anyMatch(line -> line.matches("sluice: built in \\d+ s"))
        .doesNotContain("[INFO] compiling");
    assertThat(Files.readString(directory.resolve("target/build.log"))).contains("compiling");
    assertThat(second).noneMatch(line -> line.startsWith("sluice:"));
  }

  @Test
  void aSlowModuleIsNamedWhileItIsBuilt() throws Exception {
    String launcher = checkout();
    Files.delete(directory.resolve("standalone/target/library/.built"));
    maven(
        """
        echo '[INFO] Building Sluice inputs 0.1.0-SNAPSHOT                    [4/11]'
        sleep 11
        """);

    assertThat(run(launcher, Map.of(), "up"))
        .anyMatch(line -> line.matches("sluice: still building 4/11 Sluice inputs, 1\\d s"));
  }

  @Test
  void aFailedBuildShowsTheEndOfItsLogAndStartsNothing() throws Exception {
    String launcher = checkout();
    Files.delete(directory.resolve("standalone/target/library/.built"));
    maven("echo '[ERROR] cannot find symbol'; exit 1");

    Process process = process(launcher, Map.of(), "up").start();
    List<String> lines = process.inputReader().lines().toList();

    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(lines)
        .contains("[ERROR] cannot find symbol")
        .noneMatch(line -> line.startsWith("seen="))
        .last()
        .asString()
        .startsWith("sluice: the build failed; above is the end of ");
  }

  private void maven(String text) throws IOException {
    script("jdk/bin/mvn", "#!/bin/sh\n" + text);
  }

  @Test
  void textAndNamesBeyondAsciiAreRenderedInAnyLocale() throws Exception {
    assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"), "to create the files");
    String text = "\u00fcn\u00ef \ud83d\ude00";
    try (TestRepository repository = TestRepository.create(directory)) {
      repository.push(
          Map.of(
              "gr\u00fc\u00df/kustomization.yaml",
              "resources: [\u00e9.yaml]",
              "gr\u00fc\u00df/\u00e9.yaml",
              "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: \"%s\"}}"
                  .formatted(text)));
      Files.writeString(
          directory.resolve("fl\u00f6tte.yaml"),
          """
          apiVersion: sluice.dev/v1
          kind: Repository
          metadata: {name: apps}
          spec: {url: "%s"}
          ---
          apiVersion: sluice.dev/v1
          kind: Cluster
          metadata: {name: eu}
          ---
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: web}
          spec: {source: {repository: apps, path: gr\u00fc\u00df}, namespace: web, clusters: {selector: {matchLabels: {}}}}
          """
              .formatted(repository.url()));
      script(
          "jdk/bin/java",
          """
          #!/bin/sh
          options=
          while [ "$1" != -cp ]; do case $1 in -D*) options="$options $1" ;; esac; shift; done
          shift 2
          exec '%s' $options -XX:TieredStopAtLevel=1 -cp '%s' "$@"
          """
              .formatted(
                  Path.of(System.getProperty("java.home"), "bin", "java"),
                  System.getProperty("java.class.path")));

      List<String> lines =
          run(
              checkout(),
              Map.of(),
              "render",
              "web",
              "--cluster",
              "eu",
              "--fleet",
              directory.resolve("fl\u00f6tte.yaml").toString(),
              "--repository",
              directory.resolve("apps").toString());

      assertThat(lines).anyMatch(line -> line.contains(text));
    }
  }

  /** Copies the launcher into a directory that looks like a built checkout. */
  private String checkout() throws IOException {
    Files.createDirectories(directory.resolve("standalone/target/library"));
    Files.createDirectories(directory.resolve("benchmarks/target/library"));
    Files.createDirectories(directory.resolve("standalone/src/main"));
    Files.writeString(directory.resolve("pom.xml"), "");
    Files.writeString(directory.resolve("standalone/pom.xml"), "");
    Path launcher = directory.resolve("sluice");
    if (Files.notExists(launcher)) {
      Files.copy(ROOT.resolve("sluice"), launcher);
      Files.writeString(directory.resolve("standalone/target/library/.built"), "");
    }
    return launcher.toString();
  }

  private List<String> run(String launcher, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Process process = process(launcher, environment, arguments).start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor()).as(() -> String.join("\n", lines)).isZero();
    return lines;
  }

  private ProcessBuilder process(
      String launcher, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve(launcher).toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(Map.of("LC_ALL", "C", "LANG", "C"));
    builder.environment().put("JAVA_HOME", directory.resolve("jdk").toString());
    builder.environment().putAll(environment);
    builder.environment().merge("PATH", "", (path, _) -> directory.resolve("jdk/bin") + ":" + path);
    return builder;
  }

  private void script(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}

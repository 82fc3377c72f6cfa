package dev.sluice.standalone;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dependencies between modules, and between packages within them (docs/architecture.md). */
class ArchitectureTest {

  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final String ROOT = "dev.sluice.";

  /** Packages of ours that a package and its subpackages may use, besides themselves. */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          Map.entry("contract", List.of()),
          Map.entry("platform", List.of("contract")),
          Map.entry("inputs", List.of("contract", "platform.process")),
          Map.entry("receiver", List.of("contract", "platform")),
          Map.entry("dispatcher", List.of("contract", "platform", "inputs")),
          Map.entry("api", List.of("contract", "platform")),
          Map.entry("worker", List.of("contract", "platform")),
          Map.entry("simulated", List.of()),
          Map.entry(
              "standalone",
              List.of(
                  "contract",
                  "platform",
                  "inputs",
                  "receiver",
                  "dispatcher",
                  "api",
                  "worker",
                  "simulated")),
          Map.entry("dispatcher.archive", List.of("contract", "platform")),
          Map.entry("dispatcher.decide", List.of("contract", "platform.kafka", "inputs.closure")),
          Map.entry(
              "dispatcher.evaluate",
              List.of(
                  "dispatcher.decide",
                  "contract",
                  "platform.kafka",
                  "platform.process",
                  "inputs")));

  private static final Set<String> MODULES =
      ARROWS.keySet().stream().filter(name -> !name.contains(".")).collect(Collectors.toSet());

  private static final JavaClasses CLASSES = classesOfParts();

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageUsesOnlyAllowedPackages(String name) {
    List<String> allowed =
        Stream.concat(Stream.of(name), ARROWS.get(name).stream()).map(each -> ROOT + each).toList();

    classes()
        .that(describe("are in " + name, type -> isWithin(type, ROOT + name)))
        .should()
        .onlyDependOnClassesThat(
            describe(
                "are not ours or in " + allowed,
                type ->
                    !type.getPackageName().startsWith(ROOT)
                        || allowed.stream().anyMatch(each -> isWithin(type, each))))
        .check(CLASSES);
  }

  @Test
  void noPackagesUseEachOther() {
    slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyPackageBelongsToAModule() {
    assertThat(CLASSES)
        .hasSizeGreaterThan(500)
        .allMatch(type -> MODULES.stream().anyMatch(module -> isWithin(type, ROOT + module)));
  }

  static Stream<String> packages() {
    return ARROWS.keySet().stream().sorted();
  }

  private static boolean isWithin(JavaClass type, String name) {
    return (type.getPackageName() + ".").startsWith(name + ".");
  }

  private static JavaClasses classesOfParts() {
    Set<String> sources = sources();
    return new ClassFileImporter()
        .withImportOption(location -> sources.contains(source(location)))
        .importPackages("dev.sluice");
  }

  /** Returns the main classes: tests, which share some class paths with them, may use more. */
  private static Set<String> sources() {
    try (Stream<Path> files = Files.walk(REPOSITORY)) {
      return files
          .map(Path::toString)
          .filter(file -> file.contains("/src/main/java/") && file.endsWith(".java"))
          .filter(file -> !file.contains("/benchmarks/"))
          .map(file -> file.substring(file.indexOf("/src/main/java/") + "/src/main/java/".length()))
          .map(file -> file.substring(0, file.length() - ".java".length()))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String source(Location location) {
    String path = location.asURI().toString();
    String name = path.substring(Math.max(0, path.lastIndexOf("dev/sluice/")));
    return name.replaceFirst("(\\$[^/]*)?\\.class$", "");
  }
}

package dev.sluice.worker.render;

import dev.sluice.worker.sandbox.InstalledProgram;
import dev.sluice.worker.sandbox.Sandbox;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The program that builds kustomizations on this machine: {@code kustomize} (15 to 19 ms a call),
 * or else {@code kubectl kustomize} (56 ms).
 *
 * @param arguments the program, by its full path, and its subcommand
 * @param name name and version
 */
record KustomizeCommand(List<String> arguments, String name) {

  KustomizeCommand {
    arguments = List.copyOf(arguments);
  }

  /**
   * Finds the program.
   *
   * @param path directories, separated as in the environment variable PATH
   * @param sandbox where it must run
   * @return empty if neither program is there and prints its version
   */
  static Optional<KustomizeCommand> find(String path, Sandbox sandbox) throws InterruptedException {
    Optional<Path> kustomize = InstalledProgram.find("kustomize", path);
    if (kustomize.isPresent()) {
      String file = kustomize.get().toString();
      Optional<String> version = InstalledProgram.version(List.of(file, "version"), sandbox);
      if (version.isPresent()) {
        return Optional.of(
            new KustomizeCommand(List.of(file, "build"), "kustomize " + version.get()));
      }
    }
    Optional<Path> kubectl = InstalledProgram.find("kubectl", path);
    if (kubectl.isEmpty()) {
      return Optional.empty();
    }
    String file = kubectl.get().toString();
    return InstalledProgram.version(
            List.of(file, "version", "--client", "-o", "json"), "kustomizeVersion", sandbox)
        .map(
            version ->
                new KustomizeCommand(List.of(file, "kustomize"), "kubectl kustomize " + version));
  }

  /** Returns the arguments that build a directory with charts rendered by helm. */
  List<String> build(String directory, Path helm) {
    List<String> all = build(directory);
    all.addAll(List.of("--enable-helm", "--helm-command=" + helm));
    return all;
  }

  /**
   * Returns the arguments that build a directory with exec plugins; functions keep no network and
   * no programs.
   */
  List<String> buildWithPlugins(String directory, Path helm) {
    List<String> all = build(directory, helm);
    all.add("--enable-alpha-plugins");
    return all;
  }

  /** Returns the arguments that build a directory. */
  List<String> build(String directory) {
    List<String> all = new ArrayList<>(arguments);
    all.add(directory);
    all.add("--load-restrictor=LoadRestrictionsRootOnly");
    return all;
  }
}

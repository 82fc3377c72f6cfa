package dev.sluice.worker.helm;

import dev.sluice.contract.name.ProgramArgument;
import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.InstalledProgram;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.Sandbox;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The {@code helm} program of this machine, version 3 or later: {@code helm template}. */
public final class HelmProgram implements HelmEngine {

  /** Keeps each argument below the limit of 128 KiB. */
  private static final int API_VERSIONS_AT_A_TIME = 500;

  private final Path file;
  private final String name;
  private final Sandbox sandbox;

  private HelmProgram(Path file, String name, Sandbox sandbox) {
    this.file = file;
    this.name = name;
    this.sandbox = sandbox;
  }

  /**
   * Finds the program.
   *
   * @param path directories, separated as in the environment variable PATH
   * @return empty if it is not there, prints no version, or is Helm 2
   */
  public static Optional<HelmProgram> find(String path, Sandbox sandbox)
      throws InterruptedException {
    Optional<Path> file = InstalledProgram.find("helm", path);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    return InstalledProgram.version(List.of(file.get().toString(), "version", "--short"), sandbox)
        .filter(version -> !version.startsWith("v2"))
        .map(version -> new HelmProgram(file.get(), "helm " + version, sandbox));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public InputDirectory open() throws RenderException {
    return sandbox.open();
  }

  public Path file() {
    return file;
  }

  @Override
  public String template(ChartRun run, InputDirectory directory, String subject)
      throws RenderException, InterruptedException {
    return sandbox.run(name, command(run, directory), directory, subject);
  }

  private List<String> command(ChartRun run, InputDirectory directory) throws RenderException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(file.toString(), "template", run.release(), run.chart().toString()));
    command.addAll(List.of("--namespace", run.namespace()));
    // hooks of tests are left out later: --skip-tests also leaves out those that are of installs,
    // too
    command.add(run.includeCrds() ? "--include-crds" : "--skip-crds");
    if (!run.cluster().kubeVersion().isEmpty()) {
      command.addAll(List.of("--kube-version", run.cluster().kubeVersion()));
    }
    List<String> served =
        run.cluster().apiVersions().stream().filter(ProgramArgument.API_VERSION::accepts).toList();
    for (int from = 0; from < served.size(); from += API_VERSIONS_AT_A_TIME) {
      int to = Math.min(served.size(), from + API_VERSIONS_AT_A_TIME);
      command.addAll(List.of("--api-versions", String.join(",", served.subList(from, to))));
    }
    run.valuesFiles().forEach(values -> command.addAll(List.of("--values", values.toString())));
    command.addAll(SetArguments.of(run.sets(), directory));
    return command;
  }
}

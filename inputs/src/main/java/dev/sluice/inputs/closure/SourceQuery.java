package dev.sluice.inputs.closure;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.fleet.ValuesFile;
import dev.sluice.contract.name.GitRef;
import java.util.List;
import java.util.Optional;

/**
 * The properties of a source that determine the files it reads: clusters with equal queries share
 * the result.
 *
 * @param repository that the source is in
 * @param path without placeholders
 * @param valuesFiles values files of the chart itself, relative to it
 * @param sharedValuesFiles values files in this source that other sources refer to by its alias,
 *     relative to {@code path}
 * @param remote the remote bases and charts that the policy allows
 * @param plugins whether kustomizations may run plugins
 */
public record SourceQuery(
    RemotePolicy.Base repository,
    GitRef ref,
    String path,
    Optional<SourceType> type,
    PlainOptions plain,
    List<String> valuesFiles,
    List<String> sharedValuesFiles,
    RemotePolicy remote,
    boolean plugins) {

  public SourceQuery {
    valuesFiles = List.copyOf(valuesFiles);
    sharedValuesFiles = List.copyOf(sharedValuesFiles);
  }

  /**
   * Returns the query for one source of an application that uses nothing remote.
   *
   * @param source without placeholders, one of {@code all}
   * @param all sources of the application
   */
  public static SourceQuery of(SourceSpec source, List<SourceSpec> all) {
    return of(source, all, RemotePolicy.NONE, false);
  }

  /**
   * Returns the query for one source of an application.
   *
   * @param source without placeholders, one of {@code all}
   * @param all sources of the application
   * @param definition the application's definition, with its policy
   */
  public static SourceQuery of(SourceSpec source, List<SourceSpec> all, Definition definition) {
    return of(
        source,
        all,
        definition.remote().orElse(RemotePolicy.NONE),
        definition.spec().policy().allowsPlugins());
  }

  private static SourceQuery of(
      SourceSpec source, List<SourceSpec> all, RemotePolicy remote, boolean plugins) {
    List<ValuesFile> own = valuesFiles(source);
    List<String> sharedValuesFiles =
        all.stream()
            .flatMap(other -> valuesFiles(other).stream())
            .filter(file -> file.alias().isPresent() && file.alias().equals(source.alias()))
            .map(ValuesFile::path)
            .distinct()
            .toList();
    return new SourceQuery(
        RemotePolicy.Base.of(source),
        source.ref(),
        source.path(),
        source.type(),
        source.options().plain(),
        own.stream().filter(file -> file.alias().isEmpty()).map(ValuesFile::path).toList(),
        sharedValuesFiles,
        remote,
        plugins);
  }

  private static List<ValuesFile> valuesFiles(SourceSpec source) {
    return source.options().helm().valuesFiles().stream().map(ValuesFile::parse).toList();
  }
}

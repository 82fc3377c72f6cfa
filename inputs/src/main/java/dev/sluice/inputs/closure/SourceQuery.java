package dev.sluice.inputs.closure;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.fleet.ValuesFile;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Optional;

/**
 * All of a source that decides which files it reads, and nothing else: clusters for which this is
 * equal share the answer.
 *
 * @param path without placeholders
 * @param valuesFiles of the chart itself, relative to it
 * @param lent values files that other sources of the application take from this one by its alias,
 *     relative to {@code path}
 * @param remote what may be taken from outside of the repository
 * @param plugins whether kustomizations may run plugins
 */
public record SourceQuery(
    RepositoryId repository,
    GitRef ref,
    String path,
    Optional<SourceType> type,
    PlainOptions plain,
    List<String> valuesFiles,
    List<String> lent,
    RemotePolicy remote,
    boolean plugins) {

  public SourceQuery {
    valuesFiles = List.copyOf(valuesFiles);
    lent = List.copyOf(lent);
  }

  /**
   * What is asked of one source of an application that takes nothing from outside.
   *
   * @param source without placeholders, one of {@code all}
   * @param all sources of the application
   */
  public static SourceQuery of(SourceSpec source, List<SourceSpec> all) {
    return of(source, all, RemotePolicy.NONE, false);
  }

  /**
   * What is asked of one source of an application.
   *
   * @param source without placeholders, one of {@code all}
   * @param all sources of the application
   * @param definition of the application, which says what is allowed
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
    List<String> lent =
        all.stream()
            .flatMap(other -> valuesFiles(other).stream())
            .filter(file -> file.alias().isPresent() && file.alias().equals(source.alias()))
            .map(ValuesFile::path)
            .distinct()
            .toList();
    return new SourceQuery(
        source.repository(),
        source.ref(),
        source.path(),
        source.type(),
        source.options().plain(),
        own.stream().filter(file -> file.alias().isEmpty()).map(ValuesFile::path).toList(),
        lent,
        remote,
        plugins);
  }

  private static List<ValuesFile> valuesFiles(SourceSpec source) {
    return source.options().helm().valuesFiles().stream().map(ValuesFile::parse).toList();
  }
}

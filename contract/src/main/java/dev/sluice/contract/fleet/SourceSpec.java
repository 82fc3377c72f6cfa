package dev.sluice.contract.fleet;

import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One source of an application, with everything that is needed to fetch it. Its path and options
 * may have placeholders until they are filled in {@linkplain #in for a cluster}.
 *
 * @param url the clone URL, without credentials
 * @param credentials {@code user:password} or a bare token, by reference
 * @param ssh keys for a URL of SSH; absent in records of earlier versions
 * @param https certificates, proxy and GitHub App for a URL of HTTPS; absent in records of earlier
 *     versions
 * @param verify the signatures that its commits need before they are dispatched; absent if they
 *     need none, and in records of earlier versions
 * @param artifact what is published there instead of commits; absent for a Git repository, and in
 *     records of earlier versions
 * @param interval between two polls of the ref; absent for the dispatcher's, and in records of
 *     earlier versions
 * @param path the directory, or single file, in the repository, without leading or trailing '/';
 *     empty for its root
 * @param type empty to detect it from the files
 * @param alias the name by which other sources' values files refer to it
 */
public record SourceSpec(
    RepositoryId repository,
    String url,
    Optional<SecretReference> credentials,
    Optional<SshAccess> ssh,
    Optional<HttpsAccess> https,
    Optional<Verification> verify,
    Optional<Artifact> artifact,
    Optional<Duration> interval,
    GitRef ref,
    String path,
    Optional<SourceType> type,
    Optional<String> alias,
    RenderOptions options) {

  /**
   * Creates a source in a Git repository without special access over HTTPS, whose commits need no
   * signature.
   */
  public SourceSpec(
      RepositoryId repository,
      String url,
      Optional<SecretReference> credentials,
      Optional<SshAccess> ssh,
      GitRef ref,
      String path,
      Optional<SourceType> type,
      Optional<String> alias,
      RenderOptions options) {
    this(
        repository,
        url,
        credentials,
        ssh,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        ref,
        path,
        type,
        alias,
        options);
  }

  /**
   * Returns this source with the placeholders filled in for a cluster.
   *
   * @throws IllegalArgumentException if a placeholder has no value in the cluster
   */
  public SourceSpec in(ClusterTarget cluster) {
    UnaryOperator<String> fill = text -> Placeholders.fill(text, cluster);
    return new SourceSpec(
        repository,
        url,
        credentials,
        ssh,
        https,
        verify,
        artifact,
        interval,
        ref,
        RepositoryPath.of(fill.apply(path)),
        type,
        alias,
        new RenderOptions(
            options.plain(),
            helm(options.helm(), fill),
            customization(options.customization(), fill)));
  }

  private static HelmOptions helm(HelmOptions options, UnaryOperator<String> fill) {
    return new HelmOptions(
        options.releaseName().map(fill),
        options.valuesFiles().stream().map(fill).toList(),
        options.values().map(values -> InlineValues.map(values, fill)),
        filled(options.set(), fill),
        options.includeCrds());
  }

  private static Customization customization(Customization options, UnaryOperator<String> fill) {
    return new Customization(
        fill.apply(options.namePrefix()),
        fill.apply(options.nameSuffix()),
        filled(options.labels(), fill),
        filled(options.annotations(), fill),
        options.images().stream().map(fill).toList(),
        options.replicas());
  }

  private static Map<String, String> filled(Map<String, String> map, UnaryOperator<String> fill) {
    Map<String, String> filled = new LinkedHashMap<>();
    map.forEach((key, value) -> filled.put(key, fill.apply(value)));
    return filled;
  }
}

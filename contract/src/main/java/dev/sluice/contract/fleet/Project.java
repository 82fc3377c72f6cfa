package dev.sluice.contract.fleet;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.contract.name.ServiceAccountName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The bounds of applications: what they may be made from, where they may go, what they may contain,
 * and who may give commands to them. A list allows what one of its patterns matches, and an empty
 * list nothing.
 *
 * @param name of the project in the fleet
 * @param repositories canonical names of the repositories of sources and remote bases
 * @param clusters names of clusters
 * @param namespaces of objects, and names of Namespace objects
 * @param kinds of namespaced objects
 * @param deniedKinds of namespaced objects, although they are among the kinds
 * @param clusterKinds of cluster-scoped objects, which may restrict their names
 * @param serviceAccounts as {@code NAMESPACE/NAME}, one of which an application must use; empty if
 *     it may use none, or one in an allowed namespace
 * @param commanders the names of those who may give commands, as the API authenticates them; empty
 *     if the project does not restrict that
 */
public record Project(
    String name,
    List<NamePattern> repositories,
    List<NamePattern> clusters,
    List<NamePattern> namespaces,
    List<KindPattern> kinds,
    List<KindPattern> deniedKinds,
    List<KindPattern> clusterKinds,
    Optional<List<NamePattern>> serviceAccounts,
    Optional<List<NamePattern>> commanders) {

  /** The project of applications that name none. Unless the fleet declares it, it has no bounds. */
  public static final String DEFAULT = "default";

  public Project {
    repositories = List.copyOf(repositories);
    clusters = List.copyOf(clusters);
    namespaces = List.copyOf(namespaces);
    kinds = List.copyOf(kinds);
    deniedKinds = List.copyOf(deniedKinds);
    clusterKinds = List.copyOf(clusterKinds);
    serviceAccounts = serviceAccounts.map(List::copyOf);
    commanders = commanders.map(List::copyOf);
  }

  /** Returns why an application may not use a repository; empty if it may. */
  public Optional<String> objectionTo(RepositoryId repository) {
    return objection(
        matches(repositories, repository.toString()),
        "the repository " + repository,
        "repositories",
        repositories);
  }

  /**
   * Returns why an application may not use a repository of charts; empty if it may.
   *
   * @param url which the patterns match without its scheme
   */
  public Optional<String> objectionToCharts(String url) {
    return objection(
        matches(repositories, url.replaceFirst("^\\w+://", "")),
        "the repository " + url,
        "repositories",
        repositories);
  }

  /** Returns why an application may not go to a cluster; empty if it may. */
  public Optional<String> objectionTo(ClusterName cluster) {
    return objection(
        matches(clusters, cluster.value()), "the cluster " + cluster, "clusters", clusters);
  }

  /** Returns why an application may not have objects in a namespace; empty if it may. */
  public Optional<String> objectionToNamespace(String namespace) {
    return objection(
        matches(namespaces, namespace), "the namespace " + namespace, "namespaces", namespaces);
  }

  /** Returns why an application may not have namespaced objects of a kind; empty if it may. */
  public Optional<String> objectionTo(GroupKind kind) {
    Optional<KindPattern> denied =
        deniedKinds.stream().filter(pattern -> pattern.matches(kind, "")).findFirst();
    if (denied.isPresent()) {
      return Optional.of(
          "the project %s denies %s (kinds.deny has %s)".formatted(name, kind, denied.get()));
    }
    boolean isAllowed = kinds.stream().anyMatch(pattern -> pattern.matches(kind, ""));
    return objection(isAllowed, "objects of the kind " + kind, "kinds.allow", kinds);
  }

  /**
   * Returns why an application may not have a cluster-scoped object; empty if it may. A Namespace
   * must also be one of the allowed namespaces.
   */
  public Optional<String> objectionTo(GroupKind kind, String objectName) {
    boolean isAllowed =
        clusterKinds.stream().anyMatch(pattern -> pattern.matches(kind, objectName));
    Optional<String> objection =
        objection(
            isAllowed,
            "the cluster-scoped object %s %s".formatted(kind, objectName),
            "kinds.clusterScoped",
            clusterKinds);
    return objection.isEmpty() && kind.equals(GroupKind.NAMESPACE)
        ? objectionToNamespace(objectName)
        : objection;
  }

  /** Returns why an application may not use its service account, or none; empty if it may. */
  public Optional<String> objectionToAccount(Optional<ServiceAccountName> account) {
    if (serviceAccounts.isEmpty()) {
      return account.map(ServiceAccountName::namespace).flatMap(this::objectionToNamespace);
    }
    if (account.isEmpty()) {
      return Optional.of(
          "the project %s requires a service account, one of serviceAccounts %s"
              .formatted(name, listed(serviceAccounts.get())));
    }
    return objection(
        matches(serviceAccounts.get(), account.get().toString()),
        "the service account " + account.get(),
        "serviceAccounts",
        serviceAccounts.get());
  }

  /** Returns why somebody may not give commands to an application; empty if they may. */
  public Optional<String> objectionToCommander(String by) {
    return commanders.flatMap(
        patterns -> objection(matches(patterns, by), "commands of " + by, "commanders", patterns));
  }

  private Optional<String> objection(
      boolean isAllowed, String what, String field, List<?> allowed) {
    return isAllowed
        ? Optional.empty()
        : Optional.of(
            "the project %s does not allow %s (%s allows %s)"
                .formatted(name, what, field, listed(allowed)));
  }

  private static String listed(List<?> patterns) {
    return patterns.isEmpty()
        ? "none"
        : patterns.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  private static boolean matches(List<NamePattern> patterns, String name) {
    return patterns.stream().anyMatch(pattern -> pattern.matches(name));
  }
}

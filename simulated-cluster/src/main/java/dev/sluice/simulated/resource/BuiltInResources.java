package dev.sluice.simulated.resource;

import dev.sluice.simulated.schema.TypeTable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Resources that every simulated cluster has. */
final class BuiltInResources {
  // apiVersion | kind | plural | short names | categories | scope | subresources, and for an alias:
  // schema | stored as | its fields, and those of the stored objects
  private static final String TABLE =
      """
      v1 Namespace namespaces ns - cluster status
      v1 ConfigMap configmaps cm - namespace -
      v1 Secret secrets - - namespace -
      v1 Service services svc all namespace status
      v1 ServiceAccount serviceaccounts sa - namespace -
      v1 Event events ev - namespace -
      v1 Pod pods po all namespace status,binding
      v1 PersistentVolumeClaim persistentvolumeclaims pvc - namespace status
      events.k8s.io/v1 Event events ev - namespace - EventsEvent events \
      regarding=involvedObject,note=message,reportingController=reportingComponent,\
      deprecatedSource=source,deprecatedFirstTimestamp=firstTimestamp,\
      deprecatedLastTimestamp=lastTimestamp,deprecatedCount=count
      apps/v1 Deployment deployments deploy all namespace status,scale
      apps/v1 ReplicaSet replicasets rs all namespace status,scale
      apps/v1 StatefulSet statefulsets sts all namespace status,scale
      apps/v1 ControllerRevision controllerrevisions - - namespace -
      apps/v1 DaemonSet daemonsets ds all namespace status
      batch/v1 Job jobs - all namespace status
      batch/v1 CronJob cronjobs cj all namespace status
      rbac.authorization.k8s.io/v1 Role roles - - namespace -
      rbac.authorization.k8s.io/v1 RoleBinding rolebindings - - namespace -
      rbac.authorization.k8s.io/v1 ClusterRole clusterroles - - cluster -
      rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings - - cluster -
      coordination.k8s.io/v1 Lease leases - - namespace -
      networking.k8s.io/v1 Ingress ingresses ing - namespace status
      networking.k8s.io/v1 NetworkPolicy networkpolicies netpol - namespace -
      policy/v1 PodDisruptionBudget poddisruptionbudgets pdb - namespace status
      autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers hpa all namespace status
      apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions crd,crds api-extensions cluster status
      apiregistration.k8s.io/v1 APIService apiservices - api-extensions cluster status
      """;

  private BuiltInResources() {}

  static List<ResourceType> all(TypeTable types) {
    return TABLE.lines().map(line -> read(line.split(" ", -1), types)).toList();
  }

  private static ResourceType read(String[] columns, TypeTable types) {
    String kind = columns[1];
    return new ResourceType(
        GroupVersion.parse(columns[0]),
        new ResourceType.Names(
            columns[2],
            kind.toLowerCase(java.util.Locale.ROOT),
            kind,
            words(columns[3]),
            words(columns[4])),
        columns[5].equals("namespace"),
        types.type(columns.length > 7 ? columns[7] : kind),
        new ResourceType.Traits(Set.copyOf(words(columns[6])), Optional.empty(), alias(columns)));
  }

  private static Optional<Alias> alias(String[] columns) {
    if (columns.length <= 7) {
      return Optional.empty();
    }
    Map<String, String> fields =
        words(columns[9]).stream()
            .map(field -> field.split("=", -1))
            .collect(Collectors.toMap(names -> names[0], names -> names[1]));
    return Optional.of(new Alias(columns[8], "v1", fields));
  }

  private static List<String> words(String column) {
    return column.equals("-") ? List.of() : Arrays.asList(column.split(",", -1));
  }
}

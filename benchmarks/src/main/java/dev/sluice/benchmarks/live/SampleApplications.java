package dev.sluice.benchmarks.live;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Applications of four objects each: a Deployment, its Service, its ConfigMap and its account. */
public final class SampleApplications {

  /** Number of objects of an application. */
  public static final int OBJECTS = 4;

  /** Annotation with the revision of an object. */
  public static final String REVISION = "example.org/revision";

  private SampleApplications() {}

  /** Returns the name of an application. */
  public static String name(int number) {
    return "app-%05d".formatted(number);
  }

  /** Returns the first target of an application with these manifests. */
  static SyncEvent.Target target(
      int number, ClusterName cluster, String namespace, List<String> manifests) {
    String name = name(number);
    List<InputFile> files = new ArrayList<>();
    for (String manifest : manifests) {
      String path = "%s/%d.yaml".formatted(name, files.size());
      files.add(new InputFile.Text(path, false, manifest));
    }
    return new SyncEvent.Target(
        new ApplicationName(name),
        cluster,
        new Generation(1),
        new ApplicationSpec(namespace, Policy.DEFAULT),
        List.of(
            new SourceInputs(
                new RepositoryId("example.org/team/apps"),
                GitRef.branch("main"),
                new CommitId("%040x".formatted(1)),
                name,
                SourceType.PLAIN,
                Optional.empty(),
                RenderOptions.DEFAULT,
                files)),
        false,
        "v1:" + name,
        new Provenance(List.of(), Optional.empty(), Instant.now(), Instant.now(), name, 1));
  }

  /**
   * Returns the manifests of an application, each of which differs from those of another revision.
   */
  public static List<String> revised(String name, int replicas, String revision) {
    return manifests(name, replicas).stream()
        .map(
            manifest ->
                manifest.replaceFirst(
                    "\n  labels:",
                    "\n  annotations: {%s: \"%s\"}\n  labels:".formatted(REVISION, revision)))
        .toList();
  }

  /** Returns the manifests of an application. */
  public static List<String> manifests(String name, int replicas) {
    return List.of(
        deployment(name, replicas),
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: %1$s
          labels: {app.kubernetes.io/name: %1$s}
        spec:
          selector: {app.kubernetes.io/name: %1$s}
          ports:
          - {name: http, port: 80, targetPort: 8080}
        """
            .formatted(name),
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: %1$s
          labels: {app.kubernetes.io/name: %1$s}
        data:
          level: info
          url: https://%1$s.example.org/api
        """
            .formatted(name),
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: %1$s
          labels: {app.kubernetes.io/name: %1$s}
        """
            .formatted(name));
  }

  /** Returns the manifests of an application of ConfigMaps only. */
  static List<String> configMaps(String name) {
    return IntStream.range(0, OBJECTS)
        .mapToObj(
            i ->
                """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: %1$s-%2$d
                  labels: {app.kubernetes.io/name: %1$s}
                data:
                  level: info
                  url: https://%1$s.example.org/api/%2$d
                """
                    .formatted(name, i))
        .toList();
  }

  static String deployment(String name, int replicas) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: %1$s
      labels: {app.kubernetes.io/name: %1$s}
    spec:
      replicas: %2$d
      revisionHistoryLimit: 5
      selector: {matchLabels: {app.kubernetes.io/name: %1$s}}
      template:
        metadata:
          labels: {app.kubernetes.io/name: %1$s}
        spec:
          serviceAccountName: %1$s
          containers:
          - name: main
            image: registry.example.org/team/%1$s:1.2.3
            ports:
            - {name: http, containerPort: 8080}
            env:
            - name: LEVEL
              valueFrom: {configMapKeyRef: {name: %1$s, key: level}}
            readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 5}
            resources:
              requests: {cpu: 50m, memory: 64Mi}
              limits: {memory: 128Mi}
    """
        .formatted(name, replicas);
  }
}

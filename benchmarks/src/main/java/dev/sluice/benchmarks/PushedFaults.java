package dev.sluice.benchmarks;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Faults in the content of a repository, injected by a push. */
final class PushedFaults {

  private PushedFaults() {}

  static List<Fault> all() {
    return List.of(
        new CommandLineOption(),
        new Pushed("alias-bomb", _ -> Map.of("bomb.yaml", aliasBomb())),
        new Pushed(
            "large-scalar",
            _ -> Map.of("large.yaml", manifest("a: \"" + "x".repeat(5_000_000) + "\""))),
        new Pushed("many-documents", _ -> Map.of("many.yaml", "a: 1\n---\n".repeat(100_000))),
        new Pushed("unknown-field", rig -> Map.of("unknown.yaml", unknownField(rig))),
        new LargeDiff(),
        new MovedObject(),
        new OwnLease(),
        new Pushed("everything-gone", _ -> Map.of("readme.txt", "no manifests\n")));
  }

  /** Files that replace those of the faulty application. */
  private record Pushed(String name, Function<BlastRadiusRig, Map<String, String>> files)
      implements Fault {

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      rig.push(Map.of(BlastRadiusRig.FAULTY, files.apply(rig)));
    }
  }

  private static String manifest(String data) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: large}
    data:
      %s
    """
        .formatted(data);
  }

  private static String unknownField(BlastRadiusRig rig) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: unknown, namespace: %s}
    %s: 1
    """
        .formatted(rig.namespace(), "f".repeat(3_000_000));
  }

  /** Nine levels of lists, each with nine aliases of the one before. */
  private static String aliasBomb() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int level = 1; level < 9; level++) {
      String alias = "*a" + (level - 1);
      yaml.append(
          "a%d: &a%d [%s]\n"
              .formatted(level, level, String.join(", ", Collections.nCopies(9, alias))));
    }
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: bomb}
    """
        + yaml;
  }

  /** A release name of a chart that is an option of helm. */
  private record CommandLineOption() implements Fault {

    @Override
    public String name() {
      return "command-line";
    }

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      Map<String, String> files = new HashMap<>();
      files.put(
          "kustomization.yaml",
          """
          helmCharts:
          - name: web
            releaseName: --post-renderer=/bin/sh
            nameTemplate: web
          """);
      files.put("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
      files.put("charts/web/templates/run.yaml", "touch " + marker(rig) + "\n");
      rig.push(Map.of(BlastRadiusRig.FAULTY, files));
    }

    @Override
    public Optional<String> damage(BlastRadiusRig rig) {
      return Files.exists(marker(rig)) ? Optional.of("a chart ran a program") : Optional.empty();
    }

    private static Path marker(BlastRadiusRig rig) {
      return rig.directory().resolve("ran");
    }
  }

  /** A diff of 10 MB, which any viewer can request. */
  private record LargeDiff() implements Fault {

    @Override
    public String name() {
      return "large-diff";
    }

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      Map<String, String> files = new HashMap<>();
      for (int i = 0; i < 10; i++) {
        files.put(
            "large-%d.yaml".formatted(i),
            BlastRadiusRig.configMap("large-" + i, rig.namespace(), "x".repeat(1_000_000)));
      }
      rig.push(Map.of(BlastRadiusRig.FAULTY, files));
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:%d/api/v1/diffs".formatted(rig.apiPort())))
              .header("Content-Type", "application/json")
              .timeout(Duration.ofSeconds(30))
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"application\":\"%s\",\"cluster\":\"%s\",\"patienceSeconds\":20}"
                          .formatted(BlastRadiusRig.FAULTY, Installation.CLUSTER)))
              .build();
      var unused =
          HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.discarding());
    }
  }

  /** An object that moves to an application that cannot be rendered. */
  private static final class MovedObject implements Fault {

    private String uid = "";

    @Override
    public String name() {
      return "moved-object";
    }

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      uid = uid(rig);
      rig.push(
          Map.of(
              BlastRadiusRig.GIVER,
              Map.of(
                  "configmap.yaml",
                  BlastRadiusRig.configMap("remaining", rig.namespace(), "given")),
              BlastRadiusRig.FAULTY,
              Map.of(
                  "configmap.yaml",
                  BlastRadiusRig.configMap(BlastRadiusRig.MOVING, rig.namespace(), "taken"),
                  "broken.yaml",
                  "apiVersion: [\n")));
    }

    @Override
    public Optional<String> damage(BlastRadiusRig rig) {
      return uid(rig).equals(uid) ? Optional.empty() : Optional.of("the moving object was deleted");
    }

    private static String uid(BlastRadiusRig rig) {
      ConfigMap found =
          rig.cluster()
              .configMaps()
              .inNamespace(rig.namespace())
              .withName(BlastRadiusRig.MOVING)
              .get();
      return found == null ? "" : found.getMetadata().getUid();
    }
  }

  /** A manifest of the Lease that makes the worker the leader. */
  private record OwnLease() implements Fault {

    private static final String THIEF = "thief";

    @Override
    public String name() {
      return "own-lease";
    }

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      rig.push(
          Map.of(
              BlastRadiusRig.FAULTY,
              Map.of(
                  "lease.yaml",
                  """
                  apiVersion: coordination.k8s.io/v1
                  kind: Lease
                  metadata: {name: sluice-worker-%s, namespace: %s}
                  spec: {holderIdentity: %s}
                  """
                      .formatted(rig.namespace(), rig.systemNamespace(), THIEF))));
    }

    @Override
    public Optional<String> damage(BlastRadiusRig rig) {
      boolean stolen =
          rig.cluster().leases().inNamespace(rig.systemNamespace()).list().getItems().stream()
              .anyMatch(lease -> THIEF.equals(lease.getSpec().getHolderIdentity()));
      return stolen ? Optional.of("the Lease has another holder") : Optional.empty();
    }
  }
}

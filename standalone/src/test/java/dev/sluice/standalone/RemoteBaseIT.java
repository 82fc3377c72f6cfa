package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;

import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kustomization that builds on another repository, from push to cluster. */
@Tag("kubernetes")
class RemoteBaseIT {

  @TempDir Path directory;

  @Test
  void aPushToTheNextTagDeploysThatTag() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING);
        TestRepository bases =
            TestRepository.create(Files.createDirectory(directory.resolve("bases")))) {
      bases.push(
          Map.of(
              "web/kustomization.yaml",
              "resources: [a.yaml]",
              "web/a.yaml",
              configMap("a", "one")));
      bases.tag("v1");
      bases.push(Map.of("web/a.yaml", configMap("a", "two")));
      bases.tag("v2");
      String namespace = scenario.namespace();
      scenario
          .fleet()
          .document(
              """
          apiVersion: sluice.dev/v1
          kind: Repository
          metadata: {name: bases}
          spec: {url: "%s", identity: git.example/acme/bases}
          ---
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: web}
          spec:
            source: {repository: apps, path: web}
            clusters: {names: [staging]}
            namespace: %s
            policy: {remote: {bases: [bases]}}
          """
                  .formatted(bases.url(), namespace));
      scenario.commit(Map.of("web/kustomization.yaml", buildOn("v1")));
      try (OneProcess sluice = scenario.start()) {
        scenario.configMaps().awaitValue("my-a", "one");

        scenario.push(sluice, Map.of("web/kustomization.yaml", buildOn("v2")));
        scenario.configMaps().awaitValue("my-a", "two");
        scenario.verify();
      }
    }
  }

  private static String buildOn(String tag) {
    return "namePrefix: my-\nresources: ['https://git.example/acme/bases//web?ref=%s']"
        .formatted(tag);
  }
}

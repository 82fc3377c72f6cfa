package dev.sluice.dispatcher.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A fleet with one application, whose policy has one field with a list of rules. */
final class PolicyFleet {

  private static final String DOCUMENTS =
      """
      apiVersion: sluice.dev/v1
      kind: Repository
      metadata: {name: shop}
      spec: {url: "https://github.com/acme/shop.git"}
      ---
      apiVersion: sluice.dev/v1
      kind: Cluster
      metadata: {name: staging}
      ---
      apiVersion: sluice.dev/v1
      kind: Application
      metadata: {name: web}
      spec:
        source: {repository: shop, ref: main, path: deploy}
        clusters: {names: [staging]}
        namespace: web
        policy:
          %s:
      """;

  private PolicyFleet() {}

  /** Reads the fleet, which is written to a directory. */
  static FleetReading read(Path directory, String field, String rules) throws IOException {
    Files.writeString(directory.resolve("web.yaml"), DOCUMENTS.formatted(field) + rules.indent(0));
    return FleetLoader.read(directory);
  }
}

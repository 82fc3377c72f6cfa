package dev.sluice.dispatcher.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A fleet with one application, for tests of its policy. */
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
        namespace: shop
        policy:
      """;

  private PolicyFleet() {}

  /**
   * Reads the fleet with a policy that has one field with a list of rules.
   *
   * @param rules with their indentation in the document
   */
  static FleetReading read(Path directory, String field, String rules) throws IOException {
    return readDocument(directory, (field + ":").indent(4) + rules.indent(0));
  }

  /**
   * Reads the fleet with a policy.
   *
   * @param policy its fields
   */
  static FleetReading read(Path directory, String policy) throws IOException {
    return readDocument(directory, policy.indent(4));
  }

  private static FleetReading readDocument(Path directory, String end) throws IOException {
    Files.writeString(directory.resolve("web.yaml"), DOCUMENTS + end);
    return FleetLoader.read(directory);
  }
}

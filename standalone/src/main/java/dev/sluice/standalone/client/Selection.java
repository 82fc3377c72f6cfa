package dev.sluice.standalone.client;

import dev.sluice.standalone.client.Api.Query;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that select applications and clusters by globs. */
final class Selection {

  @Option(
      names = "--application",
      paramLabel = "GLOB",
      description = "only of these applications; may be repeated")
  private List<String> applications = new ArrayList<>();

  @Option(
      names = "--cluster",
      paramLabel = "GLOB",
      description = "only of these clusters; may be repeated")
  private List<String> clusters = new ArrayList<>();

  List<String> applications() {
    return applications;
  }

  List<String> clusters() {
    return clusters;
  }

  /** Returns whether everything is selected. */
  boolean isAll() {
    return applications.isEmpty() && clusters.isEmpty();
  }

  /** Returns parameters of a request for what is selected. */
  Query query() {
    return new Query().with("application", applications).with("cluster", clusters);
  }
}

package dev.sluice.inputs.remote;

import java.nio.charset.StandardCharsets;

/**
 * Id of a downloadable chart; it is immutable, because the version is exact.
 *
 * @param repository the URL, without trailing '/'
 */
record ChartId(String repository, String name, String version) {

  /**
   * Returns the name of the chart's directory: readable, unique by a digest, and safe as a file
   * name.
   */
  String directory() {
    byte[] all = (repository + "\n" + name + "\n" + version).getBytes(StandardCharsets.UTF_8);
    String readable = (name + "-" + version).replaceAll("[^A-Za-z0-9.+-]", "_");
    return readable.substring(0, Math.min(readable.length(), 60)) + "@" + Sha256.of(all);
  }

  @Override
  public String toString() {
    return "the chart %s %s of %s".formatted(name, version, repository);
  }
}

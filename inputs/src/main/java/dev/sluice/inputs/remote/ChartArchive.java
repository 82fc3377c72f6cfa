package dev.sluice.inputs.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlTrees;
import dev.sluice.inputs.walk.RemoteException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The output of {@code helm package}: an archive with one directory of the chart's files.
 *
 * @param files by their paths relative to that directory
 * @param name the name in Chart.yaml
 * @param version the version in Chart.yaml
 */
record ChartArchive(NavigableMap<String, byte[]> files, String name, String version) {

  private static final int MAX_CHART_YAML = 1 << 20;

  /**
   * Returns the files of a chart that others depend on.
   *
   * @throws RemoteException if the archive is not valid or has another chart
   */
  static ChartFiles unpack(byte[] archive, ChartId chart) throws RemoteException {
    try {
      return new ChartFiles(read(archive, chart.toString()).require(chart).files());
    } catch (RemoteException e) {
      throw new RemoteException(SourceFailure.REMOTE_INVALID, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Reads the archive of a chart.
   *
   * @param what the chart's name in messages
   * @throws RemoteException if it is not valid
   */
  static ChartArchive read(byte[] archive, String what) throws RemoteException {
    NavigableMap<String, byte[]> files = withoutTop(Archive.unpack(archive, what), what);
    byte[] yaml = files.get("Chart.yaml");
    if (yaml == null || yaml.length > MAX_CHART_YAML) {
      throw Archive.invalid(what, "has no Chart.yaml");
    }
    try {
      JsonNode fields =
          new YamlTrees(
                  new String(yaml, StandardCharsets.UTF_8),
                  TextNode::valueOf,
                  Allowance.ofApplication())
              .next()
              .<JsonNode>map(YamlTrees.Document::content)
              .orElseGet(MissingNode::getInstance);
      return new ChartArchive(files, fields.path("name").asText(), fields.path("version").asText());
    } catch (YamlException e) {
      throw Archive.invalid(what, "has a Chart.yaml that is no YAML");
    }
  }

  private static NavigableMap<String, byte[]> withoutTop(
      NavigableMap<String, byte[]> all, String what) throws RemoteException {
    TreeMap<String, byte[]> files = new TreeMap<>();
    String top = all.isEmpty() ? "" : all.firstKey().replaceFirst("/.*", "/");
    for (Map.Entry<String, byte[]> file : all.entrySet()) {
      if (!top.endsWith("/") || !file.getKey().startsWith(top)) {
        throw Archive.invalid(
            what, "has '%s', and should be one directory".formatted(file.getKey()));
      }
      files.put(file.getKey().substring(top.length()), file.getValue());
    }
    return files;
  }

  /**
   * Requires the expected name and version: Helm would not find the chart under another name, and
   * would ignore another version.
   */
  ChartArchive require(ChartId chart) throws RemoteException {
    if (chart.name().equals(name) && hasVersion(chart.version())) {
      return this;
    }
    throw Archive.invalid(chart.toString(), "has a Chart.yaml with another name or version");
  }

  /** Returns whether this is the chart's version, with or without a leading 'v'. */
  boolean hasVersion(String expected) {
    return bare(expected).equals(bare(version));
  }

  private static String bare(String version) {
    return version.startsWith("v") ? version.substring(1) : version;
  }
}

package dev.sluice.inputs.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlTrees;
import dev.sluice.inputs.walk.RemoteException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Unpacks the output of {@code helm package}: a compressed tar with a directory of the chart's
 * files. Everything else is refused: links, devices, paths outside of the directory, and archives
 * that unpack to gigabytes.
 */
final class ChartArchive {

  /** The same limit as in workers. */
  static final int MAX_UNPACKED = 64 << 20;

  static final int MAX_ENTRIES = 10_000;

  private static final int MAX_CHART_YAML = 1 << 20;
  private static final int REPLACEMENT = 0xfffd;

  private final ChartId chart;
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private String top = "";
  private int entries;

  private ChartArchive(ChartId chart) {
    this.chart = chart;
  }

  /**
   * Returns the files of a chart.
   *
   * @throws RemoteException if the archive is not valid or has another chart
   */
  static ChartFiles unpack(byte[] archive, ChartId chart) throws RemoteException {
    ChartArchive unpacked = new ChartArchive(chart);
    try (InputStream compressed = new GZIPInputStream(new ByteArrayInputStream(archive));
        InputStream tar = new Bounded(compressed, MAX_UNPACKED);
        TarArchiveInputStream in = new TarArchiveInputStream(tar, StandardCharsets.UTF_8.name())) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        unpacked.add(entry, in);
      }
    } catch (BombException e) {
      throw unpacked.invalid("unpacks to more than %d MiB".formatted(MAX_UNPACKED >> 20));
    } catch (IOException | IllegalArgumentException e) {
      throw unpacked.invalid("is no tar compressed with gzip that can be read");
    }
    return unpacked.files();
  }

  private void add(TarArchiveEntry entry, InputStream content) throws IOException, RemoteException {
    if (++entries > MAX_ENTRIES) {
      throw invalid("has more than %d entries".formatted(MAX_ENTRIES));
    }
    String name = entry.getName();
    boolean directory = entry.isDirectory();
    String path = path(directory ? name.replaceFirst("/$", "") : name, directory);
    if (directory) {
      return;
    }
    byte kind = entry.getLinkFlag();
    if ((kind != TarConstants.LF_NORMAL && kind != TarConstants.LF_OLDNORM) || entry.isSparse()) {
      throw invalid("has a link, or something else that is no file, at '%s'".formatted(path));
    }
    if (files.put(path, content.readAllBytes()) != null) {
      throw invalid("has '%s' twice".formatted(path));
    }
  }

  /** Returns the entry's path relative to the chart's directory. */
  private String path(String name, boolean directory) throws RemoteException {
    String[] parts = name.split("/", -1);
    boolean clean =
        name.chars().noneMatch(c -> Character.isISOControl(c) || c == '\\' || c == REPLACEMENT)
            && Arrays.stream(parts)
                .noneMatch(
                    part ->
                        part.isEmpty()
                            || part.equals(".")
                            || part.equals("..")
                            || part.equalsIgnoreCase(".git"));
    if (!clean) {
      throw invalid("has an entry whose name is not a plain relative path");
    }
    if (top.isEmpty()) {
      top = parts[0];
    }
    if (!parts[0].equals(top) || (parts.length == 1 && !directory)) {
      throw invalid("has '%s', and should be one directory".formatted(name));
    }
    return name.substring(Math.min(name.length(), top.length() + 1));
  }

  private ChartFiles files() throws RemoteException {
    byte[] yaml = files.get("Chart.yaml");
    if (yaml == null || yaml.length > MAX_CHART_YAML) {
      throw invalid("has no Chart.yaml");
    }
    requireSame(new String(yaml, StandardCharsets.UTF_8));
    try {
      return new ChartFiles(files);
    } catch (IllegalArgumentException e) {
      throw invalid("has a file that is a directory too");
    }
  }

  /**
   * Requires the expected name and version: Helm would not find the chart under another name, and
   * would ignore another version.
   */
  private void requireSame(String chartYaml) throws RemoteException {
    try {
      JsonNode fields =
          new YamlTrees(chartYaml, TextNode::valueOf, Allowance.ofApplication())
              .next()
              .<JsonNode>map(YamlTrees.Document::content)
              .orElseGet(MissingNode::getInstance);
      if (chart.name().equals(fields.path("name").asText())
          && bare(chart.version()).equals(bare(fields.path("version").asText()))) {
        return;
      }
    } catch (YamlException e) {
      throw invalid("has a Chart.yaml that is no YAML");
    }
    throw invalid("has a Chart.yaml with another name or version");
  }

  private static String bare(String version) {
    return version.startsWith("v") ? version.substring(1) : version;
  }

  private RemoteException invalid(String problem) {
    return new RemoteException(
        SourceFailure.REMOTE_INVALID, "what was downloaded for %s %s".formatted(chart, problem));
  }

  private static final class BombException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** A stream that fails after a number of bytes. */
  private static final class Bounded extends FilterInputStream {

    private long left;

    Bounded(InputStream in, long bytes) {
      super(in);
      this.left = bytes;
    }

    @Override
    public int read() throws IOException {
      take(1);
      return super.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return take(super.read(buffer, offset, length));
    }

    @Override
    public long skip(long count) throws IOException {
      return take((int) super.skip(Math.min(count, 1 << 20)));
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    private int take(int bytes) throws BombException {
      left -= Math.max(0, bytes);
      if (left < 0) {
        throw new BombException();
      }
      return bytes;
    }
  }
}

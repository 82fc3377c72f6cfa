package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Builder of chart archives, valid ones like those of {@code helm package} and invalid ones. */
final class ChartPackage {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar;

  ChartPackage() throws IOException {
    tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes), UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
  }

  static ChartPackage of(String name, String version) throws IOException {
    return new ChartPackage()
        .file(
            name + "/Chart.yaml",
            "apiVersion: v2\nname: %s\nversion: %s\n".formatted(name, version))
        .file(name + "/templates/map.yaml", "kind: ConfigMap\n");
  }

  ChartPackage file(String path, String text) throws IOException {
    byte[] content = text.getBytes(UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(path, true);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
    return this;
  }

  ChartPackage directory(String path) throws IOException {
    tar.putArchiveEntry(new TarArchiveEntry(path, TarArchiveEntry.LF_DIR));
    tar.closeArchiveEntry();
    return this;
  }

  ChartPackage link(String path, String target, byte kind) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(path, kind);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
    return this;
  }

  /** Adds a file of zeros. */
  ChartPackage zeros(String path, long count) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(path);
    entry.setSize(count);
    tar.putArchiveEntry(entry);
    byte[] block = new byte[1 << 20];
    OutputStream out = tar;
    for (long left = count; left > 0; left -= block.length) {
      out.write(block, 0, (int) Math.min(left, block.length));
    }
    tar.closeArchiveEntry();
    return this;
  }

  byte[] bytes() throws IOException {
    tar.close();
    return bytes.toByteArray();
  }
}

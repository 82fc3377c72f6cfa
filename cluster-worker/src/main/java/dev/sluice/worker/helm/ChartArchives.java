package dev.sluice.worker.helm;

import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.worker.sandbox.RenderException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The archives of vendored charts. */
public final class ChartArchives {

  private static final int MAX_UNPACKED = 64 << 20;

  private ChartArchives() {}

  /** Refuses archives at or below a path that unpack to more than any real chart. */
  public static void refuseBombs(Path chart) throws RenderException {
    for (Path file : below(chart)) {
      if (isArchive(file)) {
        unpacked(file);
      }
    }
  }

  static boolean isArchive(Path file) {
    return isArchive(file.getFileName().toString());
  }

  /** Returns whether a file of this name is an archive. */
  public static boolean isArchive(String name) {
    return name.endsWith(".tgz") || name.endsWith(".tar.gz");
  }

  /** Returns the regular files below a path. */
  static List<Path> below(Path chart) throws RenderException {
    try (Stream<Path> files = Files.walk(chart)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Returns whether a chart's files, and those of its archives, contain an ASCII text. */
  public static boolean contains(Path chart, String text) throws RenderException {
    for (Path file : below(chart)) {
      if ((isArchive(file) ? unpacked(file) : read(file)).contains(text)) {
        return true;
      }
    }
    return false;
  }

  private static String read(Path file) throws RenderException {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static RenderException unreadable(IOException cause) {
    return RenderException.temporary(
        RenderFailure.NO_DISK, "the worker cannot read its rendering inputs", cause);
  }

  /**
   * Returns the bytes of the archive's tar, each as one character, which is enough to search for
   * words.
   */
  static String unpacked(Path file) throws RenderException {
    String name = file.getFileName().toString();
    try (InputStream in = Files.newInputStream(file)) {
      return unpacked(name, in);
    } catch (IOException e) {
      throw broken(name);
    }
  }

  /** Returns the bytes of an archive's tar in the same way. */
  public static String unpacked(String name, InputStream archive) throws RenderException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in = new GZIPInputStream(archive)) {
      byte[] buffer = new byte[64 << 10];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        bytes.write(buffer, 0, read);
        if (bytes.size() > MAX_UNPACKED) {
          throw RenderException.permanent(
              RenderFailure.ARCHIVE_TOO_LARGE,
              "the chart archive %s unpacks to more than %d MiB"
                  .formatted(name, MAX_UNPACKED >> 20));
        }
      }
    } catch (IOException e) {
      throw broken(name);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  private static RenderException broken(String name) {
    return RenderException.permanent(
        RenderFailure.BROKEN_ARCHIVE,
        "the chart archive %s is not readable as gzip (is it a Git LFS pointer?)".formatted(name));
  }
}

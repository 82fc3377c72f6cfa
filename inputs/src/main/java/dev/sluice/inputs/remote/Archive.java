package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RemoteException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectChecker;

/**
 * Unpacks compressed tars of files. Everything else is refused: links, devices, paths outside of
 * the archive, and archives that unpack to gigabytes.
 */
final class Archive {

  /** The same limit as in workers. */
  static final int MAX_UNPACKED = 64 << 20;

  static final int MAX_ENTRIES = 10_000;

  /** Maximum length of a path; with it, the directories of all entries fit into memory. */
  static final int MAX_PATH = 1024;

  static final int MAX_DEPTH = 64;
  static final int MAX_DIRECTORIES = 10_000;

  private static final int REPLACEMENT = 0xfffd;

  private final String what;
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private final Set<String> directories = new HashSet<>();
  private int entries;

  private Archive(String what) {
    this.what = what;
  }

  /**
   * Returns the files by their paths.
   *
   * @param what the archive's name in messages
   * @throws RemoteException if it has anything else, or cannot be read
   */
  static NavigableMap<String, byte[]> unpack(byte[] archive, String what) throws RemoteException {
    Archive unpacked = new Archive(what);
    try (InputStream compressed = new GZIPInputStream(new ByteArrayInputStream(archive));
        InputStream tar = new Bounded(compressed, MAX_UNPACKED);
        TarArchiveInputStream in = new TarArchiveInputStream(tar, StandardCharsets.UTF_8.name())) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        unpacked.add(entry, in);
      }
    } catch (BombException e) {
      throw failure(
          SourceFailure.ARTIFACT_TOO_LARGE,
          what,
          "unpacks to more than %d MiB".formatted(MAX_UNPACKED >> 20));
    } catch (IOException | IllegalArgumentException e) {
      throw invalid(what, "is no tar compressed with gzip that can be read");
    }
    return unpacked.files();
  }

  private void add(TarArchiveEntry entry, InputStream content) throws IOException, RemoteException {
    if (++entries > MAX_ENTRIES) {
      throw failure(
          SourceFailure.ARTIFACT_TOO_LARGE,
          what,
          "has more than %d entries".formatted(MAX_ENTRIES));
    }
    String name = entry.getName().replaceFirst("^(\\./)+", "");
    boolean directory = entry.isDirectory();
    if (directory && (name.isEmpty() || name.equals("."))) {
      return;
    }
    String path = requireClean(directory ? name.replaceFirst("/$", "") : name);
    addDirectories(path);
    if (directory) {
      return;
    }
    byte kind = entry.getLinkFlag();
    if ((kind != TarConstants.LF_NORMAL && kind != TarConstants.LF_OLDNORM) || entry.isSparse()) {
      throw invalid(what, "has a link, or something else that is no file, at '%s'".formatted(path));
    }
    if (files.put(path, content.readAllBytes()) != null) {
      throw invalid(what, "has '%s' twice".formatted(path));
    }
  }

  private String requireClean(String path) throws RemoteException {
    if (path.length() > MAX_PATH || path.chars().filter(c -> c == '/').count() >= MAX_DEPTH) {
      throw invalid(
          what,
          "has a path of more than %d characters, or %d levels".formatted(MAX_PATH, MAX_DEPTH));
    }
    boolean clean =
        path.chars().noneMatch(c -> Character.isISOControl(c) || c == '\\' || c == REPLACEMENT)
            && Arrays.stream(path.split("/", -1))
                .noneMatch(
                    part ->
                        part.isEmpty()
                            || part.equals(".")
                            || part.equals("..")
                            || part.equalsIgnoreCase(".git"));
    if (!clean || !isAllowedInGit(path)) {
      throw invalid(what, "has an entry whose name is not a plain relative path");
    }
    return path;
  }

  /** Returns whether a tree may have the path; not if a system would take it for {@code .git}. */
  private static boolean isAllowedInGit(String path) {
    try {
      new ObjectChecker().setSafeForMacOS(true).checkPath(path);
      return true;
    } catch (CorruptObjectException e) {
      return false;
    }
  }

  private void addDirectories(String path) throws RemoteException {
    for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      directories.add(path.substring(0, end));
    }
    if (directories.size() > MAX_DIRECTORIES) {
      throw failure(
          SourceFailure.ARTIFACT_TOO_LARGE,
          what,
          "has more than %d directories".formatted(MAX_DIRECTORIES));
    }
  }

  private NavigableMap<String, byte[]> files() throws RemoteException {
    for (String path : files.keySet()) {
      String below = files.higherKey(path + "/");
      if (below != null && below.startsWith(path + "/")) {
        throw invalid(what, "has a file that is a directory too");
      }
    }
    return files;
  }

  static RemoteException invalid(String what, String problem) {
    return failure(SourceFailure.ARTIFACT_INVALID, what, problem);
  }

  private static RemoteException failure(SourceFailure code, String what, String problem) {
    return new RemoteException(code, "what was downloaded for %s %s".formatted(what, problem));
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

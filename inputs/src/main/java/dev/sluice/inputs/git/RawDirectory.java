package dev.sluice.inputs.git;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/**
 * One directory of a commit, as a raw Git tree object. Usually few names in a large directory are
 * looked up, so the first lookups scan the raw bytes; all entries are parsed only for further
 * lookups or a listing.
 */
final class RawDirectory {

  private static final int MAX_SCANS = 16;

  private final String path;
  private final byte[] raw;
  private Map<String, TreeEntry> entries = Map.of();
  private int scans;
  private boolean parsed;

  /**
   * Creates a directory.
   *
   * @param raw a Git tree object
   */
  RawDirectory(String path, byte[] raw) {
    this.path = path;
    this.raw = raw;
  }

  synchronized Optional<TreeEntry> find(String name) {
    // a name that is not text is displayed with escapes and only found in the whole listing
    if (parsed || name.contains("\\x") || ++scans > MAX_SCANS) {
      return Optional.ofNullable(entries().get(name));
    }
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    Optional<TreeEntry> found = Optional.empty();
    for (CanonicalTreeParser parser = parser(); !parser.eof(); parser.next()) {
      int start = parser.getNameOffset();
      int end = start + parser.getNameLength();
      byte[] path = parser.getEntryPathBuffer();
      if (Arrays.equals(path, start, end, wanted, 0, wanted.length) && shown(parser).equals(name)) {
        TreeEntry entry = entry(parser, name);
        found = Optional.of(found.isPresent() ? misnamed(entry) : entry);
      }
    }
    return found;
  }

  /** Returns all entries by name. */
  synchronized Map<String, TreeEntry> entries() {
    if (!parsed) {
      Map<String, TreeEntry> all = new HashMap<>();
      for (CanonicalTreeParser parser = parser(); !parser.eof(); parser.next()) {
        String name = shown(parser);
        TreeEntry entry = entry(parser, name);
        if (all.put(name, entry) != null) {
          all.put(name, misnamed(entry));
        }
      }
      entries = all;
      parsed = true;
    }
    return entries;
  }

  private CanonicalTreeParser parser() {
    CanonicalTreeParser parser = new CanonicalTreeParser();
    parser.reset(raw);
    return parser;
  }

  private static String shown(CanonicalTreeParser parser) {
    return EntryNames.display(name(parser));
  }

  private static byte[] name(CanonicalTreeParser parser) {
    byte[] name = new byte[parser.getNameLength()];
    parser.getName(name, 0);
    return name;
  }

  private TreeEntry entry(CanonicalTreeParser parser, String name) {
    return new TreeEntry(
        path.isEmpty() ? name : path + "/" + name,
        EntryNames.wellFormed(name(parser))
            ? kind(parser.getEntryRawMode())
            : TreeEntry.Kind.MISNAMED,
        parser.getEntryObjectId().name());
  }

  private static TreeEntry misnamed(TreeEntry entry) {
    return new TreeEntry(entry.path(), TreeEntry.Kind.MISNAMED, entry.objectId());
  }

  private static TreeEntry.Kind kind(int mode) {
    return switch (mode & FileMode.TYPE_MASK) {
      case FileMode.TYPE_TREE -> TreeEntry.Kind.DIRECTORY;
      case FileMode.TYPE_SYMLINK -> TreeEntry.Kind.SYMLINK;
      case FileMode.TYPE_GITLINK -> TreeEntry.Kind.GITLINK;
      case FileMode.TYPE_FILE ->
          FileMode.EXECUTABLE_FILE.equals(mode) ? TreeEntry.Kind.EXECUTABLE : TreeEntry.Kind.FILE;
      default -> TreeEntry.Kind.MISNAMED;
    };
  }
}

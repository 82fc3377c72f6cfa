package dev.sluice.inputs.closure;

import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.ClosureLimits;
import dev.sluice.inputs.walk.Footprint;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/**
 * The inputs of one source of an application at one commit: rendering reads these files and nothing
 * else.
 *
 * @param type the declared or detected type
 * @param path the canonical path of the source
 * @param entries sorted by path, each path once
 * @param bases other repositories that some of the entries come from
 * @param warnings problems that do not prevent rendering, for people
 */
public record Closure(
    SourceType type,
    String path,
    List<ClosureEntry> entries,
    Footprint footprint,
    List<BaseCommit> bases,
    List<String> warnings) {

  public Closure {
    entries = entries.stream().sorted(Comparator.comparing(ClosureEntry::path)).toList();
    bases = List.copyOf(bases);
    warnings = List.copyOf(warnings);
  }

  /**
   * Returns the digest of all inputs: {@code v1:} and SHA-256 in hex. Equal digests mean equal
   * renderings; the prefix is the version of the algorithm. Absent files are not included, because
   * a file that is added and read becomes an entry.
   */
  public String digest() {
    return ClosureDigest.of(this);
  }

  /** Returns the size of all files together, in bytes. */
  public long bytes() {
    return entries.stream().mapToLong(Closure::bytes).sum();
  }

  private static long bytes(ClosureEntry entry) {
    return switch (entry) {
      case ClosureEntry.File file -> file.size();
      case ClosureEntry.Link link -> link.target().length();
    };
  }

  /** Reads the files, sorted by path, from the tree that the closure was resolved from. */
  public List<InputFile> load(SourceTree tree) {
    return entries.stream().map(entry -> load(tree, entry)).toList();
  }

  private static InputFile load(SourceTree tree, ClosureEntry entry) {
    return switch (entry) {
      case ClosureEntry.Link link -> new InputFile.Link(link.path(), link.target());
      case ClosureEntry.File file -> load(tree, file);
    };
  }

  static InputFile load(SourceTree tree, ClosureEntry.File file) {
    var kind = file.executable() ? TreeEntry.Kind.EXECUTABLE : TreeEntry.Kind.FILE;
    byte[] bytes =
        tree.read(
            new TreeEntry(file.path(), kind, file.objectId()), ClosureLimits.DEFAULT.maxBytes());
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new InputFile.Text(file.path(), file.executable(), text);
    } catch (CharacterCodingException e) {
      return new InputFile.Binary(file.path(), file.executable(), bytes);
    }
  }
}

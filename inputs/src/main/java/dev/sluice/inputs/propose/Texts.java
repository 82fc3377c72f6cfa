package dev.sluice.inputs.propose;

import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reader of a repository's files, with a limit for all of them together. */
final class Texts {

  /** The largest file of manifests, kustomization or chart that is read. */
  static final int MAX_FILE = 3 << 20;

  private static final long MAX_ALL = 64L << 20;

  private final SourceTree tree;
  private long left = MAX_ALL;

  Texts(SourceTree tree) {
    this.tree = tree;
  }

  /**
   * Returns a file's text; empty if it is not UTF-8 or too large.
   *
   * @throws ProposalException if the files together exceed the limit
   */
  Optional<String> read(TreeEntry file) {
    long size = tree.size(file);
    if (size > MAX_FILE) {
      return Optional.empty();
    }
    left -= size;
    if (left < 0) {
      throw new ProposalException(
          "the repository has more than %d MiB of YAML and JSON: name a directory of it with --path"
              .formatted(MAX_ALL >> 20));
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(tree.read(file, MAX_FILE));
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}

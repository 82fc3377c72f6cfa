package dev.sluice.inputs.git;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of Git LFS, as its pointer in the repository names it.
 *
 * @param oid SHA-256 of the content, in hex
 * @param size of the content in bytes
 * @see <a href="https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md">Git LFS: the pointer</a>
 */
public record LargeFile(String oid, long size) {

  /** Size in bytes that no pointer has. */
  public static final int MAX_POINTER_BYTES = 1024;

  private static final String VERSION = "version https://git-lfs.github.com/spec/v1\n";
  private static final byte[] MARK = VERSION.getBytes(StandardCharsets.US_ASCII);

  /** A pointer without extensions, whose content would be that of another program. */
  private static final Pattern FORM =
      Pattern.compile(VERSION + "oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,18})\n");

  /** Returns whether a file's content is a pointer, be it valid or not. */
  public static boolean isPointer(byte[] content) {
    return content.length < MAX_POINTER_BYTES
        && content.length >= MARK.length
        && Arrays.equals(content, 0, MARK.length, MARK, 0, MARK.length);
  }

  /** Parses a pointer; empty if it is not valid, or has extensions. */
  public static Optional<LargeFile> parse(byte[] pointer) {
    Matcher form = FORM.matcher(new String(pointer, StandardCharsets.UTF_8));
    return form.matches()
        ? Optional.of(new LargeFile(form.group(1), Long.parseLong(form.group(2))))
        : Optional.empty();
  }
}

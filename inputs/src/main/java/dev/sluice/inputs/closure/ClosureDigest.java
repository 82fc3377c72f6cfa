package dev.sluice.inputs.closure;

import dev.sluice.inputs.walk.ClosureEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Version 1 of the closure digest. Every field is preceded by its length, so that different
 * closures have different encodings. Any change needs a new version; otherwise every application of
 * the fleet would be sent again.
 */
final class ClosureDigest {

  private static final String VERSION = "v1:";

  private final MessageDigest sha256 = sha256();

  private ClosureDigest() {}

  static String of(Closure closure) {
    var digest = new ClosureDigest();
    digest.add(closure.type().name());
    digest.add(closure.path());
    for (ClosureEntry entry : closure.entries()) {
      switch (entry) {
        case ClosureEntry.File file -> {
          digest.add(file.executable() ? "executable" : "file");
          digest.add(file.path());
          digest.add(file.objectId());
        }
        case ClosureEntry.Link link -> {
          digest.add("link");
          digest.add(link.path());
          digest.add(link.target());
        }
      }
    }
    return VERSION + HexFormat.of().formatHex(digest.sha256.digest());
  }

  private void add(String field) {
    byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
    sha256.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}

package dev.sluice.standalone.init;

import dev.sluice.contract.name.Forge;
import dev.sluice.standalone.cli.ExitException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/** The file with the secret of a webhook, which only its owner may read. */
final class WebhookSecret {

  private static final int BYTES = 32;

  /** The user name that Azure DevOps sends with the secret. */
  private static final String AZURE_USER = "sluice:";

  private WebhookSecret() {}

  /**
   * Creates the file with a random secret; an existing one stays as it is.
   *
   * @throws ExitException if the existing file may be read by others, or cannot be used
   */
  static void ensure(Path file, Forge forge) throws IOException {
    if (Files.exists(file)) {
      check(file, forge);
      return;
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        file, (isAzure(forge) ? AZURE_USER : "") + HexFormat.of().formatHex(random) + "\n");
  }

  private static void check(Path file, Forge forge) throws IOException {
    Set<PosixFilePermission> others = EnumSet.noneOf(PosixFilePermission.class);
    if (Files.getFileAttributeView(file, PosixFileAttributeView.class) != null) {
      others.addAll(Files.getPosixFilePermissions(file));
    }
    others.removeAll(PosixFilePermissions.fromString("rwx------"));
    if (!others.isEmpty()) {
      throw new ExitException(
          1,
          "other users may read the secret in %s: run 'chmod 600 %s', or give another --secret-file"
              .formatted(file, file));
    }
    if (Files.readString(file).isBlank()) {
      throw new ExitException(
          1,
          "the secret in %s is empty: remove the file, and a new one is created".formatted(file));
    }
    if (isAzure(forge) && !Files.readString(file).contains(":")) {
      throw new ExitException(
          1,
          "the secret in %s is not USER:PASSWORD, as Azure DevOps needs it: give another --secret-file"
              .formatted(file));
    }
  }

  private static boolean isAzure(Forge forge) {
    return forge == Forge.AZURE_DEVOPS;
  }
}

package dev.sluice.standalone.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/** Names of instances, which are unique, and tell people the host. */
final class InstanceName {

  private static final int DIGITS = 10;

  private InstanceName() {}

  /** Returns another name each time. */
  static String random() {
    return host() + "-" + UUID.randomUUID().toString().substring(0, DIGITS);
  }

  /**
   * Returns the name of the instance that owns a directory, which is created if it is missing. The
   * name is the same after a restart, so that the instance gets back its Lease without waiting, and
   * differs for a copy of the directory.
   */
  static String of(Path directory) {
    try {
      Files.createDirectories(directory);
      Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
      if (key == null) {
        return random();
      }
      String place =
          "%s\n%s\n%s".formatted(directory.toRealPath(), key, read("/etc/machine-id").orElse(""));
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(place.getBytes(UTF_8));
      return host() + "-" + HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (IOException e) {
      return random();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String host() {
    return Optional.ofNullable(System.getenv("HOSTNAME"))
        .or(() -> read("/proc/sys/kernel/hostname"))
        .map(name -> name.replaceAll("[^A-Za-z0-9.-]", ""))
        .filter(name -> !name.isEmpty())
        .orElse("host");
  }

  private static Optional<String> read(String file) {
    try {
      return Optional.of(Files.readString(Path.of(file)).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}

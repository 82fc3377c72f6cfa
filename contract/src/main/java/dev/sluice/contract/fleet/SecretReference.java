package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Location of a secret, never its value: {@code env:NAME} or {@code file:PATH}. Definitions, events
 * and logs contain only references.
 */
public record SecretReference(@JsonValue String value) {

  private static final int MAX_BYTES = 1 << 20;
  private static final Pattern FORM = Pattern.compile("env:[A-Za-z_][A-Za-z0-9_]*|file:.+");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public SecretReference {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a secret is given by reference, env:NAME or file:PATH, never by value");
    }
  }

  /**
   * Returns the secret, without a file's trailing line break.
   *
   * @throws IllegalStateException if it is missing, empty, or larger than 1 MiB; the message has
   *     the location only
   */
  public String resolve() {
    String secret = value.startsWith("env:") ? fromEnvironment() : fromFile();
    if (secret.isEmpty()) {
      throw new IllegalStateException("the secret at " + value + " is empty");
    }
    return secret;
  }

  private String fromEnvironment() {
    String secret = System.getenv(value.substring("env:".length()));
    if (secret == null) {
      throw new IllegalStateException("there is no secret at " + value + ": variable not set");
    }
    return secret;
  }

  /** Returns the file that has the secret; empty if a variable has it. */
  public Optional<Path> file() {
    return value.startsWith("file:")
        ? Optional.of(Path.of(value.substring("file:".length())))
        : Optional.empty();
  }

  private String fromFile() {
    Path path = file().orElseThrow();
    try (InputStream content = Files.newInputStream(path)) {
      byte[] bytes = content.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IllegalStateException("the secret at " + value + " is larger than 1 MiB");
      }
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return text.toString().replaceFirst("\\R\\z", "");
    } catch (IOException e) {
      throw new IllegalStateException(
          "there is no secret at %s: %s"
              .formatted(
                  value, Files.exists(path) ? "the file cannot be read" : "there is no such file"),
          e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}

package dev.sluice.contract.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The published JSON Schemas of events and of the fleet's documents, and the AsyncAPI document of
 * the topics. They are the same in every installation of a version.
 */
public final class PublishedSchemas {

  /** The folder of the class path, and the path of an API, that has them. */
  public static final String PATH = "/schemas/";

  private static final String FILE = "(events|fleet)/[a-z0-9-]+\\.v[0-9]+\\.json|asyncapi\\.yaml";

  private PublishedSchemas() {}

  /** Returns the document with this path below {@link #PATH}; empty if there is none. */
  public static Optional<String> read(String path) {
    if (!path.matches(FILE)) {
      return Optional.empty();
    }
    try (@Nullable InputStream found = PublishedSchemas.class.getResourceAsStream(PATH + path)) {
      return found == null
          ? Optional.empty()
          : Optional.of(new String(found.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the schema " + path, e);
    }
  }
}

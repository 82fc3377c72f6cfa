package dev.sluice.standalone.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** The JSON Schema of a file of the fleet, with documents of all kinds. */
public final class FleetSchema {

  /** Name of the schema beside a fleet that {@code sluice init} writes. */
  public static final String FILE_NAME = "fleet.schema.json";

  private FleetSchema() {}

  /** Writes the schema to a file, which is replaced if it exists. */
  public static void write(Path file) throws IOException {
    try (InputStream schema =
        Objects.requireNonNull(
            FleetSchema.class.getResourceAsStream("/schemas/fleet/fleet.v1.json"))) {
      Files.copy(schema, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}

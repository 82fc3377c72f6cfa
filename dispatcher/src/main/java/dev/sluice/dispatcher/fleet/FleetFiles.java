package dev.sluice.dispatcher.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.FileScalars;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlTrees;
import dev.sluice.dispatcher.fleet.FleetInput.RefusedFileException;
import dev.sluice.inputs.git.MirrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/** Reader of a fleet's documents: {@code *.yaml} and {@code *.yml} without hidden names. */
final class FleetFiles {

  /** Files that may have documents; throws if they cannot be listed. */
  interface Listing {
    List<FleetInput.File> files() throws IOException;
  }

  /** Documents of a fleet, and the problems of unreadable files. */
  record Content(List<FleetDocument> documents, List<FleetProblem> unreadable) {}

  /** Maximum size of a file in bytes. */
  private static final int MAX_BYTES = 3 * 1024 * 1024;

  private static final int MAX_MESSAGE = 1_000;

  private final String location;
  private final List<FleetDocument> documents = new ArrayList<>();
  private final List<FleetProblem> unreadable = new ArrayList<>();
  private final Allowance allowance;

  private FleetFiles(String location, Allowance allowance) {
    this.location = location;
    this.allowance = allowance;
  }

  /**
   * Reads a fleet. Does not throw for its content.
   *
   * @throws MirrorException if the mirror that has the fleet is broken
   */
  static Content read(FleetInput input) {
    return read(input.name(), input::files, Allowance.ofFleet());
  }

  /**
   * Reads files. Does not throw for their content.
   *
   * @param location of the files, for messages about all of them
   * @param allowance of all documents together
   * @throws MirrorException if the mirror that has the files is broken
   */
  static Content read(String location, Listing listing, Allowance allowance) {
    FleetFiles files = new FleetFiles(location, allowance);
    for (FleetInput.File file : files.list(listing)) {
      files.read(file);
      if (allowance.isExceeded()) {
        return tooLarge(location, allowance);
      }
    }
    return new Content(files.documents, files.unreadable);
  }

  private static Content tooLarge(String location, Allowance allowance) {
    return new Content(
        List.of(),
        List.of(
            FleetProblem.of(
                FleetRule.INVALID_FILE,
                location,
                "is too large: all documents together, with their aliases expanded, may have %d values and be %d MiB of JSON"
                    .formatted(allowance.maxValues(), allowance.maxBytes() >> 20))));
  }

  private List<FleetInput.File> list(Listing listing) {
    try {
      return listing.files();
    } catch (IOException e) {
      unreadable(location, "cannot be listed: " + e.getMessage());
      return List.of();
    }
  }

  private void read(FleetInput.File file) {
    String name = file.name();
    try {
      byte[] bytes = file.read(MAX_BYTES);
      // an editor that is writing the file leaves it empty for a moment
      if (bytes.length == 0) {
        unaccepted(name, "is empty: delete the file if nothing should be in it");
        return;
      }
      parse(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), name);
    } catch (CharacterCodingException e) {
      unaccepted(name, "is not UTF-8: save it as UTF-8");
    } catch (YamlException e) {
      unreadable.add(problem(name, e));
    } catch (RefusedFileException e) {
      unaccepted(name, String.valueOf(e.getMessage()));
    } catch (MirrorException e) {
      throw e; // no problem of the commit: it can be read once the mirror is in order
    } catch (IOException | RuntimeException e) {
      unreadable(name, "cannot be read: " + e);
    }
  }

  /** Reads the documents as those of manifests are read; none of a file with an error counts. */
  private void parse(String text, String name) throws IOException {
    List<FleetDocument> found = new ArrayList<>();
    List<Integer> noMappings = new ArrayList<>();
    FleetFile file = new FleetFile(name, text);
    YamlTrees trees = new YamlTrees(text, new FileScalars(), Allowance.ofFileOf(allowance));
    for (var next = trees.next(); next.isPresent(); next = trees.next()) {
      int number = next.get().index();
      // as it is when it is read from an event: whole numbers have the same type, nothing is shared
      JsonNode content = Json.mapper().readTree(next.get().content().toString());
      if (content instanceof ObjectNode root) {
        found.add(new FleetDocument(file, number, root));
      } else if (!content.isNull()) {
        noMappings.add(number);
      }
    }
    documents.addAll(found);
    for (int number : noMappings) {
      unreadable.add(file.problem(FleetRule.WRONG_TYPE, number, "", "must be a mapping"));
    }
  }

  private static FleetProblem problem(String file, YamlException e) {
    String message = Excerpt.of(String.valueOf(e.getMessage()), MAX_MESSAGE);
    return switch (e.reason()) {
      case INVALID ->
          new FleetProblem(
              FleetRule.INVALID_YAML,
              file,
              e.line(),
              e.column(),
              "",
              "is not valid YAML: " + message);
      case TOO_LARGE ->
          new FleetProblem(
              FleetRule.INVALID_FILE, file, e.line(), e.column(), "", "is too large: " + message);
    };
  }

  private void unaccepted(String file, String message) {
    unreadable.add(FleetProblem.of(FleetRule.INVALID_FILE, file, message));
  }

  private void unreadable(String file, String message) {
    unreadable.add(FleetProblem.of(FleetRule.UNREADABLE, file, Excerpt.of(message, MAX_MESSAGE)));
  }
}

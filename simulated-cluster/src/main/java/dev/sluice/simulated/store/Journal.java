package dev.sluice.simulated.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Append-only file of JSON lines, one for each write.
 *
 * <p>It is written without fsync: it survives the end of the process at any point, but not the loss
 * of the machine. A last line without a newline, which a killed process may leave, is dropped; any
 * other unreadable line means that the file is damaged.
 */
final class Journal implements Closeable {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String FILE = "objects.jsonl";

  private final FileChannel channel;

  private Journal(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Reads the lines of an earlier run from a directory, which is created if it does not exist.
   *
   * @throws IOException if a line other than a truncated last one is unreadable
   */
  static void read(Path directory, Consumer<JsonNode> lines) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return;
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    List<String> whole = new ArrayList<>(text.lines().toList());
    if (!text.isEmpty() && !text.endsWith("\n")) {
      whole.removeLast();
    }
    for (int i = 0; i < whole.size(); i++) {
      JsonNode line;
      try {
        line = MAPPER.readTree(whole.get(i));
      } catch (JsonProcessingException e) {
        throw new IOException(
            file + " line " + (i + 1) + " is damaged; remove the file to start an empty cluster",
            e);
      }
      lines.accept(line);
    }
  }

  /** Replaces the contents of the file by the given lines and opens it for appending. */
  static Journal compacted(Path directory, List<ObjectNode> lines) throws IOException {
    Path file = directory.resolve(FILE);
    Path next = directory.resolve(FILE + ".next");
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return new Journal(FileChannel.open(file, StandardOpenOption.APPEND));
  }

  void append(ObjectNode line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

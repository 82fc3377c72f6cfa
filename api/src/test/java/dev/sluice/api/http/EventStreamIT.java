package dev.sluice.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stream of server-sent events. */
class EventStreamIT {

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void aSmallFleet() {
    connection = KafkaFixture.provisioned(2);
    topics = new TopicWriter(connection).smallFleet();
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void theStreamResumesAfterTheLastReceivedEvent() throws Exception {
    String last;
    try (RunningApi api = start(Map.of())) {
      try (Stream stream = new Stream(api, "?since=2026-01-01T00:00:00Z", Optional.empty())) {
        List<String> seen = stream.next(4);
        assertThat(seen.getFirst()).startsWith("id: ");
        last = seen.getLast().substring("id: ".length());
      }
    }
    topics.dispatched("web", "east", 2, 2).flush();
    try (RunningApi api = start(Map.of());
        Stream stream = new Stream(api, "", Optional.of(last))) {
      long sequence = Long.parseLong(last.split("\\.", -1)[1]);
      assertThat(stream.next(1).getFirst()).contains("." + (sequence + 1) + ".");
      List<String> rest = stream.next(2);
      assertThat(rest).doesNotHaveDuplicates();
      topics.applied("web", "east", 2, 2).flush();
      assertThat(stream.next(1)).hasSize(1);
    }
  }

  /** Ids of the events in a stream of server-sent events. */
  private static final class Stream implements AutoCloseable {

    private final BufferedReader reader;

    Stream(RunningApi api, String query, Optional<String> last) throws Exception {
      var request = api.to("/api/v1/events" + query).header("Accept", "text/event-stream");
      last.ifPresent(id -> request.header("Last-Event-ID", id));
      var response = api.http().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      assertThat(response.statusCode()).isEqualTo(200);
      reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    List<String> next(int count) {
      Iterator<String> ids = reader.lines().filter(line -> line.startsWith("id: ")).iterator();
      List<String> found = new ArrayList<>();
      while (found.size() < count) {
        found.add(ids.next());
      }
      return found;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  private RunningApi start(Map<String, String> tokens) throws IOException {
    return RunningApi.start(directory, connection, tokens);
  }
}

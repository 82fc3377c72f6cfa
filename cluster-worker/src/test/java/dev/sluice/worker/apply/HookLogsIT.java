package dev.sluice.worker.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.api.AnsweringApi;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The end of the log of a failed hook is read from its newest failed container. */
final class HookLogsIT {

  private static final ObjectRef JOB = new ObjectRef("batch/v1", "Job", "shop", "migrate");
  private static final String PODS = "/api/v1/namespaces/shop/pods";

  private AnsweringApi server;
  private HookLogs logs;

  @BeforeEach
  void open() throws IOException {
    server = new AnsweringApi(403);
    logs = new HookLogs(server.api());
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void endsWithTheLastLinesOfTheNewestFailedContainer() throws Exception {
    server.answer(
        PODS,
        "{\"items\": [%s, %s, %s]}"
            .formatted(
                pod("old", "2026-01-01T00:00:00Z", 1),
                pod("new", "2026-01-02T00:00:00Z", 2),
                pod("fine", "2026-01-03T00:00:00Z", 0)));
    server.answer(PODS + "/new/log", "connecting\n  column exists already\n");

    assertThat(logs.lastLines(JOB))
        .contains(
            "the log of container main of pod new ends with: connecting | column exists already");
  }

  @Test
  void keepsTheEndOfALongLog() throws Exception {
    server.answer(PODS, "{\"items\": [%s]}".formatted(pod("a", "2026-01-01T00:00:00Z", 1)));
    server.answer(PODS + "/a/log", "x".repeat(10_000) + " the end");

    assertThat(logs.lastLines(JOB).orElseThrow()).endsWith("the end").hasSizeLessThan(2_200);
  }

  @Test
  void saysThatALogCannotBeRead() throws Exception {
    server.answer(PODS, "{\"items\": [%s]}".formatted(pod("a", "2026-01-01T00:00:00Z", 1)));

    assertThat(logs.lastLines(JOB)).contains("its log cannot be read (403)");
  }

  @Test
  void hasNothingToSayOfAJobWhosePodsAreGoneOrOfOtherObjects() throws Exception {
    server.answer(PODS, "{\"items\": []}");

    assertThat(logs.lastLines(JOB)).isEqualTo(Optional.empty());
    assertThat(logs.lastLines(new ObjectRef("v1", "ConfigMap", "shop", "settings"))).isEmpty();
  }

  private static String pod(String name, String created, int exitCode) {
    return """
    {"metadata": {"name": "%s", "namespace": "shop", "creationTimestamp": "%s"},
     "status": {"containerStatuses": [
       {"name": "main", "state": {"terminated": {"exitCode": %d}}}]}}
    """
        .formatted(name, created, exitCode);
  }
}

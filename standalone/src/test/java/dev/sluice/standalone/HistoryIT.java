package dev.sluice.standalone;

import static dev.sluice.standalone.ApiOverTopics.subject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs show why a generation was refused, and how the failure ended. */
class HistoryIT {

  private static final CommitId ONE = new CommitId("1".repeat(40));
  private static final CommitId TWO = new CommitId("2".repeat(40));

  private ApiOverTopics topics;

  @BeforeEach
  void start(@TempDir Path directory) {
    topics = new ApiOverTopics(directory);
    topics
        .defined("web", "east")
        .pushed(ONE)
        .dispatched(subject("web", "east", 1, ONE))
        .parked(subject("web", "east", 1, ONE))
        .retried(subject("web", "east", 1, ONE), 3)
        .pushed(TWO)
        .dispatched(subject("web", "east", 2, TWO))
        .superseded(subject("web", "east", 1, ONE), 2)
        .applied(subject("web", "east", 2, TWO))
        .closed(subject("web", "east", 1, ONE), 2);
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void aRefusalIsShownWithCauseAttemptsAndEnd() {
    String refusal =
        """
        FAILED APPLICATION CLUSTER CAUSE ATTEMPTS ENDED BY MESSAGE
        1 web east Invalid 3 success of generation 2 the server refused it
        """;
    CommandRun history = topics.run("history web");
    assertThat(history.words())
        .contains(" 1 east 1111111111 parked ")
        .contains(" 2 east 2222222222 applied ")
        .contains(refusal.replaceAll("\\s+", " ").trim());
    assertThat(topics.run("explain " + ONE).words())
        .contains("web east 1 parked")
        .contains(refusal.replaceAll("\\s+", " ").trim());
    assertThat(topics.run("describe web").words())
        .contains(" 1 east 1111111111 parked ")
        .contains(refusal.replaceAll("\\s+", " ").trim());
    assertThat(topics.run("history web -o wide").words()).contains("SUPERSEDED BY ATTEMPTS CAUSE");
    assertThat(topics.run("trace " + ONE).words())
        .contains("parked web in east the server refused it")
        .contains("superseded web in east by generation 2");
    assertThat(topics.run("dead-letters show east/web/1").words())
        .contains("ago: success of generation 2");
  }
}

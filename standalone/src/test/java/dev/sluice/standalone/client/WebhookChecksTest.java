package dev.sluice.standalone.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WebhookChecksTest {

  @Test
  void anUnfollowedRepositoryIsReportedOnce() throws JsonProcessingException {
    JsonNode delivery =
        json(
            """
            {"endpoint": "gitea", "repository": "git.example/team/app",
             "similar": "git.example:3000/team/app"}
            """);

    assertThat(WebhookChecks.unfollowed(List.of(delivery, delivery)))
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .containsOnlyOnce("git.example/team/app at endpoint gitea")
                    .contains("the fleet has git.example:3000/team/app")
                    .contains("sluice deliveries --unfollowed"));
    assertThat(WebhookChecks.unfollowed(List.of())).isEmpty();
  }

  @Test
  void aRepositoryWithoutWebhooksIsReported() throws JsonProcessingException {
    assertThat(
            WebhookChecks.neverNamed(
                List.of(
                    json("{\"repository\": \"a/b\", \"lastWebhookAt\": \"2026-01-01T00:00:00Z\"}"),
                    json("{\"repository\": \"c/d\", \"lastSweepAt\": \"2026-01-02T00:00:00Z\"}"),
                    json("{\"repository\": \"e/f\"}")),
                Optional.empty()))
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .contains("c/d (the poll last found a change at 2026-01-02T00:00:00Z)")
                    .contains("e/f (the poll has found no change)")
                    .doesNotContain("a/b"));
  }

  @Test
  void whatWasDeletedFromTheLogIsNotTakenForNever() {
    assertThat(WebhookChecks.neverNamed(List.of(named("a/b")), Optional.of("2026-01-01T00:00:00Z")))
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .contains("since 2026-01-01T00:00:00Z (the beginning of the log) named a/b"));
  }

  @Test
  void manyRepositoriesAreAbbreviated() {
    assertThat(
            WebhookChecks.neverNamed(
                IntStream.range(0, 100).mapToObj(i -> named("h/r" + i)).toList(), Optional.empty()))
        .hasValueSatisfying(text -> assertThat(text).contains("and 95 more").hasSizeLessThan(700));
  }

  private static JsonNode named(String repository) {
    return Json.mapper().createObjectNode().put("repository", repository);
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return Json.mapper().readTree(text);
  }
}

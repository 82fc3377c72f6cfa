package dev.sluice.receiver.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitlabPayloadsTest {

  private static final String PUSH = Deliveries.fixture("gitlab-push.json");
  private static final String MERGED = Deliveries.fixture("gitlab-merged.json");
  private static final Origin ORIGIN =
      new Origin.Webhook("forge", "key-1", Optional.of("ada"), Deliveries.RECEIVED);

  @Test
  void readsAPush() {
    assertThat(read(PUSH))
        .isEqualTo(
            events(
                new RefChanged(
                    new RepositoryId("git.example.com/shop/web/frontend"),
                    GitRef.branch("main"),
                    Optional.of(new CommitId("1".repeat(40))),
                    Optional.of(new CommitId("2".repeat(40))),
                    ORIGIN)));
  }

  @Test
  void readsATagPushOfASystemHook() {
    String systemHook =
        PUSH.replace("\"object_kind\": \"push\",", "")
            .replace("\"event_name\": \"push\"", "\"event_name\": \"tag_push\"")
            .replace("refs/heads/main", "refs/tags/v1")
            .replace("\"user_username\": \"ada\",", "");

    RefChanged change = (RefChanged) ((Parsed.Events) read(systemHook)).events().getFirst();

    assertThat(change.ref()).isEqualTo(GitRef.tag("v1"));
    assertThat(((Origin.Webhook) change.origin()).actor()).contains("Ada L");
  }

  @Test
  void readsAMergeAndDropsAnInvalidLink() {
    assertThat(read(MERGED))
        .isEqualTo(
            events(
                new MergeRecorded(
                    new RepositoryId("git.example.com/shop/frontend"),
                    GitRef.branch("main"),
                    Optional.of(new CommitId("3".repeat(40))),
                    Optional.empty(),
                    Optional.empty(),
                    4,
                    "Raise the limit",
                    Optional.empty(),
                    Optional.of("ada"),
                    Optional.empty(),
                    ORIGIN,
                    Optional.empty())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"open", "update", "close"})
  void ignoresOtherActions(String action) {
    assertThat(read(MERGED.replace("\"merge\"", "\"" + action + "\"")))
        .isEqualTo(new Parsed.Ignored(IgnoredReason.NOT_A_MERGE));
  }

  @Test
  void ignoresOtherEvents() {
    assertThat(read("{\"object_kind\":\"note\"}")).isInstanceOf(Parsed.Ignored.class);
    assertThat(read("{\"event_name\":\"project_create\"}")).isInstanceOf(Parsed.Ignored.class);
  }

  @Test
  void refusesABodyWithoutItsKind() {
    assertThat(read("{}"))
        .isEqualTo(new Parsed.Malformed("neither object_kind nor event_name is there"));
  }

  private static Parsed events(ChangeEvent event) {
    return new Parsed.Events(new DeliveryId("key-1", true), event);
  }

  private static Parsed read(String body) {
    return new GitlabPayloads()
        .read(
            Deliveries.of(
                body.getBytes(UTF_8), Map.of("Idempotency-Key", "key-1", "webhook-id", "another")));
  }
}

package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.inputs.git.Origin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two repositories whose names differ by case only: each application gets the content of its own.
 */
class WrongRepositoryIT {

  private Situation situation;
  private Origin upper;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    upper = new Origin(directory.resolve("SHOP.git"));
  }

  @AfterEach
  void close() {
    upper.close();
    situation.close();
  }

  @Test
  void aRepositoryWhoseNameDiffersByCaseIsNotDeployed() throws IOException {
    fleet(upper.url());
    situation.put("web", "lower").push();
    upper.set(MAIN, upper.commit(content("upper")));
    situation.start();
    assertThat(lines(situation.awaitSync(STAGING, 2)))
        .containsExactlyInAnyOrder("web 1 lower", "other 1 upper");

    CommitId changed = upper.commit(content("upper2"), upper.commit(content("upper")));
    upper.set(MAIN, changed);
    situation.deliver(RepositoryId.fromUrl(upper.url()), Optional.of(changed));

    assertThat(lines(situation.awaitSync(STAGING, 3))).hasSize(3).endsWith("other 2 upper2");
    situation.put("web", "lower2").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4))).hasSize(4).endsWith("web 2 lower2");
    situation.awaitQuiet();
  }

  @Test
  void aWebhookThatIgnoresCaseReachesEveryMatchingRepository() throws IOException {
    fleet(upper.url());
    situation.put("web", "lower").push();
    upper.set(MAIN, upper.commit(content("upper")));
    situation.start();
    situation.awaitSync(STAGING, 2);

    situation.put("web", "lower2").push();
    upper.set(MAIN, upper.commit(content("upper2"), upper.commit(content("upper"))));
    RepositoryId named = new RepositoryId(RepositoryId.fromUrl(upper.url()).key());
    situation.deliver(named, Optional.empty());

    assertThat(lines(situation.awaitSync(STAGING, 4))).contains("web 2 lower2", "other 2 upper2");
    situation.awaitQuiet();
  }

  @Test
  void aRepositoryWhoseNameHasSpacesIsFetchedAndMatched() throws IOException {
    try (Origin spaces = new Origin(situation.directory.resolve("My Project/My Repo.git"))) {
      fleet(spaces.url().replace(" ", "%20"));
      situation.put("web", "lower").push();
      CommitId first = spaces.commit(content("first"));
      spaces.set(MAIN, first);
      situation.start();
      assertThat(lines(situation.awaitSync(STAGING, 2))).contains("other 1 first");

      CommitId second = spaces.commit(content("second"), first);
      spaces.set(MAIN, second);
      RepositoryId named = RepositoryId.fromUrl(spaces.url());
      assertThat(named.value()).endsWith("/My%20Project/My%20Repo");
      situation.deliver(named, Optional.of(second));

      assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("other 2 second");
      situation.awaitQuiet();
    }
  }

  @Test
  void anUpgradeThatChangesARepositorysNameSendsNothingAgain() throws IOException {
    situation.document("base", base("localhost/team/shop"));
    situation.application("web", "staging");
    situation.put("web", "one").push();
    Dispatcher before = situation.start();
    situation.awaitSync(STAGING, 1);
    situation.awaitQuiet();
    before.close();

    // the name of an earlier version, and the current one
    situation.document("base", base("localhost:3000/Team/shop"));
    situation.start();
    RepositoryId named = new RepositoryId("localhost:3000/Team/shop");
    situation.put("web", "two").push();
    await()
        .until(
            () ->
                situation.state().stream()
                    .anyMatch(
                        state ->
                            state instanceof StateRecord.RefState ref
                                && ref.repository().equals(named)
                                && ref.head().isPresent()));
    situation.deliver(named, Optional.empty());

    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("web 1 one", "web 2 two");
    situation.awaitQuiet();
  }

  private String base(String identity) {
    return """
    apiVersion: sluice.dev/v1
    kind: Repository
    metadata: {name: shop}
    spec: {url: "%s", identity: "%s"}
    ---
    apiVersion: sluice.dev/v1
    kind: Cluster
    metadata: {name: staging}
    ---
    apiVersion: sluice.dev/v1
    kind: Cluster
    metadata: {name: production}
    """
        .formatted(situation.origin.url(), identity);
  }

  @Test
  void webhooksOfUnfollowedRepositoriesAreCounted() throws IOException {
    fleet(upper.url());
    situation.put("web", "lower").push();
    upper.set(MAIN, upper.commit(content("upper")));
    List<String> unfollowed = new CopyOnWriteArrayList<>();
    situation.start(
        situation.config("mirrors"),
        new DispatchListener() {
          @Override
          public void unfollowed(String endpoint, RepositoryId repository) {
            unfollowed.add(endpoint + " " + repository);
          }
        });
    situation.awaitSync(STAGING, 2);

    RepositoryId other = new RepositoryId("localhost:3000/not/followed");
    situation.deliver(other, Optional.of(new CommitId("b".repeat(40))));
    situation.deliver(
        origin ->
            new ChangeEvent.RefChanged(
                situation.repository,
                GitRef.branch("topic"),
                Optional.empty(),
                Optional.empty(),
                origin));

    await().until(() -> !unfollowed.isEmpty());
    situation.awaitQuiet();
    assertThat(unfollowed).containsExactly("hub localhost:3000/not/followed");
  }

  private void fleet(String url) throws IOException {
    situation.application("web", "staging");
    situation.document(
        "other",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: upper}
        spec: {url: "%s"}
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: other}
        spec:
          source: {repository: upper, path: apps/web}
          clusters: {names: [staging]}
          namespace: other
        """
            .formatted(url));
  }

  private static Map<String, Origin.Content> content(String value) {
    return Map.of(
        "apps/web/config.yaml",
        Origin.Content.file(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {value: %s}\n"
                .formatted(value)));
  }
}

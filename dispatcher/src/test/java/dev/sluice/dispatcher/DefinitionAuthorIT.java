package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.fleet.DefinitionChange;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change of a definition names the file of the fleet, and who changed it. */
class DefinitionAuthorIT {

  private static final ApplicationName WEB = new ApplicationName("web");

  private Situation situation;
  private Path file;

  @BeforeEach
  void aFleet(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    situation.application("web", "staging");
    situation.put("web", "one").push();
    file = directory.resolve("fleet/web.yaml");
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void aFileOfADirectoryHasItsOwner() throws IOException {
    DocumentOrigin written = new DocumentOrigin.Unversioned("web.yaml", owner(), modified());
    situation.start();
    situation.awaitSync(STAGING, 1);

    DefinitionChange created = awaitChanges(1).getFirst();

    assertThat(created.documents()).containsExactly(written);
    assertThat(created.fields())
        .contains(
            new DefinitionChange.FieldChange(
                "clusters", Optional.empty(), Optional.of("[staging]")));

    situation.application("web", "staging, production");
    DefinitionChange changed = awaitChanges(2).getLast();

    assertThat(changed.documents())
        .containsExactly(new DocumentOrigin.Unversioned("web.yaml", owner(), modified()));
    assertThat(changed.fields())
        .contains(
            new DefinitionChange.FieldChange(
                "clusters", Optional.of("[staging]"), Optional.of("[production, staging]")));
  }

  @Test
  void aFileOfACheckoutHasItsCommit() throws Exception {
    try (Git git = Git.init().setDirectory(situation.directory.resolve("fleet").toFile()).call()) {
      git.add().addFilepattern(".").call();
      RevCommit first = commit(git, "ada", "Deploy web\n\nAs planned.");
      situation.start();
      situation.awaitSync(STAGING, 1);
      assertThat(awaitChanges(1).getFirst().documents())
          .containsExactly(committed(first, "ada", "Deploy web"));

      situation.application("web", "staging, production");
      assertThat(awaitChanges(2).getLast().documents())
          .containsExactly(new DocumentOrigin.Uncommitted("web.yaml", owner(), modified()));

      // the file is deleted last, so that it is never read before its removal is committed
      git.rm().setCached(true).addFilepattern("web.yaml").call();
      RevCommit removal = commit(git, "eve", "Remove web");
      situation.removeDocument("web");
      assertThat(awaitChanges(3).getLast().documents())
          .containsExactly(committed(removal, "eve", "Remove web"));
    }
  }

  private static DocumentOrigin committed(RevCommit commit, String author, String subject) {
    return new DocumentOrigin.Committed(
        "web.yaml",
        new CommitId(commit.name()),
        Optional.of(author),
        Optional.of(subject),
        commit.getCommitterIdent().getWhenAsInstant());
  }

  private Optional<Instant> modified() throws IOException {
    return Optional.of(Files.getLastModifiedTime(file).toInstant());
  }

  private Optional<String> owner() throws IOException {
    return Optional.of(Files.getOwner(situation.directory).getName());
  }

  private List<DefinitionChange> awaitChanges(int count) {
    await().untilAsserted(() -> assertThat(changes()).hasSizeGreaterThanOrEqualTo(count));
    return changes();
  }

  private List<DefinitionChange> changes() {
    return situation.changes().stream()
        .flatMap(
            event ->
                switch (event) {
                  case ChangeEvent.DefinitionAccepted accepted
                      when accepted.definition().application().equals(WEB) ->
                      accepted.change().stream();
                  case ChangeEvent.DefinitionRemoved removed -> removed.change().stream();
                  default -> Stream.<DefinitionChange>empty();
                })
        .toList();
  }

  private static RevCommit commit(Git git, String author, String message) throws GitAPIException {
    PersonIdent person = new PersonIdent(author, author + "@example.com");
    return git.commit()
        .setAuthor(person)
        .setCommitter(person)
        .setMessage(message)
        .setSign(false)
        .call();
  }
}

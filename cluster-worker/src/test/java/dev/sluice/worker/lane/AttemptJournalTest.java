package dev.sluice.worker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttemptJournalTest {

  private static final ApplicationName BAD = new ApplicationName("bad");
  private static final ApplicationName GOOD = new ApplicationName("good");

  @TempDir private Path directory;

  @Test
  void anAttemptRunningAtTwoCrashesWaitsLongerEachTime() {
    open().begun(BAD, Generation.FIRST);
    AttemptJournal second = open();
    assertThat(second.penalty(BAD, Generation.FIRST)).as("may be chance").isEmpty();
    second.begun(BAD, Generation.FIRST);
    second.begun(GOOD, Generation.FIRST);
    second.ended(GOOD);

    AttemptJournal third = open();
    assertThat(third.penalty(GOOD, Generation.FIRST)).isEmpty();
    assertThat(third.penalty(BAD, Generation.FIRST)).contains(Duration.ofSeconds(10));
    assertThat(third.penalty(BAD, Generation.FIRST)).as("it has waited").isEmpty();
    third.begun(BAD, Generation.FIRST);

    assertThat(open().penalty(BAD, Generation.FIRST)).contains(Duration.ofSeconds(20));
    assertThat(open().penalty(BAD, Generation.FIRST))
        .as("it was not attempted in between")
        .contains(Duration.ofSeconds(20));
  }

  @Test
  void theWaitIsBounded() {
    for (int i = 0; i < 50; i++) {
      open().begun(BAD, Generation.FIRST);
    }

    assertThat(open().penalty(BAD, Generation.FIRST)).contains(Duration.ofSeconds(320));
  }

  @Test
  void anotherGenerationAndAnAttemptThatEndedAreNotSuspected() {
    open().begun(BAD, Generation.FIRST);
    open().begun(BAD, Generation.FIRST);

    AttemptJournal journal = open();
    assertThat(journal.penalty(BAD, Generation.FIRST.next())).isEmpty();
    journal.begun(BAD, Generation.FIRST);
    journal.ended(BAD);

    assertThat(open().penalty(BAD, Generation.FIRST)).isEmpty();
  }

  @Test
  void aNormalExitSuspectsNoAttempt() {
    for (int i = 0; i < 5; i++) {
      AttemptJournal journal = open();
      journal.begun(GOOD, Generation.FIRST);
      journal.close();
    }

    assertThat(open().penalty(GOOD, Generation.FIRST)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "bad 1", "bad x 5 +", "../.. 1 9 +", "\0\0\0", "bad 99999999999999999999 9 +"})
  void anInvalidFileDelaysNoAttempt(String content) throws IOException {
    open().begun(GOOD, Generation.FIRST);
    Files.writeString(directory.resolve("journal/attempts"), content);

    assertThat(open().penalty(BAD, Generation.FIRST)).isEmpty();
  }

  @Test
  void withoutADirectoryNoAttemptWaits() throws IOException {
    Files.writeString(directory.resolve("journal"), "a file");

    AttemptJournal journal = open();
    journal.begun(BAD, Generation.FIRST);

    assertThat(journal.penalty(BAD, Generation.FIRST)).isEmpty();
  }

  private AttemptJournal open() {
    return AttemptJournal.open(directory.resolve("journal"), "attempts", () -> 0);
  }
}

package dev.sluice.worker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.ApplicationName;
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
    open().begun(BAD, 1);
    AttemptJournal second = open();
    assertThat(second.penalty(BAD, 1)).as("may be chance").isEmpty();
    second.begun(BAD, 1);
    second.begun(GOOD, 1);
    second.ended(GOOD);

    AttemptJournal third = open();
    assertThat(third.penalty(GOOD, 1)).isEmpty();
    assertThat(third.penalty(BAD, 1)).contains(Duration.ofSeconds(10));
    assertThat(third.penalty(BAD, 1)).as("it has waited").isEmpty();
    third.begun(BAD, 1);

    assertThat(open().penalty(BAD, 1)).contains(Duration.ofSeconds(20));
    assertThat(open().penalty(BAD, 1))
        .as("it was not attempted in between")
        .contains(Duration.ofSeconds(20));
  }

  @Test
  void theWaitIsBounded() {
    for (int i = 0; i < 50; i++) {
      open().begun(BAD, 1);
    }

    assertThat(open().penalty(BAD, 1)).contains(Duration.ofSeconds(320));
  }

  @Test
  void anotherGenerationAndAnAttemptThatEndedAreNotSuspected() {
    open().begun(BAD, 1);
    open().begun(BAD, 1);

    AttemptJournal journal = open();
    assertThat(journal.penalty(BAD, 2)).isEmpty();
    journal.begun(BAD, 1);
    journal.ended(BAD);

    assertThat(open().penalty(BAD, 1)).isEmpty();
  }

  @Test
  void aNormalExitSuspectsNoAttempt() {
    for (int i = 0; i < 5; i++) {
      AttemptJournal journal = open();
      journal.begun(GOOD, 1);
      journal.close();
    }

    assertThat(open().penalty(GOOD, 1)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "bad 1", "bad x 5 +", "../.. 1 9 +", "\0\0\0", "bad 99999999999999999999 9 +"})
  void anInvalidFileDelaysNoAttempt(String content) throws IOException {
    open().begun(GOOD, 1);
    Files.writeString(directory.resolve("journal/attempts"), content);

    assertThat(open().penalty(BAD, 1)).isEmpty();
  }

  @Test
  void withoutADirectoryNoAttemptWaits() throws IOException {
    Files.writeString(directory.resolve("journal"), "a file");

    AttemptJournal journal = open();
    journal.begun(BAD, 1);

    assertThat(journal.penalty(BAD, 1)).isEmpty();
  }

  private AttemptJournal open() {
    return AttemptJournal.open(directory.resolve("journal"), "attempts", () -> 0);
  }
}

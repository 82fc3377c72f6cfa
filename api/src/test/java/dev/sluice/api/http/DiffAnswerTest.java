package dev.sluice.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.OtherManagers;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DiffAnswerTest {

  private final DiffAnswer answer = new DiffAnswer();

  @Test
  void partsOfAnAnswerAreCombined() {
    assertThat(answer.add(part("a", 2, 1, 3))).isEmpty();
    assertThat(answer.add(part("b", 1, 2, 3))).isEmpty();

    DiffAnswered whole = answer.add(part("c", 7, 3, 3)).orElseThrow();

    assertThat(whole.differences())
        .extracting(one -> one.object().name())
        .containsExactly("a", "b", "c");
    assertThat(whole.omitted()).isEqualTo(7);
    assertThat(whole.parts()).isEmpty();
    assertThat(whole.otherManagers())
        .as("of the last part")
        .contains(new OtherManagers(List.of(), 3));
  }

  @Test
  void partsOfAPreviousWorkerAreDropped() {
    assertThat(answer.add(part("a", 1, 1, 2))).isEmpty();
    assertThat(answer.add(part("b", 1, 1, 2))).isEmpty();

    assertThat(answer.add(part("c", 0, 2, 2)).orElseThrow().differences())
        .extracting(one -> one.object().name())
        .containsExactly("b", "c");
  }

  @Test
  void anAnswerInOnePartIsCompleteAndInvalidPartNumbersAreIgnored() {
    assertThat(answer.add(part("a", 0, 5, 3))).isEmpty();
    assertThat(answer.add(part("a", 0, 1, Integer.MAX_VALUE))).isEmpty();
    assertThat(answer.add(part("a", 0, 1, 1)).orElseThrow().differences()).hasSize(1);
  }

  private static DiffAnswered part(String object, int omitted, int part, int parts) {
    return new DiffAnswered(
        new ClusterName("staging"),
        new ApplicationName("web"),
        EventId.of("question"),
        "cat",
        Optional.of(Generation.FIRST),
        Optional.of(Generation.FIRST),
        List.of(
            new ObjectDifference(
                new ObjectRef("v1", "ConfigMap", "web", object),
                ObjectDifference.Kind.CREATED,
                List.of(),
                Optional.empty())),
        omitted,
        Optional.empty(),
        Optional.of(part),
        Optional.of(parts),
        Optional.of(new OtherManagers(List.of(), part)));
  }
}

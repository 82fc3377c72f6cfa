package dev.sluice.contract.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandTest {

  @Test
  void theWordOfACommandIsItsKind() {
    List<Command> all =
        List.of(
            new Command.Reevaluate(),
            new Command.Resync(),
            new Command.Restore(new CommitId("a".repeat(40))),
            new Command.Resend(Generation.FIRST, Optional.empty()),
            new Command.Rebuild(),
            new Command.Suspend(),
            new Command.Resume(),
            new Command.Release(),
            new Command.Approve(Generation.FIRST, Optional.empty()),
            new Command.Discard(
                DeadLetterId.ofSources(new ClusterName("east"), new ApplicationName("web"))));

    assertThat(all).hasSize(Command.class.getPermittedSubclasses().length);
    assertThat(all)
        .allSatisfy(
            command ->
                assertThat(Json.mapper().valueToTree(command).path("kind").asText())
                    .isEqualTo(command.word()));
  }
}

package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.CLUSTER;
import static dev.sluice.worker.render.Inputs.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.sandbox.IsolationMode;
import dev.sluice.worker.sandbox.RenderException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RenderersTest {

  private static final String FOURTEEN_MEGABYTES = "# 34567890\n".repeat(1_300_000);

  private final Renderers renderers =
      new Renderers(Optional.empty(), Optional.empty(), IsolationMode.NONE, () -> {});

  @Test
  void theSourcesOfAnApplicationTogetherHaveOneLimit() throws Exception {
    assertThat(renderers.render(target("a", "b"), () -> CLUSTER).parts()).hasSize(2);

    RenderException refusal =
        catchThrowableOfType(
            RenderException.class, () -> renderers.render(target("a", "b", "c"), () -> CLUSTER));

    assertThat(refusal.failure().code()).isEqualTo(SourceFailure.TOO_LARGE);
    assertThat(refusal.remedy()).isEqualTo(RenderException.Remedy.INPUT);
  }

  private static SyncEvent.Target target(String... paths) {
    return new SyncEvent.Target(
        new ApplicationName("shop"),
        new ClusterName("staging"),
        new Generation(1),
        new ApplicationSpec("shop", Policy.DEFAULT),
        Stream.of(paths).map(RenderersTest::source).toList(),
        false,
        "v1:digest",
        new Provenance(List.of(), Optional.empty(), Instant.EPOCH, Instant.EPOCH, "shop1", 1));
  }

  private static SourceInputs source(String path) {
    return Inputs.source(
        SourceType.PLAIN,
        path,
        Optional.empty(),
        RenderOptions.DEFAULT,
        text(path + "/a.yaml", FOURTEEN_MEGABYTES));
  }
}

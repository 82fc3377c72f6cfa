package dev.sluice.worker.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.plan.Inventory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
class LedgerStoreIT {

  private static final ApplicationName WEB = new ApplicationName("web");

  private final ClusterFixture fixture = ClusterFixture.open();
  private final String namespace = fixture.namespace();
  private final ClusterApi api = new ClusterApi(fixture.client(), Duration.ofSeconds(10));
  private final LedgerNames names = new LedgerNames(namespace, "test");
  private final LedgerStore store =
      new LedgerStore(
          api,
          names,
          Keyring.of(List.of("a key of thirty-two bytes, or so".getBytes(UTF_8)), false));

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void writesOnlyOverTheLedgerThatWasRead() throws Exception {
    StoredLedger first = store.write(read(), begun(1, 1));
    StoredLedger second = store.write(first, begun(2, 1));

    assertThatThrownBy(() -> store.write(first, begun(3, 1)))
        .isInstanceOf(LedgerMovedException.class);
    assertThatThrownBy(() -> store.write(StoredLedger.absent(first.ledger()), begun(3, 1)))
        .isInstanceOf(LedgerMovedException.class);
    assertThat(read()).isEqualTo(second);
  }

  @Test
  void aLateWriteDoesNotRecreateADeletedObject() throws Exception {
    StoredLedger written = store.write(read(), begun(1, 1));
    fixture.client().configMaps().inNamespace(namespace).withName(names.ledger(WEB)).delete();

    assertThatThrownBy(() -> store.write(written, begun(2, 1)))
        .isInstanceOf(LedgerMovedException.class);

    assertThat(read()).isEqualTo(StoredLedger.absent(Ledger.unknown(WEB)));
  }

  @Test
  void isReadAsItWasWrittenWhetherLargeOrSmall() throws Exception {
    StoredLedger small = store.write(read(), begun(1, 1));

    StoredLedger large = store.write(small, begun(2, 3_000));
    assertThat(read()).isEqualTo(large);

    StoredLedger smallAgain = store.write(large, begun(3, 1));
    assertThat(read()).isEqualTo(smallAgain);
  }

  private StoredLedger read() throws Exception {
    return store.read(WEB).orThrow();
  }

  private static Ledger begun(long generation, int objects) {
    Set<ObjectRef> refs =
        IntStream.range(0, objects)
            .mapToObj(i -> new ObjectRef("v1", "ConfigMap", "some-namespace", "object-" + i))
            .collect(Collectors.toSet());
    return Ledger.unknown(WEB)
        .begin(
            new Ledger.Header(
                new Generation(generation),
                false,
                Optional.of(new CommitId("a".repeat(40))),
                "v1:" + generation),
            Inventory.EMPTY,
            refs);
  }
}

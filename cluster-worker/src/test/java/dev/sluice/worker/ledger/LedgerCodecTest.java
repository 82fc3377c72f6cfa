package dev.sluice.worker.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Json;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerCodecTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 5000})
  void readsWhatItWrote(int objects) {
    Ledger ledger = ledger(objects);
    ObjectNode configMap = Json.mapper().createObjectNode();

    LedgerCodec.write(ledger, configMap);
    configMap.putObject("metadata").put("uid", "u").put("resourceVersion", "7");

    assertThat(LedgerCodec.read(configMap)).isEqualTo(new StoredLedger(ledger, "u", "7"));
    assertThat(configMap.toString().length()).isLessThan(1024 * 1024);
  }

  @Test
  void saysWhatToDoAboutAnUnreadableOne() {
    ObjectNode configMap = Json.mapper().createObjectNode();
    configMap.putObject("metadata").put("namespace", "ns").put("name", "sluice-ledger-web");
    configMap.putObject("data").put("ledger", "{");

    assertThatThrownBy(() -> LedgerCodec.read(configMap))
        .hasMessageContaining("ns/sluice-ledger-web")
        .hasMessageContaining("delete it");
  }

  @Test
  void knowsWhichGenerationsHaveAnEnd() {
    Ledger begun = ledger(1);

    assertThat(begun.settledGeneration()).isEqualTo(4);
    assertThat(
            begun
                .finish(
                    new Ledger.Header(new Generation(5), false, Optional.empty(), ""),
                    Inventory.EMPTY)
                .settledGeneration())
        .isEqualTo(5);
  }

  private static Ledger ledger(int objects) {
    Inventory inventory =
        new Inventory(
            IntStream.range(0, objects)
                .mapToObj(
                    i ->
                        new InventoryEntry(
                            new ObjectRef("v1", "ConfigMap", "ns", "m" + i),
                            "%064x".formatted(i * 31L),
                            false))
                .toList());
    return Ledger.unknown(new ApplicationName("web"))
        .begin(
            new Ledger.Header(
                new Generation(5), false, Optional.of(new CommitId("1".repeat(40))), "v1:x"),
            inventory,
            Set.of(new ObjectRef("v1", "ConfigMap", "ns", "m0")));
  }
}

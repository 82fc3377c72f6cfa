package dev.sluice.worker.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class InventoryTest {

  private static final ObjectRef WEB = new ObjectRef("apps/v1", "Deployment", "n", "web");

  @Test
  void isCompactJson() throws Exception {
    Inventory inventory =
        new Inventory(
            List.of(
                new InventoryEntry(WEB, "d1", true),
                new InventoryEntry(new ObjectRef("v1", "Service", "n", "web"), "d2", false)));

    String json = Json.mapper().writeValueAsString(inventory);

    assertThat(json)
        .isEqualTo(
            """
            [{"d":"d2","o":{"apiVersion":"v1","kind":"Service","name":"web","namespace":"n"}},\
            {"d":"d1","k":true,"o":{"apiVersion":"apps/v1","kind":"Deployment","name":"web",\
            "namespace":"n"}}]\
            """);
    assertThat(Json.mapper().readValue(json, Inventory.class)).isEqualTo(inventory);
  }

  @Test
  void holdsAnObjectOnce() {
    ObjectRef older = new ObjectRef("apps/v1beta1", "Deployment", "n", "web");

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Inventory(
                    List.of(
                        new InventoryEntry(WEB, "d", false),
                        new InventoryEntry(older, "d", false))))
        .withMessageContaining("web");
  }
}

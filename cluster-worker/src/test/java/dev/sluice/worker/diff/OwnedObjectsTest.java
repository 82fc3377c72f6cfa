package dev.sluice.worker.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObjectsAnswered.Node;
import dev.sluice.contract.health.Health;
import dev.sluice.worker.health.ObjectHealth;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnedObjectsTest {

  private final OwnedObjects objects = new OwnedObjects();

  @Test
  void eachObjectIsFollowedByThoseThatItOwns() {
    objects.owns("a", object("c"));
    objects.owns("a", object("b"));
    objects.owns("b", object("d"));

    objects.list(object("a"));
    objects.list(object("e"));

    assertThat(listed()).containsExactly("0 a", "1 b", "2 d", "1 c", "0 e");
    assertThat(objects.omitted()).isZero();
  }

  @Test
  void objectsThatOwnEachOtherAreListedOnce() {
    objects.owns("a", object("b"));
    objects.owns("b", object("a"));
    objects.owns("b", object("b"));

    objects.list(object("a"));

    assertThat(listed()).containsExactly("0 a", "1 b");
    assertThat(objects.omitted()).isZero();
  }

  @Test
  void objectsBelowTheGreatestDepthAreOnlyCounted() {
    int length = 100_000;
    for (int i = 0; i < length; i++) {
      objects.owns("o" + i, object("o" + (i + 1)));
    }

    objects.list(object("o0"));

    assertThat(objects.nodes()).hasSize(OwnedObjects.MAX_DEPTH + 1);
    assertThat(objects.nodes().getLast().depth()).isEqualTo(OwnedObjects.MAX_DEPTH);
    assertThat(objects.omitted()).isEqualTo(length - OwnedObjects.MAX_DEPTH);
  }

  @Test
  void furtherObjectsAreOnlyCounted() {
    for (int i = 0; i < OwnedObjects.MAX_OBJECTS; i++) {
      objects.owns("a", object("o" + i));
    }

    objects.list(object("a"));
    objects.list(new Node(object("gone").ref(), 0, Health.MISSING, "does not exist"));

    assertThat(objects.nodes()).hasSize(OwnedObjects.MAX_OBJECTS);
    assertThat(objects.omitted()).isEqualTo(2);
  }

  private List<String> listed() {
    return objects.nodes().stream().map(node -> node.depth() + " " + node.object().name()).toList();
  }

  private static OwnedObjects.Live object(String name) {
    return new OwnedObjects.Live(
        new ObjectRef("v1", "Pod", "shop", name), name, new ObjectHealth(Health.HEALTHY, ""));
  }
}

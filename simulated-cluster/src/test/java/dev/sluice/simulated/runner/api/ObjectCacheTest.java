package dev.sluice.simulated.runner.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.store.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Own writes whose answers arrive before or after the events of the watch. */
class ObjectCacheTest {
  private static final ObjectKey KEY = new ObjectKey("default", "web");

  private final List<String> changes = new ArrayList<>();
  private final ObjectCache cache =
      new ObjectCache(
          (kind, before, after) ->
              changes.add(
                  before.map(ObjectCacheTest::version).orElse("-")
                      + " to "
                      + after.map(ObjectCacheTest::version).orElse("-")));

  private static String version(ObjectNode pod) {
    return Long.toString(Metadata.of(pod).version());
  }

  private static ObjectNode pod(int version) {
    ObjectNode pod = Kind.POD.blank("default");
    pod.withObject("/metadata")
        .put("name", "web")
        .put("uid", "1")
        .put("resourceVersion", Integer.toString(version));
    return pod;
  }

  @Test
  void showsAnOwnWriteBeforeItsEvent() {
    cache.put(Kind.POD, pod(1));

    cache.putAhead(Kind.POD, pod(2));
    cache.put(Kind.POD, pod(2));

    assertThat(changes).containsExactly("- to 1", "1 to 2");
  }

  @Test
  void ignoresTheAnswerOfAWriteToAnObjectThatIsGone() {
    cache.put(Kind.POD, pod(1));
    cache.put(Kind.POD, pod(2));
    cache.remove(Kind.POD, pod(3));

    cache.putAhead(Kind.POD, pod(2));

    assertThat(cache.find(Kind.POD, KEY)).isEmpty();
    assertThat(changes).containsExactly("- to 1", "1 to 2", "2 to -");
  }

  @Test
  void ignoresTheAnswerOfAWriteThatAListIsNewerThan() {
    cache.replaceAll(Kind.POD, List.of(), 3);

    cache.putAhead(Kind.POD, pod(2));

    assertThat(cache.find(Kind.POD, KEY)).isEmpty();
  }

  @Test
  void ignoresEventsFromBeforeAnOwnRemoval() {
    cache.put(Kind.POD, pod(1));

    cache.removeAhead(Kind.POD, pod(1));
    cache.put(Kind.POD, pod(2));
    cache.remove(Kind.POD, pod(3));

    assertThat(changes).containsExactly("- to 1", "1 to -");
  }
}

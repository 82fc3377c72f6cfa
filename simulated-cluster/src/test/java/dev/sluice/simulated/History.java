package dev.sluice.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** All states of the objects of a kind in a namespace, in the order of a watch. */
final class History implements Watcher<GenericKubernetesResource>, AutoCloseable {
  static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final List<JsonNode> states = new CopyOnWriteArrayList<>();
  private final Watch watch;

  History(KubernetesClient client, String apiVersion, String kind, String namespace) {
    this.watch =
        client.genericKubernetesResources(apiVersion, kind).inNamespace(namespace).watch(this);
  }

  @Override
  public void eventReceived(Action action, GenericKubernetesResource object) {
    if (action != Action.DELETED) {
      states.add(MAPPER.valueToTree(object));
    }
  }

  @Override
  public void onClose(WatcherException cause) {}

  /** Returns the states of the objects whose name begins so. */
  List<JsonNode> of(String prefix) {
    return states.stream()
        .filter(state -> state.at("/metadata/name").asText().startsWith(prefix))
        .toList();
  }

  /** Returns a value of each state, without those that are empty and without repetitions. */
  List<String> values(String prefix, Function<JsonNode, String> value) {
    List<String> values = new ArrayList<>();
    for (JsonNode state : of(prefix)) {
      String next = value.apply(state);
      if (!next.isEmpty() && (values.isEmpty() || !values.getLast().equals(next))) {
        values.add(next);
      }
    }
    return values;
  }

  @Override
  public void close() {
    watch.close();
  }
}

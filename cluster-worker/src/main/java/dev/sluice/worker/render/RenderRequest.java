package dev.sluice.worker.render;

import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.api.ClusterFacts;
import java.util.HashMap;
import java.util.Map;

/**
 * A source to render, with the sources that it may refer to.
 *
 * @param aliased the application's sources that have an alias, by alias
 * @param namespace of the application
 * @param plugins whether the application's policy allows plugins in kustomizations
 */
record RenderRequest(
    SourceInputs source,
    Map<String, SourceInputs> aliased,
    ApplicationName application,
    String namespace,
    boolean plugins,
    ClusterFacts.Source cluster) {

  RenderRequest {
    aliased = Map.copyOf(aliased);
  }

  /** Creates a request of an application that may run no plugins. */
  RenderRequest(
      SourceInputs source,
      Map<String, SourceInputs> aliased,
      ApplicationName application,
      String namespace,
      ClusterFacts.Source cluster) {
    this(source, aliased, application, namespace, false, cluster);
  }

  static RenderRequest of(SyncEvent.Target target, SourceInputs source, ClusterFacts.Source facts) {
    Map<String, SourceInputs> aliased = new HashMap<>();
    for (SourceInputs other : target.sources()) {
      other.alias().ifPresent(alias -> aliased.put(alias, other));
    }
    return new RenderRequest(
        source,
        aliased,
        target.application(),
        target.spec().namespace(),
        target.spec().policy().allowsPlugins(),
        facts);
  }

  /** Returns the source's path for messages. */
  String shown() {
    return source.path().isEmpty() ? "the repository's root" : source.path();
  }
}

package dev.sluice.worker.apply;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ClusterName;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects in a cluster that carry this installation's labels but cannot be its own. Each is
 * logged and counted once, however often it is found. They are not changed.
 */
public final class InvalidObjects {

  private static final Logger log = LoggerFactory.getLogger(InvalidObjects.class);
  private static final int REMEMBERED = 10_000;

  private final ClusterName cluster;
  private final Runnable count;
  private final Map<ObjectRef, String> known =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectRef, String> any) {
          return size() > REMEMBERED;
        }
      };

  /**
   * Creates an empty set.
   *
   * @param count called for each object that is found for the first time
   */
  public InvalidObjects(ClusterName cluster, Runnable count) {
    this.cluster = cluster;
    this.count = count;
  }

  /** Records that an object is invalid. */
  public synchronized void found(ObjectRef object, String flaw) {
    if (flaw.equals(known.put(object, flaw))) {
      return;
    }
    count.run();
    log.atWarn()
        .addKeyValue("cluster", cluster)
        .addKeyValue("object", object)
        .log("skipped an object that carries this installation's labels: {}", flaw);
  }
}

package dev.sluice.worker.claims;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.Discovery;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Recognises an object under its name in another API group. A server may serve one object in
 * several groups, as Kubernetes did with Ingresses and does with Events; its uid is the same in
 * all.
 */
public final class OtherNames {

  private final Discovery discovery;

  public OtherNames(Discovery discovery) {
    this.discovery = discovery;
  }

  /**
   * Returns the applications that claim the object with this uid under another name, with that
   * name.
   */
  public SortedMap<ApplicationName, ObjectRef> claims(
      ObjectClaims claims, ObjectId object, String uid) throws InterruptedException {
    SortedMap<ApplicationName, ObjectRef> found = new TreeMap<>();
    for (Map.Entry<ApplicationName, Collection<ObjectRef>> each :
        claims.namesakes(object).entrySet()) {
      Optional<ObjectRef> name = find(each.getValue(), uid);
      name.ifPresent(ref -> found.put(each.getKey(), ref));
    }
    return found;
  }

  /** Returns the first of these names that the object with this uid has. */
  public Optional<ObjectRef> find(Collection<ObjectRef> names, String uid)
      throws InterruptedException {
    for (ObjectRef name : names) {
      Optional<ObjectNode> live = discovery.read(name);
      if (live.filter(found -> found.path("metadata").path("uid").asText("").equals(uid))
          .isPresent()) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }
}

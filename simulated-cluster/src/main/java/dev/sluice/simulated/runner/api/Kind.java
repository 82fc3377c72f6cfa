package dev.sluice.simulated.runner.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.store.ObjectKey;

/** Kind of object that the pod runner reads or writes. */
public enum Kind {
  DEPLOYMENT("apps/v1", "Deployment", "deployments"),
  REPLICA_SET("apps/v1", "ReplicaSet", "replicasets"),
  STATEFUL_SET("apps/v1", "StatefulSet", "statefulsets"),
  DAEMON_SET("apps/v1", "DaemonSet", "daemonsets"),
  CONTROLLER_REVISION("apps/v1", "ControllerRevision", "controllerrevisions"),
  JOB("batch/v1", "Job", "jobs"),
  POD("v1", "Pod", "pods"),
  CLAIM("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
  SERVICE("v1", "Service", "services"),
  EVENT("v1", "Event", "events");

  private final String apiVersion;
  private final String kind;
  private final String plural;

  Kind(String apiVersion, String kind, String plural) {
    this.apiVersion = apiVersion;
    this.kind = kind;
    this.plural = plural;
  }

  public String apiVersion() {
    return apiVersion;
  }

  /** Returns the name of the kind, such as {@code ReplicaSet}. */
  public String title() {
    return kind;
  }

  /** Returns an object of the kind in a namespace, without a name or contents. */
  public ObjectNode blank(String namespace) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", apiVersion).put("kind", kind);
    object.putObject("metadata").put("namespace", namespace);
    return object;
  }

  /** Returns the path of the objects of all namespaces. */
  String everywhere() {
    return (apiVersion.contains("/") ? "/apis/" : "/api/") + apiVersion + "/" + plural;
  }

  String in(String namespace) {
    return (apiVersion.contains("/") ? "/apis/" : "/api/")
        + apiVersion
        + "/namespaces/"
        + namespace
        + "/"
        + plural;
  }

  String at(ObjectKey key) {
    return in(key.namespace()) + "/" + key.name();
  }
}

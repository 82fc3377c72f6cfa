package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;

/** The identity of an object: all of a reference but the version. */
record Identity(String group, String kind, String namespace, String name) {

  static Identity of(ObjectRef ref) {
    return new Identity(ref.group(), ref.kind(), ref.namespace(), ref.name());
  }
}

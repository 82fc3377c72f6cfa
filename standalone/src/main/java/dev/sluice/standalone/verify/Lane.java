package dev.sluice.standalone.verify;

import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;

/** An application in a cluster, whose generations are applied in order. */
record Lane(ClusterName cluster, ApplicationName application) {

  static Lane of(SyncEvent event) {
    return new Lane(event.cluster(), event.application());
  }

  static Lane of(Subject subject) {
    return new Lane(subject.cluster(), subject.application());
  }

  @Override
  public String toString() {
    return cluster + "/" + application;
  }
}

package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;

/** Delete one object, if it still carries this application's ownership labels. */
public record PruneStep(ObjectRef ref) {}

/** Rules of the workload controllers, as those of the kube-controller-manager. */
@NullMarked
package dev.sluice.simulated.runner.workload;

import org.jspecify.annotations.NullMarked;

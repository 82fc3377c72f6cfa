/** Health of live objects: pure functions from an object to its health and the reason. */
@NullMarked
package dev.sluice.worker.health;

import org.jspecify.annotations.NullMarked;

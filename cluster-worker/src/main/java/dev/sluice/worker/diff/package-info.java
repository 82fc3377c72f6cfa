/** The differences that applying a target would make, on request. */
@NullMarked
package dev.sluice.worker.diff;

import org.jspecify.annotations.NullMarked;

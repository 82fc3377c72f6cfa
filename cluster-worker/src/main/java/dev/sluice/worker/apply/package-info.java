/** Carrying out a plan: rendering, writing, waiting, deleting, sweeping. */
@NullMarked
package dev.sluice.worker.apply;

import org.jspecify.annotations.NullMarked;

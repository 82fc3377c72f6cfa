/** Containment of failures: which errors end the process, and loops that are started again. */
@NullMarked
package dev.sluice.platform.process;

import org.jspecify.annotations.NullMarked;

/** Handling of unexpected failures: errors that end the process, and loops that are restarted. */
@NullMarked
package dev.sluice.platform.process;

import org.jspecify.annotations.NullMarked;

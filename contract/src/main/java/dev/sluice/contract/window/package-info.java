/** Maintenance windows: when new inputs of an application may be sent. Pure. */
@NullMarked
package dev.sluice.contract.window;

import org.jspecify.annotations.NullMarked;

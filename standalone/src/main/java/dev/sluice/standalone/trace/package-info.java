/** Recording the way of a change with OpenTelemetry. */
@NullMarked
package dev.sluice.standalone.trace;

import org.jspecify.annotations.NullMarked;

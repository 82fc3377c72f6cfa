/** Fields of live objects by their managers, and which of them Sluice takes over. */
@NullMarked
package dev.sluice.worker.fields;

import org.jspecify.annotations.NullMarked;

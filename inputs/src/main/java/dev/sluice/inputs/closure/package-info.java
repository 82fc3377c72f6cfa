/**
 * Input closures: the files that an application's rendering reads, their digest, and an index from
 * paths to applications.
 */
@NullMarked
package dev.sluice.inputs.closure;

import org.jspecify.annotations.NullMarked;

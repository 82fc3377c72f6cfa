/**
 * The traversal of a source tree that collects the files an application reads and the paths that
 * were looked up to find them.
 */
@NullMarked
package dev.sluice.inputs.walk;

import org.jspecify.annotations.NullMarked;
